package bfd

import "github.com/viplab/viplab/daemon/conf"

// running is a session on its socket.
type running struct {
	m *Manager
	*Session
	out  outlet
	text string // of its last report
}

// silent sends, and reports nothing.
type silent struct{ send func(Control) error }

func (l silent) Transmit(c Control)   { _ = l.send(c) }
func (l silent) Changed(bool, string) {}

// Transmit sends a packet. What fails is said once, until something succeeds or
// fails in another way.
func (s *running) Transmit(c Control) {
	err := s.out.send(c)
	if err == s.out.failed {
		return
	}
	if s.out.failed = err; err != nil {
		s.m.opt.Log.Printf("(%s) cannot send to %s: %v", s.conf.Name, s.conf.Neighbor, err)
	}
}

// Changed logs and reports.
func (s *running) Changed(up bool, why string) {
	text, because := s.state.String(), ""
	if why != "" {
		text, because = text+": "+why, " ("+why+")"
	}
	s.m.opt.Log.Printf("(%s) Entering %s state%s", s.conf.Name, s.state, because)
	s.report(up, text)
}

func (s *running) report(up bool, text string) {
	s.text = text
	s.m.opt.Report(s.conf.Name, up, text)
}

// reload has a session go on by b.
func (s *running) reload(b *conf.BFD, now Instant) {
	s.Session.Reload(b, now)
	s.out.setTTL(b)
}
