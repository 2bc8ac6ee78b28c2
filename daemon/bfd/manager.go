package bfd

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"sync"

	"github.com/viplab/viplab/daemon/conf"
)

// Logger takes lines for the log. It must not wait.
type Logger interface {
	Printf(format string, args ...any)
}

// Options are what a Manager works with.
type Options struct {
	Log Logger
	// Report tells whether a session is up, and why not. It must not wait, nor call
	// the Manager, and is called on any goroutine. Each session is down at first,
	// and reported so.
	Report func(name string, up bool, text string)
}

// Manager runs the sessions of a configuration, on a thread of its own as soon as
// there is one.
type Manager struct {
	opt Options

	mu       sync.Mutex // guards all that follows
	sessions []*running // in the order of the configuration
	inlets   map[port]*inlet
	discards [reasons]uint64
	wait     *waiter // nil without sessions so far
	failed   error   // why the thread ended
	closed   bool
	done     chan struct{}
}

// ErrClosed says that the Manager is closed.
var ErrClosed = errors.New("the BFD sessions are closed")

// New returns a Manager without sessions. Close must follow.
func New(o Options) *Manager {
	return &Manager{opt: o, inlets: map[port]*inlet{}}
}

// Start starts the sessions of cfg. Sockets are those of the calling thread's
// network namespace.
func (m *Manager) Start(cfg *conf.Config) error { return m.Reload(cfg) }

// Reload makes cfg the configuration. A session whose neighbour, source and port
// stay goes on, and tells its neighbour of other intervals; it reports nothing.
// Sessions that are gone end, without a report. After an error all is as it was.
// It opens sockets as Start does.
func (m *Manager) Reload(cfg *conf.Config) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	if m.failed != nil {
		return m.failed
	}
	fresh, err := m.open(cfg)
	if err != nil {
		return err
	}
	now, old := clock(), m.sessions
	m.sessions = nil
	for _, b := range cfg.BFDs {
		s := same(old, b)
		if s == nil {
			s = fresh[b]
		} else {
			s.reload(b, now)
		}
		m.sessions = append(m.sessions, s)
	}
	for _, s := range old {
		if !holds(m.sessions, s) {
			s.link = silent{s.out.send}
			s.Stop()
			s.out.close()
		}
	}
	m.trim()
	for _, s := range m.sessions {
		if fresh[s.conf] == s {
			s.report(false, Down.String())
		}
	}
	if m.wait != nil {
		m.wait.rouse()
	}
	return nil
}

// same is the session of list that b can go on with, nil if there is none.
func same(list []*running, b *conf.BFD) *running {
	for _, s := range list {
		if o := s.conf; o.Name == b.Name && o.Neighbor == b.Neighbor && o.Source == b.Source && o.Multihop == b.Multihop {
			return s
		}
	}
	return nil
}

func holds(list []*running, s *running) bool {
	for _, o := range list {
		if o == s {
			return true
		}
	}
	return false
}

// open makes the sessions that are new in cfg, with all that they need.
func (m *Manager) open(cfg *conf.Config) (fresh map[*conf.BFD]*running, err error) {
	fresh = map[*conf.BFD]*running{}
	defer func() {
		if err != nil {
			for _, s := range fresh {
				s.out.close()
			}
			m.trim()
		}
	}()
	now := clock()
	for _, b := range cfg.BFDs {
		if same(m.sessions, b) != nil {
			continue
		}
		if err = m.thread(); err != nil {
			return nil, err
		}
		if err = m.listen(portOf(b)); err != nil {
			return nil, err
		}
		s := &running{m: m}
		if s.out, err = newOutlet(b); err != nil {
			return nil, err
		}
		s.Session = NewSession(b, m.discriminator(fresh), s, now)
		fresh[b] = s
	}
	return fresh, nil
}

// discriminator is one that no session has, and nobody can guess.
func (m *Manager) discriminator(fresh map[*conf.BFD]*running) uint32 {
	for {
		var b [4]byte
		_, _ = rand.Read(b[:]) // it never fails
		n := binary.NativeEndian.Uint32(b[:])
		free := n != 0
		for _, s := range m.sessions {
			free = free && s.local != n
		}
		for _, s := range fresh {
			free = free && s.local != n
		}
		if free {
			return n
		}
	}
}

// Close ends all sessions, and tells the neighbours. It reports nothing. It
// returns when nothing is left, or the error of ctx when that ends before.
func (m *Manager) Close(ctx context.Context) error {
	m.mu.Lock()
	if !m.closed {
		m.closed = true
		for _, s := range m.sessions {
			s.link = silent{s.out.send}
			s.Stop()
			s.out.close()
		}
		m.sessions = nil
		m.trim()
	}
	w, done := m.wait, m.done
	m.mu.Unlock()
	if w == nil {
		return nil
	}
	w.rouse()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
