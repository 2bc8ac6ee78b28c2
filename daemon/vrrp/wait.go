package vrrp

import (
	"fmt"
	"sync"

	"golang.org/x/sys/unix"
)

// now reads the clock that deadlines are on.
func now() Instant {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		return 0 // cannot happen: the clock exists on every kernel
	}
	return Instant(ts.Nano())
}

// waiter waits for input and for a deadline with the kernel's own timer.
//
// The time-out of poll and epoll would not do: Go's is in milliseconds, and
// the kernel lets both be late by a thousandth of their length
// (fs/select.c, select_estimate_accuracy). A timerfd is exact.
type waiter struct {
	timer, wake int
	armed       Instant // what the timer is set to; 0: not set
	polls       []unix.PollFd

	mu     sync.Mutex // guards closed: a closed descriptor may be another's
	closed bool
}

func newWaiter() (*waiter, error) {
	timer, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC|unix.TFD_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("create timer: %w", err)
	}
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		unix.Close(timer)
		return nil, fmt.Errorf("create event: %w", err)
	}
	return &waiter{timer: timer, wake: wake}, nil
}

func (w *waiter) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	unix.Close(w.timer)
	unix.Close(w.wake)
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
func (w *waiter) arm(at Instant) error {
	if at == w.armed {
		return nil
	}
	spec := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(at))}
	if err := unix.TimerfdSettime(w.timer, unix.TFD_TIMER_ABSTIME, &spec, nil); err != nil {
		return fmt.Errorf("set timer: %w", err)
	}
	w.armed = at
	return nil
}

// wait sleeps until the timer, a call of rouse, or input on one of fds, and
// returns those that have input. The slice is valid until the next call.
func (w *waiter) wait(fds []int) ([]int, error) {
	w.polls = append(w.polls[:0], unix.PollFd{Fd: int32(w.wake), Events: unix.POLLIN}, unix.PollFd{Fd: int32(w.timer), Events: unix.POLLIN})
	for _, fd := range fds {
		w.polls = append(w.polls, unix.PollFd{Fd: int32(fd), Events: unix.POLLIN})
	}
	if _, err := unix.Ppoll(w.polls, nil, nil); err != nil && err != unix.EINTR {
		return nil, fmt.Errorf("wait: %w", err)
	} else if err != nil {
		return nil, nil
	}
	var drain [8]byte
	if w.polls[0].Revents != 0 {
		_, _ = unix.Read(w.wake, drain[:])
	}
	if w.polls[1].Revents != 0 {
		w.armed = 0
		_, _ = unix.Read(w.timer, drain[:])
	}
	ready := fds[:0:0]
	for _, p := range w.polls[2:] {
		if p.Revents != 0 {
			ready = append(ready, int(p.Fd))
		}
	}
	return ready, nil
}
