package daemon

import (
	"context"
	"fmt"
	"net"
	"sync"

	"github.com/viplab/viplab/daemon/control"
	"github.com/viplab/viplab/daemon/metrics"
	"github.com/viplab/viplab/daemon/process"
)

// serve starts what answers to others while the daemon runs, and returns what
// waits for the end of all that, after ctx.
func (s *supervisor) serve(ctx context.Context) (wait func()) {
	s.others = new(sync.WaitGroup)
	s.others.Go(func() { process.StaySmall(ctx) })
	s.watchdog(ctx, s.others)
	s.followTime(ctx, s.others)
	b := backend{s, ctx}
	s.offer(s.paths.control, func() error {
		l, err := control.Listen(s.paths.control)
		if err != nil {
			return err
		}
		s.others.Go(func() { s.complain(control.Serve(ctx, l, b)) })
		return nil
	})
	s.offer(s.options.Metrics, func() error {
		l, err := net.Listen("tcp", s.options.Metrics)
		if err != nil {
			return fmt.Errorf("serve metrics: %w", err)
		}
		s.others.Go(func() { s.complain(metrics.Serve(ctx, l, b)) })
		return nil
	})
	return s.others.Wait
}

// offer begins to listen somewhere. The daemon runs where it cannot: nobody is to
// lose an address for that.
func (s *supervisor) offer(at string, listen func() error) {
	if at != "" {
		s.complain(listen())
	}
}
