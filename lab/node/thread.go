package node

import (
	"errors"
	"fmt"
	"runtime"
	"sync"

	"golang.org/x/sys/unix"
)

// ErrClosed is returned for work on a node that is gone.
var ErrClosed = errors.New("node is closed")

// thread is an operating system thread inside a node's namespaces. It is never
// given back to the Go scheduler: it ends with the node.
type thread struct {
	work chan func()
	stop chan struct{}
	once sync.Once
}

// newThread starts a thread in the namespaces of the process behind pidfd.
// Flags are those of setns(2). The processes that it starts are in the PID
// namespace too; the thread itself cannot be.
func newThread(pidfd, flags int) (*thread, error) {
	t := &thread{work: make(chan func()), stop: make(chan struct{})}
	entered := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := enter(pidfd, flags)
		entered <- err
		if err == nil {
			t.serve()
		}
	}()
	return t, <-entered
}

// enter joins namespaces. A mount namespace can be joined only by a thread that
// shares its root and working directory with no other.
func enter(pidfd, flags int) error {
	if err := unix.Unshare(unix.CLONE_FS); err != nil {
		return fmt.Errorf("unshare file system attributes: %w", err)
	}
	if err := unix.Setns(pidfd, flags); err != nil {
		return fmt.Errorf("join namespaces: %w", err)
	}
	return nil
}

func (t *thread) serve() {
	for {
		select {
		case f := <-t.work:
			f()
		case <-t.stop:
			return
		}
	}
}

// do runs f on the thread and returns its error, or ErrClosed.
func (t *thread) do(f func() error) error {
	result := make(chan error, 1)
	select {
	case t.work <- func() { result <- f() }:
		return <-result
	case <-t.stop:
		return ErrClosed
	}
}

func (t *thread) close() { t.once.Do(func() { close(t.stop) }) }
