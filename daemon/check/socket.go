package check

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
)

// openSocket opens a socket that is c's, with what the configuration binds it to.
// It reports whether it could; if not, it has ended the attempt.
func (l *loop) openSocket(c *checker, how, protocol int) bool {
	return l.opened(c, c.socket(how, protocol), how == unix.SOCK_STREAM)
}

// opened goes on with a socket that was opened, or could not be.
func (l *loop) opened(c *checker, err syscall.Errno, stream bool) bool {
	if err != 0 {
		l.end(c, l.now(), impossible(ownReason(err)))
		return false
	}
	if c.spec.Checker.Bind != nil {
		if err := bindSocket(c, stream); err != nil {
			l.end(c, l.now(), impossible(err.Error()))
			return false
		}
	}
	return true
}

// socket opens a socket.
func (c *checker) socket(how, protocol int) syscall.Errno {
	fd, _, err := unix.RawSyscall(unix.SYS_SOCKET, uintptr(c.target.family()), uintptr(how|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC), uintptr(protocol))
	if err == 0 {
		c.fd = int(fd)
	}
	return err
}

// connect connects the socket of c. Of one that is under way it returns
// EINPROGRESS.
func (c *checker) connect() syscall.Errno {
	_, _, err := unix.RawSyscall(unix.SYS_CONNECT, uintptr(c.fd), c.target.pointer(), c.target.size)
	return err
}

// await has the loop call ready when the socket of c has one of flags to tell, and
// expire when connect_timeout is over.
func (l *loop) await(c *checker, flags uint32) bool {
	if c.number == 0 {
		l.sockets++
		c.number = max(l.sockets, 1)
		for len(l.byFD) <= c.fd {
			l.byFD = append(l.byFD, make([]*checker, 256)...)
		}
		l.byFD[c.fd] = c
		l.open++
		if c.fresh = l.pace > 0 && flags == outgoing; c.fresh {
			l.fresh = append(l.fresh, fresh{c, c.number})
		} else if !l.watch(c, flags) {
			return false
		}
	}
	l.alarms.set(c, c.began+c.spec.Checker.ConnectTimeout)
	return true
}

// outgoing is what a socket tells that is being connected.
const outgoing = unix.EPOLLOUT | unix.EPOLLET

// watch has epoll watch the socket of c.
func (l *loop) watch(c *checker, flags uint32) bool {
	c.fresh = false
	l.watched++
	if err := l.poll.watch(c.fd, c.number, flags); err != nil {
		l.end(c, l.now(), impossible(err.Error()))
		return false
	}
	return true
}

// closeSocket closes the descriptor of c.
func (l *loop) closeSocket(c *checker) {
	fd := c.fd
	l.unwatch(c)
	c.fd = -1
	_, _, _ = unix.RawSyscall(unix.SYS_CLOSE, uintptr(fd), 0, 0)
}

// unwatch has the loop forget the descriptor of c, which may be about to be
// closed; epoll does not forget one that is still open.
func (l *loop) unwatch(c *checker) {
	if c.number != 0 {
		l.byFD[c.fd], c.number = nil, 0
		l.open--
		if !c.fresh {
			l.watched--
		}
	}
}

// socketError is why the connection of c failed.
func (c *checker) socketError() syscall.Errno {
	var value int32
	size := uint32(unsafe.Sizeof(value))
	if _, _, err := unix.RawSyscall6(unix.SYS_GETSOCKOPT, uintptr(c.fd), unix.SOL_SOCKET, unix.SO_ERROR, uintptr(unsafe.Pointer(&value)), uintptr(unsafe.Pointer(&size)), 0); err != 0 {
		return err
	}
	return syscall.Errno(value)
}

// bindSocket sets what the configuration says of where packets come from.
func bindSocket(c *checker, stream bool) error {
	b := c.spec.Checker.Bind
	if b.Mark != 0 {
		if err := unix.SetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_MARK, int(b.Mark)); err != nil {
			return fmt.Errorf("this host does not let it set fwmark %d: %w", b.Mark, err)
		}
	}
	if b.Interface != "" {
		if err := unix.BindToDevice(c.fd, b.Interface); err != nil {
			if errors.Is(err, unix.ENODEV) {
				return fmt.Errorf("this host has no interface %s", b.Interface)
			}
			return fmt.Errorf("this host does not let it use bind_if %s: %w", b.Interface, err)
		}
		if err := setZone(c, b); err != nil {
			return err
		}
	}
	if !b.Address.IsValid() {
		return nil
	}
	return bindAddress(c, b, stream)
}

// setZone looks up the interface of a link-local address: it may be another one
// than last time.
func setZone(c *checker, b *conf.Bind) error {
	if a := c.spec.Checker.ConnectIP; !a.Is6() || !a.IsLinkLocalUnicast() {
		return nil
	}
	i, err := net.InterfaceByName(b.Interface)
	if err != nil {
		return fmt.Errorf("this host has no interface %s", b.Interface)
	}
	c.target.setZone(uint32(i.Index))
	return nil
}

// bindAddress binds to bindto and bind_port. Where there is no port, the kernel is
// to choose one as late as when the target is known, or there would soon be none
// left. A port that is given must not stay occupied after the check, so the
// connection is reset in the end.
func bindAddress(c *checker, b *conf.Bind, stream bool) error {
	if b.Port == 0 {
		_ = unix.SetsockoptInt(c.fd, unix.SOL_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1) // since Linux 4.2
	} else if stream {
		_ = unix.SetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
		_ = unix.SetsockoptLinger(c.fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	}
	zone := uint32(0)
	if b.Address.Is6() && b.Address.IsLinkLocalUnicast() && b.Interface != "" {
		if i, err := net.InterfaceByName(b.Interface); err == nil {
			zone = uint32(i.Index)
		}
	}
	from := targetOf(b.Address, b.Port, zone)
	_, _, err := unix.RawSyscall(unix.SYS_BIND, uintptr(c.fd), from.pointer(), from.size)
	switch {
	case err == unix.EADDRNOTAVAIL:
		return fmt.Errorf("this host has no address %s", b.Address)
	case err == unix.EADDRINUSE:
		return errors.New("bind_port " + strconv.Itoa(int(b.Port)) + " of this host is taken")
	case err != 0:
		return fmt.Errorf("this host does not let it use bindto %s: %w", b.Address, err)
	}
	return nil
}
