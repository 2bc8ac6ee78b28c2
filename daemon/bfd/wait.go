package bfd

import (
	"fmt"
	"sync"

	"golang.org/x/sys/unix"
)

// waiter waits for input and for a deadline with a timer of the kernel, which is
// exact: the time-out of poll may be late by a thousandth of its length.
type waiter struct {
	timer, event int
	armed        Instant
	polls        []unix.PollFd

	mu     sync.Mutex // guards closed: a closed descriptor may be another's
	closed bool
}

func newWaiter() (*waiter, error) {
	timer, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC|unix.TFD_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("create timer: %w", err)
	}
	event, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		unix.Close(timer)
		return nil, fmt.Errorf("create event: %w", err)
	}
	return &waiter{timer: timer, event: event}, nil
}

func (w *waiter) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	unix.Close(w.timer)
	unix.Close(w.event)
}

// rouse ends sleep; any goroutine may call it.
func (w *waiter) rouse() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if one := [8]byte{1}; !w.closed {
		_, _ = unix.Write(w.event, one[:]) // full means roused already
	}
}

// sleep waits until at (0: no deadline), for rouse, or for input on one of fds.
func (w *waiter) sleep(at Instant, fds []int) error {
	if at != w.armed {
		spec := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(at))}
		if err := unix.TimerfdSettime(w.timer, unix.TFD_TIMER_ABSTIME, &spec, nil); err != nil {
			return fmt.Errorf("set timer: %w", err)
		}
		w.armed = at
	}
	w.polls = append(w.polls[:0], unix.PollFd{Fd: int32(w.event), Events: unix.POLLIN}, unix.PollFd{Fd: int32(w.timer), Events: unix.POLLIN})
	for _, fd := range fds {
		w.polls = append(w.polls, unix.PollFd{Fd: int32(fd), Events: unix.POLLIN})
	}
	if _, err := unix.Poll(w.polls, -1); err != nil && err != unix.EINTR {
		return fmt.Errorf("poll: %w", err)
	}
	var count [8]byte
	for _, p := range w.polls[:2] {
		if p.Revents != 0 {
			_, _ = unix.Read(int(p.Fd), count[:])
		}
	}
	return nil
}
