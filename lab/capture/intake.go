package capture

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/lab/internal/nsthread"
	"github.com/viplab/viplab/lab/timeline"
)

// maxDatagram is more than any syslog message: glibc has no limit, but nobody
// else takes more than 8 KiB.
const maxDatagram = 1 << 16

// OpenSyslogSocket binds a datagram socket at path, an absolute path of at most
// 107 bytes, in the mount namespace that mnt refers to, and gives everybody the
// right to write to it. A socket that is there already is replaced. The
// descriptor is the caller's.
func OpenSyslogSocket(mnt int, path string) (fd int, err error) {
	fd = -1
	err = nsthread.Mount(mnt, func() error {
		unix.Umask(0) // the thread's own
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		s, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return err
		}
		if err := errors.Join(
			unix.SetsockoptInt(s, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1),
			unix.Bind(s, &unix.SockaddrUnix{Name: path}),
		); err != nil {
			return errors.Join(err, unix.Close(s))
		}
		fd = s
		return nil
	})
	if err != nil {
		return -1, fmt.Errorf("open syslog socket %s: %w", path, err)
	}
	return fd, nil
}

// SyslogConfig says where a node's log goes.
type SyslogConfig struct {
	Node     string
	Hostname string
	Record   *timeline.Recorder
	// Outputs get the lines that they select, in the classic format.
	Outputs []SyslogOutput
}

// SyslogOutput is where a rule of syslog.conf(5) leads.
type SyslogOutput struct {
	Selector Selector
	Writer   io.Writer
}

// Syslog is a node's syslog daemon. The time of a line is when it was sent, by the
// kernel's stamp on it, not when somebody came to read it.
type Syslog struct {
	conf  SyslogConfig
	pump  *pump
	clock *wallClock
	buf   []byte
	oob   []byte
	err   error // of writing, the first; guarded by pump.mu
}

// ServeSyslog receives on the socket fd, which it takes over, and records every
// line as an event.
func ServeSyslog(fd int, conf SyslogConfig) (*Syslog, error) {
	if err := unix.SetNonblock(fd, true); err != nil {
		return nil, errors.Join(fmt.Errorf("serve syslog: %w", err), unix.Close(fd))
	}
	s := &Syslog{conf: conf, clock: newWallClock(conf.Record.Now, realtime), buf: make([]byte, maxDatagram), oob: make([]byte, 128)}
	p, err := newPump(fd, "syslog socket", s.drain)
	if err != nil {
		return nil, err
	}
	s.pump = p
	p.run()
	return s, nil
}

// Sync returns when all messages sent before the call are recorded and written.
// It returns the first error of writing a file; events go on after it.
func (s *Syslog) Sync() error { return errors.Join(s.pump.sync(), s.fileError()) }

// Close does what Sync does and ends the service. It may be called twice.
func (s *Syslog) Close() error { return errors.Join(s.pump.close(nil), s.fileError()) }

func (s *Syslog) fileError() error {
	s.pump.mu.Lock()
	defer s.pump.mu.Unlock()
	return s.err
}

func (s *Syslog) drain(fd int) error {
	for {
		s.clock.asking()
		n, oobn, _, _, err := unix.Recvmsg(fd, s.buf, s.oob, 0)
		switch {
		case errors.Is(err, unix.EAGAIN):
			s.clock.emptied()
			return nil
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return fmt.Errorf("receive syslog of %s: %w", s.conf.Node, err)
		default:
			s.clock.measure()
			s.take(parseSyslog(s.buf[:n]), s.clock.at(stampOf(s.oob[:oobn])))
		}
	}
}

func (s *Syslog) take(m syslogMessage, at timeline.Time) {
	for text := range strings.SplitSeq(m.text, "\n") {
		s.conf.Record.Record(timeline.Event{At: at, Kind: timeline.KindLog, Node: s.conf.Node, Log: &timeline.Log{
			Source: m.source, Severity: m.severity, Facility: m.facility, Text: text,
		}})
	}
	line := m.line(s.conf.Hostname, time.Now())
	for _, out := range s.conf.Outputs {
		if !out.Selector.Selects(m.facility, m.severity) {
			continue
		}
		if _, err := io.WriteString(out.Writer, line); err != nil && s.err == nil {
			s.err = fmt.Errorf("write log of %s: %w", s.conf.Node, err)
		}
	}
}
