package check

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sleep waits for something to do.
//
// With many checkers there is always something to do soon, and waking up is what
// costs most. Then it wakes up at equal intervals, and does what has come
// together.
func (l *loop) sleep() ([]event, error) {
	now, until := l.now(), never
	if c := l.alarms.first(); c != nil {
		until = c.at
	}
	if until <= now { // behind: then above all, connections must not seem to time out
		l.settle()
		return l.poll.wait(0, 0)
	}
	if l.pace == 0 || l.open == 0 && until >= now+l.pace {
		return l.poll.wait(until-now, until)
	}
	if left := l.woke + l.pace - now; left > 0 {
		l.poll.nap(left)
	}
	l.woke = l.now()
	l.settle()
	if l.watched == 0 {
		return nil, nil
	}
	return l.poll.wait(0, 0)
}

// setPace chooses an interval for n checkers, the shortest delay_loop of which is
// this: a five-hundredth of that at most, shorter the fewer there are, and none
// where it would be no use.
func (l *loop) setPace(n int, shortest time.Duration) {
	if l.pace = min(time.Duration(n)*time.Microsecond, shortest/500, maxPace); l.pace < minPace {
		l.pace = 0
		l.settle()
	}
}

const (
	minPace = 400 * time.Microsecond
	maxPace = 4 * time.Millisecond
)

// fresh is a socket that is being connected since the last look at things. Most
// are connected, or refused, when the next one comes; that takes one system call
// for all of them. Only the others are worth the two that epoll wants for each.
type fresh struct {
	c      *checker
	number uint32
}

// settle looks at the fresh sockets, and hands those to epoll that are not
// connected yet.
func (l *loop) settle() {
	list := l.fresh
	l.fresh, l.polled = l.spare[:0], l.polled[:0]
	for _, f := range list {
		fd := int32(-1) // poll passes it over
		if f.c.number == f.number {
			fd = int32(f.c.fd)
		}
		l.polled = append(l.polled, unix.PollFd{Fd: fd, Events: unix.POLLOUT})
	}
	if len(list) > 0 {
		var none unix.Timespec
		_, _, _ = unix.RawSyscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&l.polled[0])), uintptr(len(list)), uintptr(unsafe.Pointer(&none)), 0, 0, 0)
	}
	for i, f := range list {
		switch told := l.polled[i].Revents; {
		case f.c.number != f.number:
		case told != 0:
			f.c.kind.ready(l, f.c, uint32(uint16(told))) // the flags of poll and epoll are the same
		default:
			l.watch(f.c, outgoing)
		}
	}
	clear(list)
	l.spare = list
}
