package vrrp

import "slices"

// startup starts m, or, as the last of all, the group.
func (g *group) startup(m *Machine, e Startup, now Instant, do Do) {
	if m.state != Initialize {
		return
	}
	m.note(e)
	switch {
	case !g.all(Initialize):
		g.join(m, now, do)
	case !slices.ContainsFunc(g.members, func(x *Machine) bool { return !x.started }):
		g.open(now, do)
	}
}

// open starts all members.
func (g *group) open(now Instant, do Do) {
	if bad := g.unfit(); bad != nil {
		for _, x := range g.members {
			x.fail(g.reason(x, bad), 0)
			x.flush(do)
		}
		g.enter(Fault, do)
		return
	}
	g.begin(g.members, now, "started", do)
}

// reason is why x is in Fault: itself, or else bad.
func (g *group) reason(x, bad *Machine) string {
	if x.fault != "" {
		return x.fault
	}
	return g.because(bad, "is in FAULT: "+bad.fault)
}

// join starts m in a group that runs.
func (g *group) join(m *Machine, now Instant, do Do) {
	bad := g.unfit()
	switch {
	case bad != nil:
		m.fail(g.reason(m, bad), 0)
		m.flush(do)
		g.fault(bad, do)
	case g.state == Fault: // of a member that is gone
		g.begin(g.held(), now, "fit again", do)
	default:
		m.begin(now, "started in sync group "+g.conf.Name, g.can(m))
		m.flush(do)
		g.follow(m, Initialize, now, do)
	}
}

// down puts m into Fault, and the others.
func (g *group) down(m *Machine, e Down, do Do) {
	if !m.started {
		return
	}
	m.fault = e.Fault
	if m.state == Backup || m.state == Master {
		m.fail(e.Fault, 2)
		m.flush(do)
		g.fault(m, do)
	}
}

// up ends m's fault, and that of the group, if no other member has one.
func (g *group) up(m *Machine, e Up, now Instant, do Do) {
	m.fault = ""
	m.move(e.Source)
	if m.state != Fault || g.unfit() != nil {
		return
	}
	list := slices.DeleteFunc(g.held(), func(x *Machine) bool { return x == m })
	g.begin(slices.Insert(list, 0, m), now, "fit again", do)
}

// held are the members in Fault, or waiting in Initialize.
func (g *group) held() (list []*Machine) {
	for _, x := range g.members {
		if x.state == Fault || x.state == Initialize && x.started {
			list = append(list, x)
		}
	}
	return list
}

// begin has members leave Fault or Initialize together. Only a group of owners is
// Master at once.
func (g *group) begin(list []*Machine, now Instant, why string, do Do) {
	owners := !slices.ContainsFunc(g.members, func(x *Machine) bool { return x.priority != owner || !x.started })
	for _, x := range list {
		x.begin(now, why, owners)
		x.flush(do)
	}
	if g.all(Master) {
		g.enter(Master, do)
		return
	}
	g.enter(Backup, do)
}

// settle makes a group of members that were not one before.
func (g *group) settle(now Instant, do Do) {
	bad := g.unfit()
	switch {
	case g.all(Initialize) && (len(g.members) == 0 || slices.ContainsFunc(g.members, func(x *Machine) bool { return !x.started })):
		g.enter(Initialize, do)
		return
	case g.all(Initialize):
		g.open(now, do)
		return
	case bad != nil:
		for _, x := range g.held() {
			x.fail(g.reason(x, bad), 0)
			x.flush(do)
		}
		g.fault(bad, do)
		return
	}
	for _, x := range g.held() {
		x.begin(now, "sync group "+g.conf.Name+" has no fault any more", false)
		x.flush(do)
	}
	g.agree(now, do)
}

// agree ends that some members are Master and others Backup: a Backup that hears
// a Master takes the others along, one that hears nobody may still become one.
func (g *group) agree(now Instant, do Do) {
	master := slices.ContainsFunc(g.members, func(x *Machine) bool { return x.state == Master })
	n := slices.IndexFunc(g.members, func(x *Machine) bool { return x.state == Backup && x.master.IsValid() })
	switch {
	case master && n >= 0:
		g.lower(g.members[n], regrouped, now, do)
	case master:
		g.enter(Master, do)
	default:
		g.enter(Backup, do)
	}
}
