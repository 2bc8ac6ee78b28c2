package vrrp

// masterHearsOwner settles which of two routers that both believe to own the
// addresses stays Master. The lower address gives way at once. The other waits
// for two advertisements and a half for the first to do so; if that one goes on,
// it gives way itself, as two Masters are worse than the wrong one.
func (m *Machine) masterHearsOwner(e Received, now Instant) {
	if m.source.Less(e.Source) {
		m.demote(now)
		m.yield(now, e, "another router, "+e.Source.String()+", is configured as owner of the addresses too, and has the higher IP address")
		return
	}
	m.rivalAt = now
	if !m.rival.on {
		span := max(m.conf.AdvertInt, e.Interval)
		m.rival.set(now.Add(2*span + span/2))
		m.say(false, "CONFIGURATION ERROR: %s is configured as owner of the addresses too", e.Source)
	}
	m.assert(e, now)
}

// rivalry is the end of the wait for another owner to give way. It has gone on
// if it was heard since it must have heard an advertisement of ours.
func (m *Machine) rivalry(now Instant) {
	m.rival.stop()
	if now.Sub(m.rivalAt) < m.conf.AdvertInt*3/2 {
		m.demote(now)
	}
}

// demote has an owner run with the highest priority of those that are none.
func (m *Machine) demote(now Instant) {
	m.demoted = true
	m.say(false, "CONFIGURATION ERROR: this router and another one are both configured as owner of the addresses - reducing the priority of this one")
	m.setPriority(SetPriority{Priority: m.priority, Cause: "another router owns the addresses"}, now)
}
