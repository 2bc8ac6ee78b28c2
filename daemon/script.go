package daemon

import (
	"context"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/child"
	"github.com/viplab/viplab/daemon/netns"
	"github.com/viplab/viplab/daemon/notify"
)

// bookend runs startup_script before the children or shutdown_script after them,
// and waits for it. Neither decides whether the daemon runs; a signal to stop
// during the first does. It reports whether there was none.
func (s *supervisor) bookend(ctx context.Context, signals <-chan os.Signal, keyword string) bool {
	c, limit := &s.config.Global.Scripts.Startup, s.config.Global.Scripts.StartupTimeout
	if keyword == "shutdown_script" {
		c, limit = &s.config.Global.Scripts.Shutdown, s.config.Global.Scripts.ShutdownTimeout
	}
	if !c.Given() {
		return true
	}
	sc := &s.config.Global.Scripts
	accounts := notify.Accounts{User: sc.User, Group: sc.Group, Security: sc.Security, Supplementary: sc.SupplementaryOn}
	command, err := accounts.Command(keyword, keyword, c)
	if err != nil {
		s.Printf("%v", err)
		return true
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan struct{})
	go func() { defer close(done); s.runScript(ctx, keyword, command, limit) }()
	for {
		select {
		case <-done:
			return ctx.Err() == nil
		case sig := <-signals:
			if sig == unix.SIGTERM || sig == unix.SIGINT && !s.options.IgnoreSIGINT {
				s.Printf("Stopping")
				cancel()
			}
		}
	}
}

func (s *supervisor) runScript(ctx context.Context, keyword string, command notify.Command, limit time.Duration) {
	s.Printf("Running %s %s", keyword, command.Args[0])
	run := notify.NewRunner(notify.Options{Log: s.Log, Env: child.Environment(), OnThread: netns.Enter(s.config.Global.Daemon.Namespace)})
	status, err := run.Run(ctx, command, limit)
	switch {
	case errors.Is(err, notify.ErrTimeout):
		s.Printf("%s has run for longer than %v and was ended", keyword, limit)
	case err != nil:
		s.Printf("%s: %v", keyword, err)
	case status != notify.Status{}:
		s.Printf("%s failed: %v", keyword, status)
	}
	s.complain(run.Close(ctx))
}
