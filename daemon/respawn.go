package daemon

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/checkd"
	"github.com/viplab/viplab/daemon/child"
	"github.com/viplab/viplab/daemon/netns"
	"github.com/viplab/viplab/daemon/router"
)

// ended does what the end of a child asks for.
func (s *supervisor) ended(ctx context.Context, m *member, p *child.Process, end child.End) {
	pid := p.PID()
	m.process, m.ready = nil, false
	s.complain(m.pid.clear())
	for line := range strings.Lines(end.Crash) {
		s.Printf("%s child process(%d) crashed: %s", m.title, pid, strings.TrimSuffix(line, "\n"))
	}
	if end.Signal != 0 && !s.stopping {
		s.Printf("pid %d exited due to signal %d (%s)", pid, int(end.Signal), unix.SignalName(end.Signal))
	}
	switch permanent := verdict(end); {
	case s.stopping:
	case m.leaving:
		s.leave(ctx, m)
	case permanent != "":
		s.status = end.Code
		if m.failure != nil && !errors.Is(m.failure, child.ErrGone) {
			fmt.Fprintf(s.stderr, "vipd: %v\n", m.failure)
		}
		s.stop(fmt.Sprintf("pid %d exited with permanent error %s. Terminating", pid, permanent))
	case s.options.NoRespawn:
		s.status = exitFatal
		s.sweep(m)
		s.stop(fmt.Sprintf("%s child process(%d) died: Exiting", m.title, pid))
	default:
		s.Printf("%s child process(%d) died: Respawning", m.title, pid)
		s.again(ctx, m)
	}
}

// verdict names the error of a child that is not to be started again, as
// keepalived does. A Go program that crashes ends with status 2, too.
func verdict(end child.End) string {
	switch {
	case end.Crash != "":
	case end.Code == exitFatal:
		return "FATAL"
	case end.Code == exitConfig:
		return "CONFIG"
	case end.Code == exitPermission:
		return "missing permission"
	}
	return ""
}

// again starts a child again, at once for the first time, later and later if it
// keeps dying.
func (s *supervisor) again(ctx context.Context, m *member) {
	if s.stopping {
		return
	}
	if !m.begun.IsZero() && time.Since(m.begun) >= s.limits.calm {
		m.delay = 0
	}
	s.Printf("Restart of %s process delayed %d seconds to limit respawn rate", m.title, int(m.delay.Seconds()))
	m.restarts++
	if m.delay > 0 {
		s.sweep(m)
	}
	m.timer = time.AfterFunc(m.delay, func() {
		s.post(func() {
			if m.timer != nil && m.process == nil && !s.stopping {
				s.start(ctx, m)
			}
		})
	})
	m.delay = min(max(2*m.delay, time.Second), s.limits.pause)
}

// sweep removes what a child has left on the host that was killed and is not
// started again at once: another router takes its addresses over meanwhile.
func (s *supervisor) sweep(m *member) {
	if m.role != roleVRRP || s.options.KeepVRRP {
		return
	}
	err := netns.Within(netns.Enter(s.config.Global.Daemon.Namespace), func() error { return router.Clean(s.config, s.Log) })
	if err != nil {
		s.complain(fmt.Errorf("remove what the %s process has left: %w", m.title, err))
	}
}

// sweepServices removes the virtual servers that a checker process has left in the
// kernel, unless they are to stay. One that ends in order leaves none.
func (s *supervisor) sweepServices(ctx context.Context) {
	if s.options.KeepIPVS {
		return
	}
	d := &s.config.Global.Daemon
	enter := netns.Enter(d.Namespace)
	if s.config.Given("net_namespace_ipvs") {
		enter = netns.Enter(d.IPVSNamespace) // "" is where this process is
	}
	s.complain(checkd.Clean(ctx, s.paths.ledger, enter, s.Log))
}

// cancelStart has no new process started.
func (m *member) cancelStart() {
	if m.timer != nil {
		m.timer.Stop()
		m.timer = nil
	}
}
