package daemon

import (
	"context"

	"golang.org/x/sys/unix"
)

// muster starts the children that the configuration newly asks for, and ends
// those that it has no use for any more.
func (s *supervisor) muster(ctx context.Context) {
	for _, role := range []string{roleVRRP, roleCheckers} {
		m := s.member(role)
		wanted := s.wanted(role, s.config)
		switch {
		case wanted && m == nil:
			m, err := s.join(role)
			if err != nil {
				s.Printf("%v", err)
				continue
			}
			s.start(ctx, m)
		case wanted && m.leaving:
			m.leaving = false // it is on its way out, and started again then
		case !wanted && m != nil:
			m.leaving = true
			m.cancelStart()
			if m.process == nil {
				s.leave(ctx, m)
			} else {
				m.process.Signal(unix.SIGTERM)
			}
		}
	}
}

func (s *supervisor) member(role string) *member {
	for _, m := range s.members {
		if m.role == role {
			return m
		}
	}
	return nil
}

// leave forgets a child that is not to run any more.
func (s *supervisor) leave(ctx context.Context, m *member) {
	if m.role == roleCheckers {
		s.sweepServices(ctx)
	}
	s.complain(m.pid.release())
	for n, have := range s.members {
		if have == m {
			s.members = append(s.members[:n:n], s.members[n+1:]...)
			return
		}
	}
}
