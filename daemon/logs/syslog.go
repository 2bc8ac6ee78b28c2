package logs

import "log/syslog"

// toSyslog writes to the host's syslog, looking for it again as long as it is not
// there.
type toSyslog struct {
	network, address string // empty: the host's own
	facility         syslog.Priority
	ident            func() string
	form             form

	w    *syslog.Writer
	have string // its ident
}

func (s *toSyslog) write(n *line) {
	if ident := s.ident(); s.w == nil || s.have != ident {
		s.close()
		w, err := syslog.Dial(s.network, s.address, s.facility|syslog.LOG_INFO, ident)
		if err != nil {
			return
		}
		s.w, s.have = w, ident
	}
	_ = s.w.Info(s.form(n)) // the writer connects again by itself
}

func (s *toSyslog) reopen() {}

func (s *toSyslog) close() {
	if s.w != nil {
		_ = s.w.Close()
		s.w = nil
	}
}
