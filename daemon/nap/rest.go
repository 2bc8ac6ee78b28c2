// Package nap has a thread that keeps an epoll of its own wait for it as Go's
// runtime likes it best.
package nap

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Rest lets a goroutine wait for an epoll by parking, so that it leaves its
// processor to others. A blocking system call would keep it until the runtime's
// thread that looks after processors takes it away, which may be 10 ms later.
// When all processors are idle, that thread goes to sleep, and a goroutine that
// comes out of here does not wake it. One goroutine at a time may use a Rest.
type Rest struct {
	epoll int      // what is waited for
	bed   int      // an epoll that the runtime watches; it has epoll only during a wait
	file  *os.File // bed
	conn  syscall.RawConn

	poll func() (int, unix.Errno)
	n    int
	err  unix.Errno
	look func(uintptr) bool // calls poll
}

// NewRest returns a Rest for an epoll. Close must follow.
func NewRest(epoll int) (*Rest, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err == nil {
		err = unix.SetNonblock(fd, true) // so that NewFile has the runtime watch it
	}
	if err != nil {
		return nil, fmt.Errorf("create epoll: %w", err)
	}
	r := &Rest{epoll: epoll, bed: fd, file: os.NewFile(uintptr(fd), "epoll")}
	r.look = func(uintptr) bool {
		r.n, r.err = r.poll()
		return r.n != 0 || r.err != 0
	}
	if r.conn, err = r.file.SyscallConn(); err != nil {
		return nil, errors.Join(fmt.Errorf("watch epoll: %w", err), r.file.Close())
	}
	return r, nil
}

// Close ends it; the epoll stays open. It is no mistake to close nil.
func (r *Rest) Close() {
	if r != nil {
		r.file.Close()
	}
}

// Wait waits until poll, which must not wait, finds events in the epoll or an
// error, and returns what it did. It allocates nothing.
func (r *Rest) Wait(poll func() (int, unix.Errno)) (int, unix.Errno) {
	r.poll, r.n = poll, 0
	if err := r.control(unix.EPOLL_CTL_ADD); err != 0 {
		return 0, err
	}
	err := r.conn.Read(r.look)
	if err := r.control(unix.EPOLL_CTL_DEL); err != 0 {
		return 0, err
	}
	if err != nil {
		return 0, unix.EBADF
	}
	// The thread that has woken this one waited for everything else, too. Another
	// one is to do so.
	go func() {}()
	return r.n, r.err
}

func (r *Rest) control(op uintptr) unix.Errno {
	e := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(r.epoll)}
	_, _, err := unix.RawSyscall6(unix.SYS_EPOLL_CTL, uintptr(r.bed), op, uintptr(r.epoll), uintptr(unsafe.Pointer(&e)), 0, 0)
	return err
}
