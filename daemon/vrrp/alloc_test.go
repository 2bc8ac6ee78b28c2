package vrrp

import (
	"testing"

	"github.com/viplab/viplab/daemon/conf"
)

// TestAdvertPath: what recurs each interval allocates nothing, alone and in a
// group.
func TestAdvertPath(t *testing.T) {
	for _, grouped := range []bool{false, true} {
		s, list := NewSystem(), []*Machine{NewMachine(named("a", 100)), NewMachine(named("b", 100))}
		g := &conf.SyncGroup{Name: "G", Members: []conf.Member{{Name: "a"}, {Name: "b"}}}
		now, sent := Instant(0), 0
		do := func(_ *Machine, a Action) {
			if _, ok := a.(SendAdvert); ok {
				sent++
			}
		}
		for _, m := range list {
			s.Add(m)
		}
		if grouped {
			s.SetGroups([]*conf.SyncGroup{g}, now, do)
		}
		for _, m := range list {
			s.Handle(m, Startup{Source: ours}, now, do)
		}
		none := func(what string, f func(m *Machine)) {
			t.Helper()
			if n := testing.AllocsPerRun(100, func() {
				for _, m := range list {
					f(m)
				}
			}); n != 0 {
				t.Errorf("%s, grouped %v: %v allocations", what, grouped, n)
			}
		}
		none("a Backup hears its Master", func(m *Machine) {
			now = now.Add(900 * ms)
			s.Handle(m, Received{Priority: 200, Source: high, Interval: 1000 * ms}, now, do)
		})
		none("a Backup hears a lower priority", func(m *Machine) {
			now = now.Add(1)
			s.Handle(m, Received{Priority: 50, Source: low}, now, do)
		})
		now = now.Add(2 * d100)
		for _, m := range list {
			s.Handle(m, Tick{}, now, do)
		}
		if list[0].State() != Master || list[1].State() != Master {
			t.Fatalf("grouped %v: no Master", grouped)
		}
		sent = 0
		none("a Master advertises", func(m *Machine) {
			now = now.Add(1000 * ms)
			s.Handle(m, Tick{}, now, do)
		})
		if sent < 200 {
			t.Errorf("grouped %v: %d adverts", grouped, sent)
		}
		s.Handle(list[0], Received{Priority: 50, Source: low}, now, do)
		s.Handle(list[1], Received{Priority: 50, Source: low}, now, do)
		none("a Master is flooded", func(m *Machine) {
			s.Handle(m, Received{Priority: 50, Source: low}, now, do)
		})
	}
}
