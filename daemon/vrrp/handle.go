package vrrp

import (
	"slices"

	"github.com/viplab/viplab/daemon/conf"
)

// tick runs the timers that are due.
func (m *Machine) tick(now Instant) {
	if m.down.due(now) {
		m.say(true, "Receive advertisement timeout")
		m.becomeMaster(m.down.at, now)
	}
	if m.adver.due(now) {
		m.do(SendAdvert{m.conf.Priority})
		m.nextAdvert(now)
	}
	g := m.conf.GARP
	if m.second.due(now) {
		m.second.stop()
		m.do(SendGARP{m.vips(), g.Repeat})
	}
	if m.lower.due(now) {
		m.lower.stop()
		m.do(SendGARP{m.vips(), g.LowerRepeat})
	}
	if m.refresh.due(now) {
		m.refresh.set(now.Add(g.Refresh))
		m.do(SendGARP{m.vips(), g.RefreshTimes})
	}
}

func (m *Machine) received(e Received, now Instant) {
	switch m.state {
	case Backup:
		m.backupHears(e, now)
	case Master:
		m.masterHears(e, now)
	}
}

// backupHears is 6.4.2.
func (m *Machine) backupHears(e Received, now Instant) {
	switch {
	case e.Priority == 0:
		m.say(true, "Backup received priority 0 advertisement")
		m.listen(now, true)
	case e.Priority >= m.conf.Priority:
		m.preempt.stop()
		m.listen(now, false)
	case !m.conf.Preempt || m.delayed(now):
		m.listen(now, false)
	default:
		m.say(true, "received lower priority (%d) advert from %s - discarding", e.Priority, e.Source)
	}
}

// delayed reports whether preempt_delay holds a preemption off. It counts from
// the first advertisement with a lower priority.
func (m *Machine) delayed(now Instant) bool {
	if m.conf.PreemptDelay == 0 {
		return false
	}
	if !m.preempt.on {
		m.preempt.set(now.Add(m.conf.PreemptDelay))
		m.say(false, "start preempt delay (%v)", m.conf.PreemptDelay)
	}
	return now < m.preempt.at
}

// masterHears is 6.4.3.
func (m *Machine) masterHears(e Received, now Instant) {
	ours := m.conf.Priority
	switch {
	case e.Source == m.source && e.Priority == ours:
		m.say(false, "equal priority advert received from remote host with our IP address.")
	case e.Priority == 0:
		m.do(SendAdvert{ours})
		m.say(true, "Master received priority 0 message")
		m.adver.set(now.Add(m.conf.AdvertInt))
	case e.Priority > ours:
		m.yield(now, e, "Master received advert from %s with higher priority %d, ours %d", e.Source, e.Priority, ours)
	case e.Priority == ours && m.source.Less(e.Source):
		m.yield(now, e, "Master received advert from %s with same priority %d but higher IP address than ours", e.Source, ours)
	case e.Priority == ours:
	default:
		m.assert(e, now)
	}
}

// yield gives way to a better Master.
func (m *Machine) yield(now Instant, e Received, format string, args ...any) {
	if m.conf.HigherPrioSendAdvert {
		m.do(SendAdvert{m.conf.Priority})
	}
	m.say(false, format, args...)
	m.becomeBackup()
	m.listen(now, false)
}

// assert answers a lesser router that believes itself Master. Adver_Timer is
// left alone: RFC 3768 6.4.3 discards such an advertisement.
func (m *Machine) assert(e Received, now Instant) {
	if m.conf.LowerPrioNoAdvert {
		return
	}
	m.do(SendAdvert{m.conf.Priority})
	m.say(false, "Received advert from %s with lower priority %d, ours %d, forcing new election", e.Source, e.Priority, m.conf.Priority)
	g := m.conf.GARP
	if vips := m.vips(); len(vips) > 0 && g.LowerRepeat > 0 {
		m.do(SendGARP{vips, g.LowerRepeat})
		if g.LowerDelay > 0 {
			m.lower.set(now.Add(g.LowerDelay))
		}
	}
}

// fault leaves any running state. A Master resigns, for where the link still
// carries it (a lost primary address).
func (m *Machine) fault(e Down) {
	if m.state != Backup && m.state != Master {
		return
	}
	m.do(Say{Text: e.Fault})
	if m.state == Master {
		m.do(SendAdvert{0})
		m.withdraw()
	}
	m.stopTimers()
	m.enter(Fault)
}

func (m *Machine) up(e Up, now Instant) {
	switch m.state {
	case Fault:
		m.begin(e.Source, now)
	case Backup, Master:
		m.source = e.Source
	}
}

// lost gives the virtual router up when one of its addresses is gone, and
// lets it come back after Skew_Time.
func (m *Machine) lost(e Lost, now Instant) {
	if m.state != Master {
		return
	}
	m.say(false, "address %s was removed by somebody else", e.Address)
	m.do(SendAdvert{0})
	m.becomeBackup()
	m.listen(now, true)
}

// reload takes a new configuration without a change of state, other than that
// of a Backup that has become the owner.
func (m *Machine) reload(e Reload, now Instant) {
	old := m.conf
	m.conf = e.Instance
	switch m.state {
	case Backup:
		if m.conf.PreemptDelay != old.PreemptDelay {
			m.preempt.stop()
		}
		if m.conf.Priority == owner {
			m.becomeMaster(now, now)
			return
		}
		m.setDown()
	case Master:
		m.adver.at = m.adver.at.Add(m.conf.AdvertInt - old.AdvertInt)
		m.swap(old, now)
	}
}

// swap moves a Master from the addresses of old to those it has now.
func (m *Machine) swap(old *conf.Instance, now Instant) {
	before, after := slices.Concat(old.Addresses, old.Excluded), m.vips()
	if gone := without(before, after); len(gone) > 0 {
		m.do(RemoveAddresses{gone})
	}
	if fresh := without(after, before); len(fresh) > 0 {
		m.do(AddAddresses{fresh})
		m.announce(fresh, now)
	}
}

// without returns the addresses of a that b has not.
func without(a, b []conf.Address) []conf.Address {
	var out []conf.Address
	for _, x := range a {
		if !slices.ContainsFunc(b, x.Equal) {
			out = append(out, x)
		}
	}
	return out
}
