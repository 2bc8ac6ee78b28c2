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
	result := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with its goroutine
		if err := enterMount(mnt); err != nil {
			result <- err
			return
		}
		result <- f()
	}()
	return <-result
}

// enterMount joins a mount namespace. The kernel lets only a thread in that
// shares its root and working directory with no other (setns(2), EINVAL).
func enterMount(mnt int) error {
	if err := unix.Unshare(unix.CLONE_FS); err != nil {
		return fmt.Errorf("unshare file system attributes: %w", err)
	}
	if err := unix.Setns(mnt, unix.CLONE_NEWNS); err != nil {
		return fmt.Errorf("enter mount namespace: %w", err)
	}
	return nil
}

// Thread is a thread that stays in one network namespace, for callers that
// need many sockets there: a thread costs far more than a hand-over.
type Thread struct {
	work chan func()
	stop chan struct{}
	done chan struct{}
	once sync.Once
}

// New starts a thread in the network namespace ns, which may be closed after.
func New(ns netns.NsHandle) (*Thread, error) {
	t := &Thread{work: make(chan func()), stop: make(chan struct{}), done: make(chan struct{})}
	entered := make(chan error, 1)
	go func() {
		defer close(t.done)
		runtime.LockOSThread() // never unlocked: the thread ends with its goroutine
		if err := netns.Set(ns); err != nil {
			entered <- fmt.Errorf("enter network namespace: %w", err)
			return
		}
		entered <- nil
		t.serve()
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
