package vrrp

import "github.com/viplab/viplab/daemon/conf"

// announce sends the first burst of gratuitous ARP for list, nil for all, and
// plans the others.
func (m *Machine) announce(list []conf.Address, now Instant) {
	g := &m.conf.GARP
	m.do(Announce{list, g.Repeat})
	if m.second.on && m.fresh == nil {
		return // the one that is planned is for all
	}
	m.fresh = list
	if g.Delay > 0 {
		m.second.set(now.Add(g.Delay))
	}
	m.planRefresh(now.Add(g.Delay))
}

// planRefresh has gratuitous ARP repeated from a moment on, unless it is already.
func (m *Machine) planRefresh(from Instant) {
	switch g := &m.conf.GARP; {
	case g.Refresh == 0:
		m.refresh.stop()
	case !m.refresh.on:
		m.refresh.set(from.Add(g.Refresh))
	}
}

// announceLower is a burst because a lower priority was heard.
func (m *Machine) announceLower(now Instant) {
	g := &m.conf.GARP
	if g.LowerRepeat == 0 {
		return
	}
	m.do(Announce{nil, g.LowerRepeat})
	if g.LowerDelay > 0 {
		m.lower.set(now.Add(g.LowerDelay))
	}
}

// announceDue sends the bursts that are due.
func (m *Machine) announceDue(now Instant) {
	g := &m.conf.GARP
	if m.second.due(now) {
		m.second.stop()
		m.do(Announce{m.fresh, g.Repeat})
	}
	if m.lower.due(now) {
		m.lower.stop()
		m.do(Announce{nil, g.LowerRepeat})
	}
	if m.refresh.due(now) {
		m.refresh.set(now.Add(g.Refresh))
		m.do(Announce{nil, g.RefreshTimes})
	}
}
