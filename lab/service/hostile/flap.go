package hostile

import (
	"context"
	"time"

	"github.com/viplab/viplab/lab/topology"
)

// flap changes between serving and m after each of m's intervals, until the next
// endFlapping.
func (s *Server) flap(ctx context.Context, m topology.Manner) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	s.mu.Lock()
	s.stop = func() { cancel(); <-done }
	s.mu.Unlock()
	go func() {
		defer close(done)
		next := time.Now()
		for i := 0; ; i++ {
			// Counted from the beginning, so that errors do not add up.
			next = next.Add(m.Flap[i%len(m.Flap)])
			if !sleep(ctx, time.Until(next)) {
				return
			}
			to := m
			if i%2 == 1 {
				to = topology.Manner{Do: topology.Serve}
			}
			if err := s.become(to); err != nil {
				s.tell.trouble(err)
			}
		}
	}()
}

// endFlapping ends what flap began, if anything, and waits for its end.
func (s *Server) endFlapping() {
	s.mu.Lock()
	stop := s.stop
	s.stop = nil
	s.mu.Unlock()
	if stop != nil {
		stop()
	}
}
