package router

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/nap"
	"github.com/viplab/viplab/daemon/vrrp"
)

// waiter waits for input and for a deadline with the kernel's own timer.
//
// The time-out of poll and epoll would not do: Go's is in milliseconds, and
// the kernel lets both be late by a thousandth of their length
// (fs/select.c, select_estimate_accuracy). A timerfd is exact.
//
// It waits in one of two ways. Go's own, a blocking system call, wakes a thread
// of the runtime's before each wait and after it, which then looks some sixty
// times whether the call lasts. That costs more than an advert. So the usual wait
// is one that the runtime does not know of, a raw system call: it takes the
// goroutine for busy, and ends the wait with a signal when it wants it to stand
// still. It does so every 10 ms, too, as long as that thread is awake for another
// reason; then a rest lets it fall asleep.
type waiter struct {
	epoll, timer, wake int
	rest               *nap.Rest
	look               func() (int, unix.Errno) // poll without waiting
	raw                bool                     // the runtime can do without this goroutine's processor
	restless           int                      // how many waits there were since a signal has ended one; 0: none has
	armed              vrrp.Instant             // what the timer is set to; 0: not set
	events             [64]unix.EpollEvent
	ready              []int

	mu     sync.Mutex // guards closed: a closed descriptor may be another's
	closed bool
}

// newWaiter returns a waiter. Only one of a process may be alone, that is to say,
// take a processor of the runtime's along into its waits: two could have all of
// them while the thread that looks after processors sleeps, and then nothing else
// runs until one of the two has something to do.
func newWaiter(alone bool) (*waiter, error) {
	w := &waiter{epoll: -1, timer: -1, wake: -1}
	var err error
	if w.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, fmt.Errorf("create epoll: %w", err)
	}
	if w.timer, err = unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC|unix.TFD_NONBLOCK); err != nil {
		w.close()
		return nil, fmt.Errorf("create timer: %w", err)
	}
	if w.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		w.close()
		return nil, fmt.Errorf("create event: %w", err)
	}
	// The timer tells of itself once, and is never read.
	if err := w.watch(w.timer, unix.EPOLLIN|unix.EPOLLET); err != nil {
		w.close()
		return nil, err
	}
	if err := w.add(w.wake); err != nil {
		w.close()
		return nil, err
	}
	if w.rest, err = nap.NewRest(w.epoll); err != nil {
		w.close()
		return nil, err
	}
	w.raw = alone && preemptible()
	w.look = func() (int, unix.Errno) { return w.poll(0) }
	w.ready = make([]int, 0, len(w.events))
	return w, nil
}

// preemptible reports whether the runtime can do without a processor and end a
// raw wait.
func preemptible() bool {
	return runtime.GOMAXPROCS(0) > 1 && !strings.Contains(os.Getenv("GODEBUG"), "asyncpreemptoff=1")
}

func (w *waiter) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	w.rest.Close()
	for _, fd := range []int{w.epoll, w.timer, w.wake} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}

// add has wait return fd when it has input.
func (w *waiter) add(fd int) error { return w.watch(fd, unix.EPOLLIN) }

func (w *waiter) watch(fd int, events uint32) error {
	if err := unix.EpollCtl(w.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: events, Fd: int32(fd)}); err != nil {
		return fmt.Errorf("watch a descriptor: %w", err)
	}
	return nil
}

// remove undoes add; a descriptor is removed before it is closed.
func (w *waiter) remove(fd int) {
	_ = unix.EpollCtl(w.epoll, unix.EPOLL_CTL_DEL, fd, nil)
}

// rouse makes wait return; any thread may call it.
func (w *waiter) rouse() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if one := [8]byte{1}; !w.closed {
		_, _ = unix.Write(w.wake, one[:]) // full means roused already
	}
}

// arm sets the timer to at; 0 stops it.
func (w *waiter) arm(at vrrp.Instant) error {
	if at == w.armed {
		return nil
	}
	spec := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(at))}
	if _, _, err := unix.RawSyscall6(unix.SYS_TIMERFD_SETTIME, uintptr(w.timer), unix.TFD_TIMER_ABSTIME, uintptr(unsafe.Pointer(&spec)), 0, 0, 0); err != 0 {
		return fmt.Errorf("set timer: %w", err)
	}
	w.armed = at
	return nil
}

// wait sleeps until the timer, a call of rouse, or input, and returns the
// descriptors of add that have input. It does not sleep if block is false. The
// slice is valid until the next call. It allocates nothing.
func (w *waiter) wait(block bool) ([]int, error) {
	n, err := w.sleep(block)
	w.ready = w.ready[:0]
	if err == unix.EINTR {
		w.restless = max(w.restless, 1)
		return w.ready, nil
	}
	if err != 0 {
		return nil, fmt.Errorf("wait: %w", err)
	}
	for _, e := range w.events[:n] {
		switch fd := int(e.Fd); fd {
		case w.timer:
			w.armed = 0
		case w.wake:
			var drain [8]byte
			_, _, _ = unix.RawSyscall(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(&drain)), unsafe.Sizeof(drain))
		default:
			w.ready = append(w.ready, fd)
		}
	}
	return w.ready, nil
}

// sleep waits for events and returns how many there are.
func (w *waiter) sleep(block bool) (int, unix.Errno) {
	switch {
	case !block:
		return w.poll(0)
	case !w.raw:
		n, _, err := unix.Syscall6(unix.SYS_EPOLL_PWAIT, uintptr(w.epoll), uintptr(unsafe.Pointer(&w.events)), uintptr(len(w.events)), forever, 0, 0)
		return int(n), err
	case w.restless > 0 && w.mayRest():
		w.restless = 0
		return w.rest.Wait(w.look)
	}
	return w.poll(forever)
}

const (
	// restSpan is how long the runtime's thread takes to find nothing to do.
	restSpan = 20 * time.Millisecond
	// impatience is how many waits are too short for a rest before one of them is
	// made a rest all the same.
	impatience = 500
)

// mayRest reports whether the next wait may be a rest. After one, whatever was
// waited for comes some 50 us later, so it is to end before the deadline.
func (w *waiter) mayRest() bool {
	if end := now().Add(restSpan); w.armed == 0 || w.armed.Sub(end) > restSpan {
		return w.arm(end) == nil
	}
	w.restless++
	return w.restless > impatience
}

const forever = ^uintptr(0)

// poll waits for events without the runtime's knowledge.
func (w *waiter) poll(milliseconds uintptr) (int, unix.Errno) {
	n, _, err := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(w.epoll), uintptr(unsafe.Pointer(&w.events)), uintptr(len(w.events)), milliseconds, 0, 0)
	return int(n), err
}
