package bfd

import "github.com/viplab/viplab/daemon/status"

// Trackers returns what there is to know of each session, in the order of the
// configuration.
func (m *Manager) Trackers() []status.Tracker {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []status.Tracker
	for _, s := range m.sessions {
		list = append(list, status.Tracker{Kind: "bfd", Name: s.conf.Name, Known: true, Up: s.state == Up, Text: s.text})
	}
	return list
}

// Repeat reports the state of every session again, for somebody who has forgotten
// it.
func (m *Manager) Repeat() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.sessions {
		m.opt.Report(s.conf.Name, s.state == Up, s.text)
	}
}

// Discards are the packets that were not taken, by the keys of their Discard.
func (m *Manager) Discards() map[string]uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := map[string]uint64{}
	for d, n := range m.discards {
		if n > 0 {
			list[Discard(d).Key()] = n
		}
	}
	return list
}
