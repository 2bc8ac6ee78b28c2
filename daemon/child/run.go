package child

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/process"
)

// run serves the parent until it is gone, SIGTERM comes or ended does, whichever
// is first. No method of s runs when it returns. Signals that the parent answers
// are taken and come to nothing: a terminal sends them to all processes. They are taken
// for good: SIGTERM comes once more when the parent dies (PDEATHSIG), after the
// channel has been closed, and must not end a process that is cleaning up.
func run(ended context.Context, end *os.File, s Service, stderr io.Writer) {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, Signals()...)
	serving, hangUp := context.WithCancel(context.Background())
	defer hangUp()
	served := make(chan error)
	go func() { served <- Serve(serving, end, s) }()
	for over := ended.Done(); ; {
		select {
		case err := <-served: // the parent is gone
			if err != nil {
				fmt.Fprintf(stderr, "vipd: %v\n", err)
			}
			return
		case <-over:
			over = nil
			hangUp()
		case sig := <-signals:
			if sig == unix.SIGTERM {
				hangUp()
			}
		}
	}
}

// Main is a child process, from start to stop: end is its end of the channel to the
// parent, and begin makes its Service with what stops it. A Service that cannot go
// on calls over. Main returns the exit status, which stop does.
func Main(end *os.File, stderr io.Writer, begin func(over context.CancelFunc) (s Service, stop func() int)) int {
	process.Frugal()
	process.Spare()
	ended, cancel := context.WithCancel(context.Background())
	defer cancel()
	s, stop := begin(cancel)
	small := make(chan struct{})
	go func() { defer close(small); process.StaySmall(ended) }()
	defer func() { cancel(); <-small }()
	run(ended, end, s, stderr)
	return stop()
}
