package notify

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	launcherEnv  = "VIPD_LAUNCHER" // is set for the launcher
	launcherName = "vipd-launcher"
	launcherWire = 3 // its descriptor
)

// Main makes this process the launcher of another, if it was started as that,
// and does not return then. An executable that sets Options.Launcher calls it
// first thing in main.
func Main() {
	if os.Getenv(launcherEnv) == "" {
		return
	}
	_ = os.Unsetenv(launcherEnv) // of no concern to programs
	unix.CloseOnExec(launcherWire)
	_ = os.WriteFile("/proc/self/comm", []byte(launcherName), 0) // ps would say "exe"
	// Who ends is decided by who started it, and what killall sends to the daemon
	// is not for it; but ignored signals would be ignored by programs too.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGPIPE,
		syscall.SIGUSR1, syscall.SIGUSR2, syscall.Signal(36), syscall.Signal(63))
	w, err := newWire(launcherWire)
	if err != nil {
		os.Exit(1)
	}
	s := &server{wire: w, children: map[uint64]child{}}
	_ = w.send(answer{}, nil) // the greeting
	s.serve()
	s.end()
	os.Exit(0)
}

// server is the launcher from inside.
type server struct {
	wire *wire
	all  sync.WaitGroup

	mu       sync.Mutex
	children map[uint64]child
}

// serve does what it is asked to, until the other end is gone.
func (s *server) serve() {
	for {
		var r request
		out, err := s.wire.receive(&r)
		if err != nil {
			return
		}
		if r.Program == nil {
			s.mu.Lock()
			c := s.children[r.ID]
			s.mu.Unlock()
			if c != nil {
				c.signal(r.Signal)
			}
			continue
		}
		s.all.Add(1)
		go onThread(func() {
			defer s.all.Done()
			s.run(&r, out)
		})
	}
}

// run starts a program and waits for its end.
func (s *server) run(r *request, out *os.File) {
	c, err := startLocal(r.Program, out)
	if out != nil {
		_ = out.Close()
	}
	a := answer{ID: r.ID}
	if err != nil {
		a.fail(err)
		_ = s.wire.send(a, nil)
		return
	}
	s.mu.Lock()
	s.children[r.ID] = c
	s.mu.Unlock()
	a.PID = c.pid()
	_ = s.wire.send(a, nil)
	status, _ := c.wait()
	s.mu.Lock()
	delete(s.children, r.ID)
	s.mu.Unlock()
	_ = s.wire.send(answer{ID: r.ID, Ended: &status}, nil)
}

// end ends what still runs: the daemon is gone.
func (s *server) end() {
	s.tell(syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		s.all.Wait()
		close(done)
	}()
	select {
	case <-done:
		return
	case <-time.After(defaultGrace):
	}
	s.tell(syscall.SIGKILL)
	select {
	case <-done:
	case <-time.After(killWait):
	}
}

func (s *server) tell(sig syscall.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.children {
		c.signal(sig)
	}
}
