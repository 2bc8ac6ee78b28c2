// Package nsthread runs functions inside namespaces, on locked operating system
// threads that never go back to the Go scheduler.
//
// A socket belongs for ever to the network namespace of the thread that made
// it, so only its making has to happen here: the file descriptor is passed out
// and used from any goroutine.
package nsthread

import (
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/containernetworking/plugins/pkg/ns"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// ErrClosed is returned for work on a Thread that was closed.
var ErrClosed = errors.New("namespace thread is closed")

// Net runs f in the network namespace handle on a throw-away thread.
func Net(handle netns.NsHandle, f func() error) error {
	n, err := ns.GetNS(fmt.Sprintf("/proc/self/fd/%d", int(handle)))
	if err != nil {
		return fmt.Errorf("open network namespace: %w", err)
	}
	defer n.Close()
	return n.Do(func(ns.NetNS) error { return f() })
}

// Mount runs f in the mount namespace that the descriptor mnt refers to, on a
// throw-away thread with a umask and a working directory (/) of its own.
func Mount(mnt int, f func() error) error {
	t, err := Join(mnt, unix.CLONE_NEWNS)
	if err != nil {
		return err
	}
	defer t.Close()
	return t.Do(f)
}

// Thread is a thread that stays in its namespaces, for callers that need many
// things done there: a thread costs far more than a hand-over.
type Thread struct {
	work chan func()
	stop chan struct{}
	done chan struct{}
	once sync.Once
}

// New starts a thread in the network namespace ns, which may be closed after.
func New(ns netns.NsHandle) (*Thread, error) {
	return start(func() error {
		if err := netns.Set(ns); err != nil {
			return fmt.Errorf("enter network namespace: %w", err)
		}
		return nil
	})
}

// Join starts a thread in the namespaces that fd, of a namespace or of a process
// (pidfd), and flags say, as setns(2) takes them. A PID namespace is that of the
// processes which the thread starts; it cannot be its own.
func Join(fd, flags int) (*Thread, error) {
	return start(func() error {
		// The kernel lets only a thread into a mount namespace that shares its root
		// and working directory with no other (setns(2), EINVAL).
		if err := unix.Unshare(unix.CLONE_FS); err != nil {
			return fmt.Errorf("unshare file system attributes: %w", err)
		}
		if err := unix.Setns(fd, flags); err != nil {
			return fmt.Errorf("join namespaces: %w", err)
		}
		return nil
	})
}

// start starts a thread that begins with enter.
func start(enter func() error) (*Thread, error) {
	t := &Thread{work: make(chan func()), stop: make(chan struct{}), done: make(chan struct{})}
	entered := make(chan error, 1)
	go func() {
		defer close(t.done)
		runtime.LockOSThread() // never unlocked: the thread ends with its goroutine
		err := enter()
		entered <- err
		if err == nil {
			t.serve()
		}
	}()
	if err := <-entered; err != nil {
		return nil, err
	}
	return t, nil
}

func (t *Thread) serve() {
	for {
		select {
		case f := <-t.work:
			f()
		case <-t.stop:
			return
		}
	}
}

// Do runs f on the thread and returns its error, or ErrClosed. Calls queue up.
func (t *Thread) Do(f func() error) error {
	result := make(chan error, 1)
	select {
	case t.work <- func() { result <- f() }:
		return <-result
	case <-t.stop:
		return ErrClosed
	}
}

// Close ends the thread and waits until it is gone. It may be called twice.
func (t *Thread) Close() {
	t.once.Do(func() { close(t.stop) })
	<-t.done
}
