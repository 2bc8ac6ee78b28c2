package notify

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// launcher is a process that starts programs for this one. A Go process stands
// still while it starts one: the thread that does so cannot be stopped before the
// new program is loaded, and the garbage collector waits for it, and everybody
// for the collector. Loading can take long, from a network file system for ever.
type launcher struct {
	cmd  *exec.Cmd
	wire *wire
	done chan struct{} // closed when it is gone

	mu       sync.Mutex
	last     uint64
	children map[uint64]*remote
	greeted  bool // it is a launcher indeed
	gone     bool
}

// remote is a child of the launcher.
type remote struct {
	of      *launcher
	id      uint64
	number  int
	started chan answer // one at most
	ended   chan answer // one at most
}

const (
	launcherLimit = time.Second      // that the launcher may take to end
	greetingLimit = 10 * time.Second // and to begin, by default
)

var errNoMain = errors.New("launcher: the executable's main does not call notify.Main")

// startLauncher starts the launcher: this executable once more, whose main must
// call Main, or it is killed after greeting. prepare is called on the thread that
// does it, for the launcher to inherit what it changes.
func startLauncher(prepare func() error, greeting time.Duration) (*launcher, error) {
	if os.Getenv(launcherEnv) != "" {
		return nil, errNoMain
	}
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("launcher: %w", err)
	}
	theirs := os.NewFile(uintptr(fds[1]), "wire")
	defer theirs.Close()
	w, err := newWire(fds[0])
	if err != nil {
		return nil, err
	}
	l := &launcher{wire: w, done: make(chan struct{}), children: map[uint64]*remote{}}
	l.cmd = exec.Command("/proc/self/exe")
	l.cmd.Args[0] = launcherName
	l.cmd.Env = append(os.Environ(), launcherEnv+"=1")
	l.cmd.Stderr = os.Stderr
	l.cmd.ExtraFiles = []*os.File{theirs}
	// The terminal's signals are not for it.
	l.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	result := make(chan error)
	go onThread(func() {
		if prepare != nil {
			if err := prepare(); err != nil {
				result <- err
				return
			}
		}
		result <- l.cmd.Start()
	})
	if err := <-result; err != nil {
		_ = w.conn.Close()
		return nil, fmt.Errorf("launcher: %w", err)
	}
	go l.listen(greeting)
	return l, nil
}

// listen passes on what the launcher tells, until it ends.
func (l *launcher) listen(greeting time.Duration) {
	defer close(l.done)
	defer l.end()
	var a answer
	_ = l.wire.conn.SetReadDeadline(time.Now().Add(greeting))
	if _, err := l.wire.receive(&a); err != nil {
		return
	}
	_ = l.wire.conn.SetReadDeadline(time.Time{})
	l.mu.Lock()
	l.greeted = true
	l.mu.Unlock()
	for {
		var a answer
		if _, err := l.wire.receive(&a); err != nil {
			return
		}
		l.mu.Lock()
		c := l.children[a.ID]
		if a.Ended != nil || a.Failure != "" {
			delete(l.children, a.ID)
		}
		l.mu.Unlock()
		switch {
		case c == nil:
		case a.Ended != nil:
			c.ended <- a
		default:
			c.started <- a
		}
	}
}

// end tells all who wait for a child that they wait in vain.
func (l *launcher) end() {
	_ = l.wire.conn.Close()
	l.mu.Lock()
	l.gone = true
	if !l.greeted {
		_ = l.cmd.Process.Kill()
	}
	for _, c := range l.children {
		close(c.started)
		close(c.ended)
	}
	l.children = nil
	l.mu.Unlock()
	_ = l.cmd.Wait()
}

// state reports whether it has ended, and whether it ever was a launcher.
func (l *launcher) state() (gone, greeted bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.gone, l.greeted
}

// start starts p, which prints to out (nil: nowhere).
func (l *launcher) start(p *program, out *os.File) (child, error) {
	c := &remote{of: l, started: make(chan answer, 1), ended: make(chan answer, 1)}
	l.mu.Lock()
	if l.gone {
		l.mu.Unlock()
		return nil, ErrLauncher
	}
	l.last++
	c.id = l.last
	l.children[c.id] = c
	l.mu.Unlock()
	if err := l.wire.send(request{ID: c.id, Program: p}, out); err != nil {
		l.mu.Lock()
		delete(l.children, c.id)
		l.mu.Unlock()
		return nil, fmt.Errorf("launcher: %w", err)
	}
	a, ok := <-c.started
	if !ok {
		return nil, ErrLauncher
	}
	c.number = a.PID
	return c, a.err()
}

func (c *remote) pid() int { return c.number }

// signal does not wait, not even for a launcher that stands still.
func (c *remote) signal(sig syscall.Signal) {
	go func() { _ = c.of.wire.send(request{ID: c.id, Signal: sig}, nil) }() // gone already is fine
}

func (c *remote) wait() (Status, error) {
	a, ok := <-c.ended
	if !ok {
		return Status{Code: -1}, ErrLauncher
	}
	return *a.Ended, nil
}

// close has the launcher end, together with what it still runs, and kills it if
// that takes long.
func (l *launcher) close() {
	_ = l.wire.conn.CloseWrite()
	for range 2 {
		t := time.NewTimer(launcherLimit)
		select {
		case <-l.done:
			t.Stop()
			return
		case <-t.C:
			_ = l.cmd.Process.Kill()
		}
	}
	_ = l.wire.conn.Close()
}
