package vrrpd

import (
	"context"
	"maps"
	"sync"

	"github.com/viplab/viplab/daemon/child"
)

// sessions is which BFD sessions are up, for the checker process to hear.
type sessions struct {
	mu      sync.Mutex
	now     child.Sessions
	changed chan struct{} // closed at the next change
}

func newSessions() *sessions {
	return &sessions{now: child.Sessions{Number: 1, Up: map[string]bool{}}, changed: make(chan struct{})}
}

// set takes the state of a session.
func (s *sessions) set(name string, up bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if before, known := s.now.Up[name]; known && before == up {
		return
	}
	s.now.Up[name] = up
	s.now.Number++
	close(s.changed)
	s.changed = make(chan struct{})
}

// after waits until the number is not seen.
func (s *sessions) after(ctx context.Context, seen uint64) (*child.Sessions, error) {
	for {
		s.mu.Lock()
		now, changed := child.Sessions{Number: s.now.Number, Up: maps.Clone(s.now.Up)}, s.changed
		s.mu.Unlock()
		if now.Number != seen {
			return &now, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Sessions tells of BFD sessions as soon as they are not as at seen.
func (s *service) Sessions(ctx context.Context, seen uint64) (*child.Sessions, error) {
	return s.watchers.known.after(ctx, seen)
}

// Hear is of the checker process.
func (s *service) Hear(context.Context, *child.Sessions) error { return child.ErrMethod }
