package router

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// rest lets a goroutine wait for an epoll as the runtime likes it best: it parks,
// and leaves its processor to others. When all processors are idle, the thread of
// the runtime's that looks after them goes to sleep, and a goroutine that comes
// out of here does not wake it.
type rest struct {
	epoll int      // what is waited for
	bed   int      // an epoll that the runtime watches; it has epoll only during a wait
	file  *os.File // bed
	conn  syscall.RawConn

	poll func(milliseconds uintptr) (int, unix.Errno)
	n    int
	err  unix.Errno
	look func(uintptr) bool // calls poll
}

func newRest(epoll int) (*rest, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err == nil {
		err = unix.SetNonblock(fd, true) // so that NewFile has the runtime watch it
	}
	if err != nil {
		return nil, fmt.Errorf("create epoll: %w", err)
	}
	r := &rest{epoll: epoll, bed: fd, file: os.NewFile(uintptr(fd), "epoll")}
	r.look = func(uintptr) bool {
		r.n, r.err = r.poll(0)
		return r.n != 0 || r.err != 0
	}
	if r.conn, err = r.file.SyscallConn(); err != nil {
		return nil, errors.Join(fmt.Errorf("watch epoll: %w", err), r.file.Close())
	}
	return r, nil
}

func (r *rest) close() {
	if r != nil {
		r.file.Close()
	}
}

// wait waits for events and has poll take them.
func (r *rest) wait(poll func(uintptr) (int, unix.Errno)) (int, unix.Errno) {
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

func (r *rest) control(op uintptr) unix.Errno {
	e := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(r.epoll)}
	_, _, err := unix.RawSyscall6(unix.SYS_EPOLL_CTL, uintptr(r.bed), op, uintptr(r.epoll), uintptr(unsafe.Pointer(&e)), 0, 0)
	return err
}
