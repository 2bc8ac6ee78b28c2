// Package vrrpd is the VRRP process: the router with its trackers and
// notifications, told by the parent what to do.
package vrrpd

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/child"
	"github.com/viplab/viplab/daemon/process"
)

// Main is the process, from start to stop: end is its end of the channel to the
// parent. It returns the exit status.
func Main(end *os.File, stderr io.Writer) int {
	process.Frugal()
	spare()
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, child.Signals()...)
	defer signal.Stop(signals)
	ended, cancel := context.WithCancel(context.Background())
	defer cancel()
	s := &service{stderr: stderr, end: cancel}
	serving, hangUp := context.WithCancel(context.Background())
	defer hangUp()
	small := make(chan struct{})
	go func() { defer close(small); process.StaySmall(ended) }()
	defer func() { cancel(); <-small }()
	served := make(chan error)
	go func() { served <- child.Serve(serving, end, s) }()
	for {
		select {
		case err := <-served: // the parent is gone
			if err != nil {
				fmt.Fprintf(stderr, "vipd: %v\n", err)
			}
			return s.stop()
		case <-ended.Done():
			hangUp()
		case sig := <-signals:
			if sig == unix.SIGTERM {
				hangUp()
			}
		}
	}
}

// spare gives Go's scheduler more processors than there are CPUs. The thread that
// keeps time takes one along into its waits, and so does, for up to ten
// milliseconds, each thread that waits in the kernel for something else; the
// others, those who write the log for example, would wait with them. With one CPU
// there is only one more, for then the collector waits in a loop for threads that
// it keeps from running.
func spare() {
	n := runtime.GOMAXPROCS(0)
	runtime.GOMAXPROCS(n + min(n, 3))
}
