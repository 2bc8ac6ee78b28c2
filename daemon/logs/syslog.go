package logs

import (
	"fmt"
	"log/syslog"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// toSyslog writes to the host's syslog, looking for it again as long as it is not
// there. Its fields but those that mu guards are for one goroutine.
type toSyslog struct {
	path     string // of its socket; empty: the host's own
	facility syslog.Priority
	ident    func() string
	form     form

	w    *syslog.Writer
	have string // its ident

	mu    sync.Mutex
	quick *net.UnixConn   // takes a line at once or not at all; nil: there is no such socket
	lost  bool            // there was one
	raw   syscall.RawConn // of quick
}

func newSyslog(path string, facility syslog.Priority, ident func() string, f form) *toSyslog {
	s := &toSyslog{path: path, facility: facility, ident: ident, form: f}
	s.connect()
	return s
}

// sockets are where a host's syslog may listen.
var sockets = [...]string{"/dev/log", "/var/run/syslog", "/var/run/log"}

// connect looks for a syslog that takes datagrams.
func (s *toSyslog) connect() {
	paths := sockets[:]
	if s.path != "" {
		paths = []string{s.path}
	}
	for _, path := range paths {
		c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
		if err != nil {
			continue
		}
		raw, err := c.SyscallConn()
		if err != nil {
			_ = c.Close()
			continue
		}
		s.mu.Lock()
		s.quick, s.raw, s.lost = c, raw, false
		s.mu.Unlock()
		return
	}
}

// send sends a line if that can be done without waiting, and reports whether it
// has. Any goroutine may call it.
func (s *toSyslog) send(n *line) bool {
	if !s.mu.TryLock() {
		return false
	}
	defer s.mu.Unlock()
	if s.quick == nil {
		return false
	}
	// The form of log/syslog, which is that of syslog(3).
	text := fmt.Appendf(nil, "<%d>%s %s[%d]: %s\n", s.facility|syslog.LOG_INFO, n.at.Format(time.Stamp), s.ident(), os.Getpid(), s.form(n))
	var sent error
	err := s.raw.Control(func(fd uintptr) {
		sent = unix.Send(int(fd), text, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
	})
	if err == nil && sent == nil {
		return true
	}
	if err != nil || sent != unix.EAGAIN {
		s.hangUp()
	}
	return false
}

// hangUp closes what send sends to; mu is held.
func (s *toSyslog) hangUp() {
	if s.quick != nil {
		_ = s.quick.Close()
		s.quick, s.raw, s.lost = nil, nil, true
	}
}

func (s *toSyslog) write(n *line) {
	if n.sent {
		return
	}
	found := false
	if ident := s.ident(); s.w == nil || s.have != ident {
		s.drop()
		network := ""
		if s.path != "" {
			network = "unixgram"
		}
		w, err := syslog.Dial(network, s.path, s.facility|syslog.LOG_INFO, ident)
		if err != nil {
			return
		}
		s.w, s.have, found = w, ident, true
	}
	if s.w.Info(s.form(n)) != nil { // the writer has connected again by itself, if it could
		return
	}
	// A syslog that takes no datagrams is not asked again with each line.
	s.mu.Lock()
	again := s.quick == nil && (found || s.lost)
	s.mu.Unlock()
	if again {
		s.connect()
	}
}

func (s *toSyslog) reopen() {}

func (s *toSyslog) drop() {
	if s.w != nil {
		_ = s.w.Close()
		s.w = nil
	}
}

func (s *toSyslog) close() {
	s.drop()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hangUp()
}
