package vrrp

import "time"

// MasterInterval is Master_Adver_Interval (RFC 5798 6.1): that of the Master
// heard in version 3, else the own.
func (m *Machine) MasterInterval() time.Duration {
	if m.conf.Version == 3 {
		return m.interval
	}
	return m.conf.AdvertInt
}

// MasterDown is Master_Down_Interval (6.1).
func (m *Machine) MasterDown() time.Duration {
	return m.downAfter(m.priority, m.MasterInterval())
}

// downAfter is after how long a Backup with priority takes the place of a
// Master with interval.
func (m *Machine) downAfter(priority int, interval time.Duration) time.Duration {
	return time.Duration(m.conf.DownTimerAdverts)*interval + m.skewOf(priority, interval)
}

// skewOf is Skew_Time (6.1), which in version 2 does not depend on the interval.
func (m *Machine) skewOf(priority int, interval time.Duration) time.Duration {
	if m.conf.Version != 3 {
		interval = time.Second
	}
	return time.Duration(256-priority) * interval / 256
}

// listen starts Master_Down_Timer at now: for Skew_Time if the Master resigned.
func (m *Machine) listen(now Instant, resigned bool) { m.listenSince(now, now, resigned) }

// listenSince starts it as from the moment heard.
func (m *Machine) listenSince(heard, now Instant, resigned bool) {
	m.heard, m.resigned = heard, resigned
	m.setDown(now)
}

// setDown sets Master_Down_Timer to what it is with the values of now, counted
// from the last advertisement.
func (m *Machine) setDown(now Instant) {
	span := m.MasterDown()
	if m.resigned {
		span = m.skewOf(m.priority, m.MasterInterval())
	}
	m.down.set(max(now, m.heard.Add(span)))
}

// nextAdvert moves Adver_Timer on by one interval from when it was due, so
// that lateness does not add up, or from now if it was not due yet, or if that is
// past already.
func (m *Machine) nextAdvert(now Instant) {
	if m.adver.at = min(m.adver.at, now).Add(m.conf.AdvertInt); m.adver.at <= now {
		m.adver.set(now.Add(m.conf.AdvertInt))
	}
}

// slept returns for how long a Master has sent nothing, if that is long enough
// for another router to have taken its place (timer_expired_backup).
func (m *Machine) slept(now Instant) (time.Duration, bool) {
	if m.conf.TimerExpired == 0 || !m.adver.on {
		return 0, false
	}
	span := now.Sub(m.adver.at) + m.conf.AdvertInt
	return span, span > m.downAfter(m.conf.TimerExpired, m.conf.AdvertInt)
}

// Deadline returns when the machine wants a Tick next, if ever.
func (m *Machine) Deadline() (Instant, bool) {
	t := m.adver.earlier(m.down).earlier(m.second).earlier(m.lower).earlier(m.refresh).earlier(m.rival).earlier(m.owed)
	return t.at, t.on
}

// NextAdvert returns when the next advertisement of a Master is due.
func (m *Machine) NextAdvert() (Instant, bool) { return m.adver.at, m.adver.on }

func (m *Machine) stopTimers() {
	for _, t := range [...]*timer{&m.adver, &m.down, &m.preempt, &m.second, &m.lower, &m.refresh, &m.rival, &m.answer, &m.owed, &m.zero, &m.gripe} {
		t.stop()
	}
	m.waited = false
}

// tick runs the timers that are due.
func (m *Machine) tick(e Tick, now Instant) {
	if m.state == Master && m.stalled(now) {
		return
	}
	if m.down.due(now) {
		m.expired(now)
	}
	if m.rival.due(now) {
		m.rivalry(now)
	}
	if m.adver.due(now.Add(e.Ahead)) {
		m.do(SendAdvert{m.priority})
		m.nextAdvert(now)
	}
	if m.owed.due(now) {
		m.assert(m.owedTo, now)
	}
	m.announceDue(now)
}
