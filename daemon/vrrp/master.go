package vrrp

import (
	"fmt"
	"net/netip"
)

// departure is how a machine ceased to be Master.
type departure int

const (
	yielded   departure = iota // to a better Master
	bereft                     // something it has was lost
	switched                   // as it was asked
	overslept                  // it slept, and steps down in silence
	regrouped                  // it came into a group with a Backup
)

// becomeMaster is the transition of 6.4.1 and 6.4.2. due is when it was to
// happen: the advertisements keep time from there, unless it is long past.
func (m *Machine) becomeMaster(due, now Instant, why string) {
	if m.conf.Version == 3 && m.interval != m.conf.AdvertInt {
		m.say(false, "changing advert interval from %v to locally configured %v", m.interval, m.conf.AdvertInt)
	}
	m.stopTimers()
	m.before, m.tookOver = m.lesser, now
	m.forget()
	m.held, m.wants, m.resigned = false, false, false
	m.do(SendAdvert{m.priority})
	m.enter(Master, why)
	m.adver.set(due)
	m.nextAdvert(now)
	m.do(Acquire{})
	m.announce(nil, now)
}

// masterHears is 6.4.3. What comes from the own address is the own packet, come
// back, and no router to give way to.
func (m *Machine) masterHears(e Received, now Instant) {
	ours := m.priority
	switch {
	case m.stalled(now):
		m.backupHears(e, now)
	case e.Source == m.source:
		m.hearsItself(e, now)
	case e.Priority == 0:
		m.answerZero(now)
	case e.Priority == owner && ours == owner:
		m.masterHearsOwner(e, now)
	case e.Priority > ours:
		m.yield(now, e, fmt.Sprintf("Master received advert from %s with higher priority %d, ours %d", e.Source, e.Priority, ours))
	case e.Priority == ours && m.source.Less(e.Source):
		m.yield(now, e, fmt.Sprintf("Master received advert from %s with same priority %d but higher IP address than ours", e.Source, ours))
	default:
		m.assert(e, now)
	}
}

func (m *Machine) hearsItself(e Received, now Instant) {
	switch {
	case !m.mayGripe(now):
	case e.Priority == m.priority:
		m.say(false, "equal priority advert received from remote host with our IP address.")
	default:
		m.say(false, "advert of priority %d received from remote host with our IP address.", e.Priority)
	}
}

// answerZero keeps Backups from taking over when another Master resigns, with an
// advertisement at once. One that was sent a moment ago, shorter than the
// smallest Skew_Time, is answer enough.
func (m *Machine) answerZero(now Instant) {
	if !m.zero.passed(now, m.conf.AdvertInt/256) {
		m.adver.set(min(m.adver.at, m.zero.at))
		return
	}
	m.do(SendAdvert{m.priority})
	if m.mayGripe(now) {
		m.say(true, "Master received priority 0 message")
	}
	m.adver.set(now.Add(m.conf.AdvertInt))
}

// yield gives way to a better Master. A last advertisement has that one announce
// its addresses again: to some, this one may have been the Master until now.
func (m *Machine) yield(now Instant, e Received, why string) {
	if m.conf.HigherPrioSendAdvert {
		m.do(SendAdvert{m.priority})
	}
	m.do(Say{false, why})
	m.becomeBackup(why)
	m.left = yielded
	m.accept(e, now)
}

// assert answers a lesser router that believes itself Master, once an interval.
// What comes sooner is answered when that is over, so that the last of several,
// which may be from one that gives way only now, has its answer. Adver_Timer is
// left alone: RFC 3768 6.4.3 discards such an advertisement.
func (m *Machine) assert(e Received, now Instant) {
	if m.lastWords(e, now) {
		return
	}
	if !m.answer.passed(now, m.conf.AdvertInt) {
		m.owed.set(m.answer.at)
		m.owedTo = e
		return
	}
	m.owed.stop()
	election := ""
	if !m.conf.LowerPrioNoAdvert {
		m.do(SendAdvert{m.priority})
		election = ", forcing new election"
	}
	m.say(false, "Received advert from %s with lower priority %d, ours %d%s", e.Source, e.Priority, m.priority, election)
	m.announceLower(now)
	m.do(LowerHeard{})
}

// lastWords reports whether e is the one advertisement that the Master before may
// send as it yields, see yield. It needs no answer: that Master knows, and the
// addresses have just been announced, and will be again.
func (m *Machine) lastWords(e Received, now Instant) bool {
	last := e.Source == m.before && now.Sub(m.tookOver) < m.conf.AdvertInt && m.second.on
	if !last {
		return false
	}
	m.before = netip.Addr{}
	if !m.conf.LowerPrioNoAdvert {
		m.do(SendAdvert{m.priority})
	}
	return true
}

// lost gives the virtual router up when something of it is gone, and lets it
// come back after Skew_Time.
func (m *Machine) lost(e Lost, now Instant) {
	if m.state != Master {
		return
	}
	m.do(Say{Text: e.What})
	m.resign(now, e.What, bereft)
}

// switchover gives the place of a Master away.
func (m *Machine) switchover(now Instant) {
	if m.state == Master {
		m.resign(now, "switchover was asked for", switched)
	}
}

// resign leaves Master for Backup with an advertisement of priority 0.
func (m *Machine) resign(now Instant, why string, how departure) {
	m.do(SendAdvert{0})
	m.becomeBackup(why)
	m.left, m.held = how, how == switched
	m.listen(now, how == bereft)
}

// stalled has a Master that slept for so long that another router is Master by
// now step down (timer_expired_backup), and reports whether it did.
func (m *Machine) stalled(now Instant) bool {
	span, long := m.slept(now)
	if long {
		m.oversleep(now, fmt.Sprintf("slept for %v, in which another router can have become Master", span))
	}
	return long
}

func (m *Machine) oversleep(now Instant, why string) {
	m.do(Say{false, why})
	m.becomeBackup(why)
	m.left = overslept
	m.listen(now, false)
}
