package check

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/nap"
)

// poller waits for sockets and for a moment. Its owner is one goroutine; rouse is
// for all.
//
// The moment is a timer's, since the time-out of epoll is late by up to a
// thousandth of its length (fs/select.c, select_estimate_accuracy). The calls are
// ones that Go's scheduler does not know of: there are several for each check, and
// what it does about each costs more than the call.
type poller struct {
	epoll, timer, wake int
	spare              bool    // Go has other processors
	armed              instant // what the timer is set to; never: not set
	rest               *nap.Rest
	look               func() (int, unix.Errno) // takes events that are there
	raw                [128]unix.EpollEvent
	events             [128]event

	mu     sync.Mutex // guards closed: a closed descriptor may be another's
	closed bool
}

// event is what epoll says of a socket. Of descriptors that were closed and opened
// again meanwhile the number is another one.
type event struct {
	flags  uint32
	fd     int32
	number uint32
}

const never instant = 1<<63 - 1

func newPoller() (*poller, error) {
	p := &poller{epoll: -1, timer: -1, wake: -1, armed: never, spare: runtime.GOMAXPROCS(0) > 1}
	var err error
	if p.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err == nil {
		p.timer, err = unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC|unix.TFD_NONBLOCK)
	}
	if err == nil {
		p.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	}
	if err == nil {
		// The timer tells of itself once, and is never read.
		err = errors.Join(p.watch(p.timer, 0, unix.EPOLLIN|unix.EPOLLET), p.watch(p.wake, 0, unix.EPOLLIN|unix.EPOLLET))
	}
	if err == nil {
		p.rest, err = nap.NewRest(p.epoll)
	}
	if err != nil {
		p.close()
		return nil, fmt.Errorf("make an event loop: %w", err)
	}
	p.look = p.take
	return p, nil
}

func (p *poller) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.rest.Close()
	for _, fd := range []int{p.epoll, p.timer, p.wake} {
		if fd >= 0 {
			_ = unix.Close(fd)
		}
	}
}

// rouse has wait return.
func (p *poller) rouse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if one := [8]byte{1}; !p.closed {
		_, _ = unix.Write(p.wake, one[:]) // full means roused already
	}
}

// watch has wait tell of flags of fd, until fd is closed.
func (p *poller) watch(fd int, number uint32, flags uint32) error {
	return p.control(unix.EPOLL_CTL_ADD, fd, number, flags)
}

// forget undoes watch.
func (p *poller) forget(fd int) { _ = p.control(unix.EPOLL_CTL_DEL, fd, 0, 0) }

func (p *poller) control(op uintptr, fd int, number uint32, flags uint32) error {
	e := unix.EpollEvent{Events: flags, Fd: int32(fd), Pad: int32(number)}
	if _, _, err := unix.RawSyscall6(unix.SYS_EPOLL_CTL, uintptr(p.epoll), op, uintptr(fd), uintptr(unsafe.Pointer(&e)), 0, 0); err != 0 {
		return fmt.Errorf("watch a socket: %w", err)
	}
	return nil
}

// wait waits for events until a moment that is so far away, 0 for not at all, or
// never, and returns them. They are valid until the next call.
func (p *poller) wait(left time.Duration, until instant) ([]event, error) {
	var n int
	var err unix.Errno
	if left <= 0 {
		n, err = p.take()
	} else {
		if err := p.arm(left, until); err != nil {
			return nil, err
		}
		n, err = p.rest.Wait(p.look)
	}
	if err == unix.EINTR {
		return nil, nil
	}
	if err != 0 {
		return nil, fmt.Errorf("wait for sockets: %w", err)
	}
	out := p.events[:0]
	for _, e := range p.raw[:n] {
		switch int(e.Fd) {
		case p.timer:
			p.armed = never
		case p.wake: // it tells of each write
		default:
			out = append(out, event{e.Events, e.Fd, uint32(e.Pad)})
		}
	}
	return out, nil
}

// take takes events that are there already.
func (p *poller) take() (int, unix.Errno) {
	n, _, err := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(p.epoll), uintptr(unsafe.Pointer(&p.raw)), uintptr(len(p.raw)), 0, 0, 0)
	return int(n), err
}

// arm sets the timer.
func (p *poller) arm(left time.Duration, until instant) error {
	if until == p.armed {
		return nil
	}
	spec := unix.ItimerSpec{}
	if until != never {
		spec.Value = unix.NsecToTimespec(int64(left))
	}
	if _, _, err := unix.RawSyscall6(unix.SYS_TIMERFD_SETTIME, uintptr(p.timer), 0, uintptr(unsafe.Pointer(&spec)), 0, 0, 0); err != 0 {
		return fmt.Errorf("set timer: %w", err)
	}
	p.armed = until
	return nil
}

// nap sleeps for a time that is shorter than it may take to notice rouse. Go's
// scheduler does not hear of it: it would look for something else to do on the
// processor, hundreds of times a second. It has another processor for that.
func (p *poller) nap(d time.Duration) {
	call := unix.Syscall6
	if p.spare {
		call = unix.RawSyscall6
	}
	ts := unix.NsecToTimespec(int64(d))
	_, _, _ = call(unix.SYS_CLOCK_NANOSLEEP, unix.CLOCK_MONOTONIC, 0, uintptr(unsafe.Pointer(&ts)), 0, 0, 0) // a signal may end it
}
