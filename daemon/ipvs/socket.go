package ipvs

import (
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

var (
	// errAnswer says that the kernel's answer is not what it should be.
	errAnswer = errors.New("unexpected answer of the kernel")
	errLost   = errors.New("the kernel's answer was lost")
)

const (
	// wantedRoom is for answers that wait to be read, in bytes. Where it is more
	// than net.core.rmem_max it needs CAP_NET_ADMIN, as all else here.
	wantedRoom = 1 << 20
	// answerCost is what an answer takes of that, the kernel's bookkeeping
	// included: less than 1 KiB of an error without the request in it.
	answerCost = 2048
	// batchBytes of requests are sent at once; a socket's send buffer, 208 KiB by
	// default, has to hold them.
	batchBytes = 64 << 10
)

// socket is a generic netlink socket. The kernel answers within the system call
// that asks, or within the one that reads the answer before, so that nothing
// here ever waits: an answer that is not there was lost.
type socket struct {
	fd     int
	family uint16
	seq    uint32
	room   int // answers that find room
	out    encoder
	in     []byte
}

// dial opens a socket in the calling thread's network namespace.
func dial() (*socket, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_GENERIC)
	if err != nil {
		return nil, fmt.Errorf("open netlink: %w", err)
	}
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("bind netlink: %w", err)
	}
	_ = unix.SetsockoptInt(fd, unix.SOL_NETLINK, unix.NETLINK_CAP_ACK, 1) // a kernel before 4.3 does without
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, wantedRoom) != nil {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, wantedRoom) // as much as there is
	}
	room, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF)
	if err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("ask for the receive buffer: %w", err)
	}
	return &socket{fd: fd, family: unix.GENL_ID_CTRL, room: max(1, room/answerCost), in: make([]byte, 64<<10)}, nil
}

func (s *socket) close() error { return unix.Close(s.fd) }

// begin begins a message with the next sequence number.
func (s *socket) begin(flags uint16, cmd uint8) (place int) {
	s.seq++
	return s.out.message(s.family, flags, s.seq, cmd)
}

// send sends what was encoded.
func (s *socket) send() error {
	err := unix.Sendto(s.fd, s.out.buf, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK})
	s.out.buf = s.out.buf[:0]
	if err != nil {
		return fmt.Errorf("send to the kernel: %w", err)
	}
	return nil
}

// ask sends one command and calls each, if it is not nil, with the payload of
// every answer. fill adds attributes, if it is not nil.
func (s *socket) ask(cmd uint8, flags uint16, fill func(*encoder), each func([]byte) error) error {
	at := s.begin(flags|unix.NLM_F_ACK, cmd)
	if fill != nil {
		fill(&s.out)
	}
	s.out.end(at)
	if err := s.send(); err != nil {
		return err
	}
	var failed error
	for done := false; !done; {
		var err error
		done, err = s.receive(func(m message) (bool, error) {
			switch {
			case m.seq != s.seq:
				return false, nil // left over from a command whose answer nobody wanted to the end
			case m.kind == unix.NLMSG_ERROR || m.kind == unix.NLMSG_DONE:
				return true, m.failure()
			case failed == nil && each != nil && len(m.body) >= genlHeader:
				failed = each(m.body[genlHeader:])
			}
			return false, nil
		})
		if err != nil {
			return err
		}
	}
	return failed
}

// receive reads a packet and calls each with every message in it, until that is
// done or fails.
func (s *socket) receive(each func(message) (done bool, err error)) (bool, error) {
	n, _, err := unix.Recvfrom(s.fd, s.in, unix.MSG_DONTWAIT)
	switch {
	case errors.Is(err, unix.EINTR):
		return false, nil
	case errors.Is(err, unix.EAGAIN):
		return false, errLost
	case err != nil:
		return false, fmt.Errorf("read from the kernel: %w", err)
	}
	for rest := s.in[:n]; len(rest) > 0; {
		var m message
		if m, rest, err = next(rest); err != nil {
			return false, err
		}
		if done, err := each(m); done || err != nil {
			return done, err
		}
	}
	return false, nil
}

// message is a netlink message.
type message struct {
	kind uint16
	seq  uint32
	body []byte
}

// next cuts the first message off b.
func next(b []byte) (m message, rest []byte, err error) {
	if len(b) < unix.SizeofNlMsghdr {
		return m, nil, fmt.Errorf("%w: %d bytes", errAnswer, len(b))
	}
	size := binary.NativeEndian.Uint32(b)
	if size < unix.SizeofNlMsghdr || uint64(size) > uint64(len(b)) {
		return m, nil, fmt.Errorf("%w: a message of %d in %d bytes", errAnswer, size, len(b))
	}
	m = message{kind: binary.NativeEndian.Uint16(b[4:]), seq: binary.NativeEndian.Uint32(b[8:]), body: b[unix.SizeofNlMsghdr:size]}
	return m, b[min(len(b), (int(size)+unix.NLMSG_ALIGNTO-1)&^(unix.NLMSG_ALIGNTO-1)):], nil
}

// failure is what an error message, or the end of a dump, says: an Errno or nil.
func (m message) failure() error {
	if len(m.body) < 4 {
		if m.kind == unix.NLMSG_ERROR {
			return fmt.Errorf("%w: an error of %d bytes", errAnswer, len(m.body))
		}
		return nil
	}
	if n := int32(binary.NativeEndian.Uint32(m.body)); n < 0 {
		return unix.Errno(-n)
	}
	return nil
}
