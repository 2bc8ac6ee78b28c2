package vrrp

import "net/netip"

// becomeBackup begins to listen; the caller starts Master_Down_Timer.
func (m *Machine) becomeBackup(why string) {
	master := m.state == Master
	m.stopTimers()
	m.wants = false
	m.forget()
	m.enter(Backup, why)
	if master {
		m.do(Release{})
	}
}

// forget what was heard of a Master.
func (m *Machine) forget() {
	m.master, m.theirs, m.lesser, m.interval = netip.Addr{}, 0, netip.Addr{}, m.conf.AdvertInt
}

// backupHears is 6.4.2.
func (m *Machine) backupHears(e Received, now Instant) {
	switch {
	case e.Priority == 0:
		m.resigns(e, now)
	case e.Priority >= m.priority:
		if m.preempt.on {
			m.say(false, "stop preempt delay")
		}
		m.recount()
		m.accept(e, now)
	case !m.conf.Preempt || m.held || m.delayed(now):
		m.accept(e, now)
	default:
		m.lesser = e.Source
		if m.mayGripe(now) {
			m.say(true, "received lower priority (%d) advert from %s - discarding", e.Priority, e.Source)
		}
	}
}

// resigns hears that the Master gives its place up. Saying so again does not
// put the takeover off.
func (m *Machine) resigns(e Received, now Instant) {
	m.held = false
	if m.resigned {
		return
	}
	m.say(true, "Backup received priority 0 advertisement")
	m.listenSince(now.Add(-e.Age), now, true)
}

// accept takes the sender for the Master, with its interval in version 3.
func (m *Machine) accept(e Received, now Instant) {
	m.master, m.theirs, m.lesser, m.wants = e.Source, e.Priority, netip.Addr{}, false
	if m.conf.Version == 3 && e.Interval > 0 && e.Interval != m.interval {
		m.say(false, "advertisement interval updated from %v to %v by master", m.interval, e.Interval)
		m.interval = e.Interval
	}
	m.listenSince(now.Add(-e.Age), now, false)
}

// delayed reports whether preempt_delay holds a preemption off. It counts from
// the first advertisement with a lower priority.
func (m *Machine) delayed(now Instant) bool {
	switch {
	case m.conf.PreemptDelay == 0 || m.waited:
		return false
	case !m.preempt.on:
		m.preempt.set(now.Add(m.conf.PreemptDelay))
		m.say(false, "start preempt delay (%v)", m.conf.PreemptDelay)
	case m.preempt.due(now):
		m.preempt.stop()
		m.waited = true
	}
	return !m.waited
}

// recount has preempt_delay count anew with the next lower priority.
func (m *Machine) recount() {
	m.preempt.stop()
	m.waited = false
}

// expired is the end of Master_Down_Timer: the machine becomes Master, if its
// group can. Otherwise it tries again after another Master_Down_Interval, and
// is ready for the group meanwhile.
func (m *Machine) expired(now Instant) {
	due, why := m.down.at, "no Master was heard"
	switch {
	case m.resigned && m.master.IsValid():
		why = "the Master resigned"
	case m.lesser.IsValid():
		why = "preempted the Master " + m.lesser.String() + " of lower priority"
	case m.master.IsValid():
		why = "the Master " + m.master.String() + " was not heard any more"
	}
	m.say(true, "Receive advertisement timeout")
	m.held = false
	if m.group != nil && !m.group.can(m) {
		m.wants = true
		m.listen(now, false)
		return
	}
	m.becomeMaster(due, now, why)
}
