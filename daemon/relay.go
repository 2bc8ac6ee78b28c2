package daemon

import (
	"context"

	"github.com/viplab/viplab/daemon/child"
)

// relay tells the checker process which BFD sessions are up that the VRRP process
// runs, as long as both are there. It is to be called when one has started.
func (s *supervisor) relay(ctx context.Context) {
	if s.unrelay != nil {
		s.unrelay()
		s.unrelay = nil
	}
	from, to := s.member(roleVRRP), s.member(roleCheckers)
	if s.options.NoBFD || s.stopping || from == nil || to == nil || !from.ready || !to.ready {
		return
	}
	ctx, s.unrelay = context.WithCancel(ctx)
	vrrp, checkers := from.process, to.process
	s.others.Go(func() { pass(ctx, vrrp.Client, checkers.Client) })
}

// pass tells to what from says, until one of them is gone or ctx ends.
func pass(ctx context.Context, from, to *child.Client) {
	for seen := uint64(0); ; {
		list, err := from.Sessions(ctx, seen)
		if err == nil {
			err = to.Hear(ctx, list)
		}
		if err != nil {
			return
		}
		seen = list.Number
	}
}
