package vrrp

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/viplab/viplab/daemon/conf"
)

// pack is a system of machines a, b, c with the sync group G of some of them.
type pack struct {
	system   *System
	machines map[string]*Machine
	trace    []string
	seen     map[string]bool // "BACKUP Tick", "BACKUP to MASTER"
}

func (p *pack) do(m *Machine, a Action) {
	name := "G"
	if m != nil {
		name = m.conf.Name
	}
	switch a := a.(type) {
	case SendAdvert:
		p.trace = append(p.trace, fmt.Sprintf("%s sends %d", name, a.Priority))
	case Acquire:
		p.trace = append(p.trace, name+" takes")
	case Release:
		p.trace = append(p.trace, name+" drops")
	case Enter:
		p.trace = append(p.trace, fmt.Sprintf("%s %v", name, a.To))
	case GroupEnter:
		p.trace = append(p.trace, fmt.Sprintf("G %v", a.To))
		p.seen[fmt.Sprintf("%v to %v", a.From, a.To)] = true
	}
}

// act is something that happens to a group, and what is to be seen of it.
type act struct {
	at   time.Duration
	who  string // a member; "": SetGroups, with the members that what names
	what any    // an Event, or the members
	want string // "a sends 0, a BACKUP, a drops, G BACKUP"
}

// groupRow is a group with what happens to it.
type groupRow struct {
	name   string
	change map[string]func(*conf.Instance)
	acts   []act
}

func TestGroup(t *testing.T) {
	for _, r := range groupRows() {
		t.Run(r.name, func(t *testing.T) { r.run(t, map[string]bool{}) })
	}
}

func (r *groupRow) run(t *testing.T, seen map[string]bool) {
	p := &pack{system: NewSystem(), machines: map[string]*Machine{}, seen: seen}
	for _, name := range []string{"a", "b", "c"} {
		change := []func(*conf.Instance){func(i *conf.Instance) { i.Name = name }, noGARP}
		if f := r.change[name]; f != nil {
			change = append(change, f)
		}
		p.machines[name] = NewMachine(instance(100, change...))
	}
	for n, x := range r.acts {
		p.trace = nil
		before := p.system.GroupState("G")
		kind := "SetGroups"
		if x.who == "" {
			p.groups(x.what.(string), Instant(x.at))
		} else {
			kind = kindOf(p.machines[x.who], x.what.(Event))
			p.system.Handle(p.machines[x.who], x.what.(Event), Instant(x.at), p.do)
		}
		seen[before.String()+" "+kind] = true
		if diff := cmp.Diff(split(x.want), p.trace, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("act %d at %v, %s %v (-want +got)\n%s", n, x.at, x.who, x.what, diff)
		}
		p.invariant(t, n)
	}
}

func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ", ")
}

// groups makes the named machines, "a b", the members of G; "" is no group.
// Machines are added with their first group and removed with "-".
func (p *pack) groups(members string, now Instant) {
	g := &conf.SyncGroup{Name: "G"}
	for _, name := range strings.Fields(members) {
		if gone, ok := strings.CutPrefix(name, "-"); ok {
			p.system.Remove(p.machines[gone])
			continue
		}
		p.system.Add(p.machines[name])
		g.Members = append(g.Members, conf.Member{Name: name})
	}
	var list []*conf.SyncGroup
	if len(g.Members) > 0 {
		list = append(list, g)
	}
	p.system.SetGroups(list, now, p.do)
}

// invariant is what the states of a group mean for its members.
func (p *pack) invariant(t *testing.T, n int) {
	t.Helper()
	g := p.system.groups["G"]
	if g == nil {
		return
	}
	for _, m := range g.members {
		if !g.holds(m) {
			t.Errorf("act %d: %s is %v in a group that is %v", n, m.conf.Name, m.state, g.state)
		}
	}
}

// TestEveryGroupPair demands that every event happens to a member of a group in
// every state in some row, and that groups go every way between states.
func TestEveryGroupPair(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range groupRows() {
		r.run(t, seen)
	}
	states := []State{Initialize, Backup, Master, Fault}
	for _, s := range states {
		for _, e := range append(events(), "SetGroups") {
			if k := s.String() + " " + e; !seen[k] {
				t.Errorf("no row has %s", k)
			}
		}
		for _, to := range states {
			if k := fmt.Sprintf("%v to %v", s, to); s != to && !seen[k] {
				t.Errorf("no row has %s", k)
			}
		}
	}
}
