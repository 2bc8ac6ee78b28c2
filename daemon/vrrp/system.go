package vrrp

import (
	"maps"
	"slices"

	"github.com/viplab/viplab/daemon/conf"
)

// Do carries out an action of m; m is nil for GroupEnter. It must not call the
// System.
type Do func(m *Machine, a Action)

// System is all machines with their sync groups. Every event goes through it. It
// is for one goroutine at a time.
type System struct {
	machines map[string]*Machine // by the name of the instance
	groups   map[string]*group
}

// NewSystem returns a System without machines.
func NewSystem() *System {
	return &System{machines: map[string]*Machine{}, groups: map[string]*group{}}
}

// Add makes m one of the system's. Groups are not looked at until SetGroups.
func (s *System) Add(m *Machine) { s.machines[m.conf.Name] = m }

// Remove takes m out, and out of its group; what that means for the group,
// SetGroups finds out. m is to be shut down first.
func (s *System) Remove(m *Machine) {
	delete(s.machines, m.conf.Name)
	if m.group != nil {
		m.group.drop(m)
	}
}

// GroupState returns the state of a sync group by its name.
func (s *System) GroupState(name string) State {
	if g := s.groups[name]; g != nil {
		return g.state
	}
	return Initialize
}

// Handle lets e happen to m at now, which never goes back, with all that this
// brings for m's group. do is called for each action in its order, those of a
// group after those of its members. The deadline of another machine than m is a
// new one only if do was called for that machine.
//
// The members of a group start together: those that had their Startup wait in
// Initialize for the others, unless the group runs already. A member that cannot
// be started is to have a Startup with a Fault.
func (s *System) Handle(m *Machine, e Event, now Instant, do Do) {
	if m.group != nil {
		m.group.handle(m, e, now, do)
		return
	}
	m.handle(e, now)
	m.flush(do)
}

// flush has do carry out what is to be done.
func (m *Machine) flush(do Do) {
	for n, a := range m.out {
		m.out[n] = nil
		do(m, a)
	}
	m.out = m.out[:0]
}

// SetGroups gives the sync groups, after any Add and Remove. Members are found by
// their names. Machines keep their states where the rules of groups allow it: a
// Fault spreads to new members, a Backup that hears a Master takes Masters along,
// and who was only held in Fault by its old group begins as Backup.
func (s *System) SetGroups(list []*conf.SyncGroup, now Instant, do Do) {
	groups := make(map[string]*group, len(list))
	for _, m := range s.machines {
		m.group = nil
	}
	var ordered []*group
	for _, c := range list {
		g := s.groups[c.Name]
		if g == nil {
			g = &group{}
		}
		g.conf, groups[c.Name] = c, g
		g.members = s.members(g)
		ordered = append(ordered, g)
	}
	s.groups = groups
	for _, name := range slices.Sorted(maps.Keys(s.machines)) {
		if m := s.machines[name]; m.group == nil {
			m.release(now, do)
		}
	}
	for _, g := range ordered {
		g.settle(now, do)
	}
}

// members finds those of g, which are in no other group.
func (s *System) members(g *group) (list []*Machine) {
	for n := range g.conf.Members {
		if m := s.machines[g.conf.Members[n].Name]; m != nil && m.group == nil {
			m.group = g
			list = append(list, m)
		}
	}
	return list
}

// release lets a machine go on that only its group kept from running.
func (m *Machine) release(now Instant, do Do) {
	if waits := m.started && m.state == Initialize; !waits && m.state != Fault {
		return
	}
	if m.wants = false; m.fault != "" {
		if m.state == Initialize {
			m.fail(m.fault, 0)
		}
	} else {
		m.begin(now, "on its own, without a sync group", true)
	}
	m.flush(do)
}
