package vrrp

import (
	"slices"

	"github.com/viplab/viplab/daemon/conf"
)

// group is a sync group: its members are all Master, or all Backup, or all in
// Fault. A member that is added while the others are Master is the exception,
// until it is Master itself or hears a better one.
type group struct {
	conf    *conf.SyncGroup
	members []*Machine
	state   State
}

// handle is Handle for a member.
func (g *group) handle(m *Machine, e Event, now Instant, do Do) {
	switch e := e.(type) {
	case Startup:
		g.startup(m, e, now, do)
	case Down:
		g.down(m, e, do)
	case Up:
		g.up(m, e, now, do)
	default:
		before := m.state
		m.handle(e, now)
		m.flush(do)
		g.follow(m, before, now, do)
	}
}

// follow has the others do as m did.
func (g *group) follow(m *Machine, before State, now Instant, do Do) {
	switch {
	case m.state == Master && before != Master:
		g.raise(m, now, do)
	case m.state == Backup && before == Master:
		g.lower(m, m.left, now, do)
	case m.state == Backup && g.state == Master && m.master.IsValid():
		g.lower(m, regrouped, now, do)
	case m.state == Initialize && before != Initialize && g.all(Initialize):
		g.enter(Initialize, do)
	}
}

// can reports whether m may become Master: the others are, or are ready to.
func (g *group) can(m *Machine) bool {
	if g.state == Master {
		return true
	}
	for _, x := range g.members {
		if x != m && x.state != Master && !x.wants {
			return false
		}
	}
	return true
}

// raise makes the others Master.
func (g *group) raise(m *Machine, now Instant, do Do) {
	for _, x := range g.members {
		if x.state == Backup && g.state != Master {
			x.becomeMaster(now, now, g.because(m, "is Master"))
			x.flush(do)
		}
	}
	g.enter(Master, do)
}

// lower makes the others Backup, as m was made.
func (g *group) lower(m *Machine, how departure, now Instant, do Do) {
	why := g.because(m, "is Backup")
	for _, x := range g.members {
		if x == m || x.state != Master {
			x.wants, x.held = false, x.held || how == switched
			continue
		}
		switch how {
		case yielded:
			x.follows(now, why)
		case overslept:
			x.oversleep(now, why)
		default:
			x.resign(now, why, how)
		}
		x.flush(do)
	}
	g.enter(Backup, do)
}

// follows gives way because another member did.
func (m *Machine) follows(now Instant, why string) {
	if m.conf.HigherPrioSendAdvert {
		m.do(SendAdvert{m.priority})
	}
	m.becomeBackup(why)
	m.listen(now, false)
}

// fault takes the others into Fault because m is there.
func (g *group) fault(m *Machine, do Do) {
	for _, x := range g.members {
		if x.state == Backup || x.state == Master {
			x.fail(g.because(m, "is in FAULT: "+m.fault), 1)
			x.flush(do)
		}
	}
	g.enter(Fault, do)
}

// because is a cause: what m is.
func (g *group) because(m *Machine, what string) string {
	return m.conf.Name + ", of the same sync group " + g.conf.Name + ", " + what
}

func (g *group) enter(s State, do Do) {
	if from := g.state; s != from {
		g.state = s
		do(nil, GroupEnter{g.conf, from, s})
	}
}

// all reports whether all members are in s.
func (g *group) all(s State) bool {
	return !slices.ContainsFunc(g.members, func(m *Machine) bool { return m.state != s })
}

// unfit returns a member that runs, or would, and is unfit itself; nil for none.
func (g *group) unfit() *Machine {
	n := slices.IndexFunc(g.members, func(m *Machine) bool { return m.started && m.fault != "" })
	if n < 0 {
		return nil
	}
	return g.members[n]
}

func (g *group) drop(m *Machine) {
	g.members = slices.DeleteFunc(g.members, func(x *Machine) bool { return x == m })
	m.group = nil
}
