package lab

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"time"

	"github.com/viplab/viplab/lab/node"
)

// ErrStartLimit says that a service fails too often to be started again.
var ErrStartLimit = errors.New("it was started too often")

// How often a service may be started again: one that fails at once would else
// be started for ever. The figures are systemd's (StartLimitBurst=,
// StartLimitIntervalSec=).
const (
	startLimit    = 5
	startInterval = 10 * time.Second
)

// keep starts a service again whose process failed, as systemd does with
// Restart=on-failure: not one that was stopped, or that ended with status 0.
// What the process has left behind is stopped first (KillMode=control-group).
func (l *Lab) keep(s *supervised, p *node.Process) {
	if status, _ := p.Status(); s.spec.Restart == 0 || status == 0 || s.isStopped() {
		return
	}
	if err := l.restart(l.life, s, p); err != nil && l.life.Err() == nil {
		l.trouble(s.node, fmt.Errorf("start %s again: %w", s.name, err))
	}
}

func (l *Lab) restart(ctx context.Context, s *supervised, p *node.Process) error {
	if err := endRemains(ctx, p); err != nil {
		return err
	}
	if err := pause(ctx, s.spec.Restart); err != nil || s.isStopped() {
		return err
	}
	if !s.mayStart(time.Now()) {
		return fmt.Errorf("%w: %d times within %s", ErrStartLimit, startLimit, startInterval)
	}
	return l.StartService(ctx, s.node, s.name)
}

// remainsLook is how often is looked whether what a process left is gone: the
// kernel tells nobody but their parent, the node's init.
const remainsLook = 10 * time.Millisecond

// endRemains ends in order what a process has left behind, and kills what is
// still there after stopPatience.
func endRemains(ctx context.Context, p *node.Process) error {
	sig, deadline := syscall.SIGTERM, time.Now().Add(stopPatience)
	for asked := false; ; asked = true {
		left, err := p.Remains()
		if err != nil || len(left) == 0 {
			return err
		}
		if late := time.Now().After(deadline); !asked || late {
			if late {
				sig = syscall.SIGKILL
			}
			if err := p.SignalRemains(sig); err != nil {
				return err
			}
		}
		if err := pause(ctx, remainsLook); err != nil {
			return err
		}
	}
}

// pause waits for d on the lab's clock, or the context's end.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// mayStart counts a start at now, unless there were too many before.
func (s *supervised) mayStart(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.starts = slices.DeleteFunc(s.starts, func(t time.Time) bool { return now.Sub(t) >= startInterval })
	if len(s.starts) >= startLimit {
		return false
	}
	s.starts = append(s.starts, now)
	return true
}

// stop notes that the service is wanted no longer, or again.
func (s *supervised) stop(stopped bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = stopped
}

func (s *supervised) isStopped() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopped
}
