package vrrp

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// world is hosts on one or two segments, with a virtual router on each segment;
// those of a host are a sync group if there are two.
type world struct {
	t     *testing.T
	name  string
	now   Instant
	hosts []*peer
	air   []flight
}

// peer is a host of a world.
type peer struct {
	n        int
	system   *System
	machines []*Machine // one a segment
	cut      []bool     // from the segment
	frozen   bool
	holds    map[*Machine]bool
}

type flight struct {
	at      Instant
	from    *peer
	segment int
	what    Received
}

const latency = 100 * time.Microsecond

func newWorld(t *testing.T, name string, hosts, segments int, conf func(host, segment int) *conf.Instance) *world {
	w := &world{t: t, name: name}
	for n := range hosts {
		p := &peer{n: n, system: NewSystem(), cut: make([]bool, segments), holds: map[*Machine]bool{}}
		for s := range segments {
			m := NewMachine(conf(n, s))
			p.machines = append(p.machines, m)
			p.system.Add(m)
		}
		w.hosts = append(w.hosts, p)
		p.system.SetGroups(p.group(), 0, w.doer(p))
		for _, m := range p.machines {
			w.handle(p, m, Startup{Source: p.addr()})
		}
	}
	return w
}

func (p *peer) group() []*conf.SyncGroup {
	if len(p.machines) < 2 {
		return nil
	}
	g := &conf.SyncGroup{Name: "G"}
	for _, m := range p.machines {
		g.Members = append(g.Members, conf.Member{Name: m.conf.Name})
	}
	return []*conf.SyncGroup{g}
}

func (p *peer) addr() netip.Addr { return netip.AddrFrom4([4]byte{10, 0, 0, byte(p.n + 1)}) }

// handle lets e happen and looks at what nothing may break.
func (w *world) handle(p *peer, m *Machine, e Event) {
	before := map[*Machine]Machine{}
	for _, x := range p.machines {
		before[x] = *x
	}
	do := w.doer(p)
	p.system.Handle(m, e, w.now, func(x *Machine, a Action) {
		if s, ok := a.(SendAdvert); ok && before[x].state != Master && (s.Priority == 0 || x.state != Master) {
			w.fail("%s sends %d as %v after %T", x.conf.Name, s.Priority, before[x].state, e)
		}
		do(x, a)
	})
	for _, x := range p.machines {
		old := before[x]
		w.check(p, x, &old, e)
	}
	if _, ok := e.(Tick); ok {
		if at, ok := m.Deadline(); ok && at <= w.now {
			w.fail("%s has a timer that is due after a Tick", m.conf.Name)
		}
	}
}

// check compares x with what it was before e.
func (w *world) check(p *peer, x, old *Machine, e Event) {
	if p.holds[x] != (x.state == Master) {
		w.fail("%s is %v and holds addresses: %v, after %T", x.conf.Name, x.state, p.holds[x], e)
	}
	for _, now := range x.Timers() {
		if now.At < w.now && !slices.Contains(old.Timers(), now) {
			w.fail("%s sets %s %v into the past with %T", x.conf.Name, now.Name, w.now.Sub(now.At), e)
		}
	}
	if x.priority < 1 || x.priority > 255 {
		w.fail("%s has priority %d", x.conf.Name, x.priority)
	}
	if g := x.group; g != nil && !g.holds(x) {
		w.fail("%s is %v in a group that is %v, after %T", x.conf.Name, x.state, g.state, e)
	}
}

// holds reports whether m is in the state that its group is in. It may be stopped
// or not started yet, or have just come to a group that is Master.
func (g *group) holds(m *Machine) bool {
	return m.state == g.state || m.state == Initialize || g.state == Master && m.state == Backup && !m.master.IsValid()
}

func (w *world) fail(format string, args ...any) {
	w.t.Helper()
	w.t.Fatalf("%s at %v: %s", w.name, time.Duration(w.now), fmt.Sprintf(format, args...))
}

func (w *world) doer(p *peer) Do {
	return func(m *Machine, a Action) {
		switch a := a.(type) {
		case SendAdvert:
			for s, x := range p.machines {
				if x == m && !p.cut[s] {
					w.air = append(w.air, flight{w.now.Add(latency), p, s, Received{Priority: a.Priority, Source: p.addr(), Interval: m.conf.AdvertInt}})
				}
			}
		case Acquire:
			p.holds[m] = true
		case Release:
			p.holds[m] = false
		}
	}
}

// run lets time pass until end: packets arrive and timers fire in their order.
func (w *world) run(end Instant) {
	for {
		next, act := end+1, func() {}
		if len(w.air) > 0 && w.air[0].at < next {
			f := w.air[0]
			next, act = max(f.at, w.now), func() { w.air = w.air[1:]; w.arrive(f) }
		}
		for _, p := range w.hosts {
			for _, m := range p.machines {
				if at, ok := m.Deadline(); ok && !p.frozen && max(at, w.now) < next {
					next, act = max(at, w.now), func() { w.handle(p, m, Tick{}) }
				}
			}
		}
		if next > end {
			w.now = max(w.now, end)
			return
		}
		w.now = next
		act()
	}
}

func (w *world) arrive(f flight) {
	for _, p := range w.hosts {
		if p != f.from && !p.cut[f.segment] && !p.frozen {
			w.handle(p, p.machines[f.segment], f.what)
		}
	}
}

// masters are the hosts that are Master on a segment.
func (w *world) masters(segment int) (list []int) {
	for _, p := range w.hosts {
		if p.machines[segment].state == Master {
			list = append(list, p.n)
		}
	}
	return list
}
