package daemon

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// tellLimit bounds how long the service manager may take to hear us.
const tellLimit = 100 * time.Millisecond

// systemd tells the service manager how we are, if it has started us
// (sd_notify(3)).
type systemd struct{}

// tell sends assignments, a line each. Nothing depends on them.
func (systemd) tell(lines ...string) {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return
	}
	defer conn.Close()
	if err := conn.SetWriteDeadline(time.Now().Add(tellLimit)); err == nil {
		_, _ = conn.Write([]byte(strings.Join(lines, "\n")))
	}
}

// watchdogInterval is how often the service manager wants to hear from us; 0:
// never.
func watchdogInterval() time.Duration {
	if pid := os.Getenv("WATCHDOG_PID"); pid != "" && pid != strconv.Itoa(os.Getpid()) {
		return 0
	}
	n, err := strconv.ParseUint(os.Getenv("WATCHDOG_USEC"), 10, 40)
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Microsecond
}

// reloading tells that a reload begins. The manager compares the time with when it
// asked for one.
func (s systemd) reloading() {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err == nil {
		s.tell("RELOADING=1", fmt.Sprintf("MONOTONIC_USEC=%d", now.Nano()/1000))
	}
}

// watchdog tells the service manager that all processes answer, as often as it
// wants to know.
func (s *supervisor) watchdog(ctx context.Context, all *sync.WaitGroup) {
	interval := watchdogInterval()
	if interval <= 0 {
		return
	}
	all.Go(func() {
		tick := time.NewTicker(interval / 3)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			asking, cancel := context.WithTimeout(ctx, interval/3)
			if _, err := s.statusOf(asking); err == nil {
				s.systemd.tell("WATCHDOG=1")
			}
			cancel()
		}
	})
}
