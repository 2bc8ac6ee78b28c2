package netif

import (
	"encoding/binary"
	"errors"
	"fmt"
	"syscall"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// Conn asks the kernel about interfaces, addresses, routes and rules and changes
// them. It is for one goroutine. Its socket is not in Go's poller: each answer would wake
// a thread there, next to the one that keeps time.
type Conn struct {
	fd  int
	buf []byte
}

// Open opens a Conn in the calling thread's namespace. The kernel is asked to
// look at all of a request, so that it filters dumps by itself (since 4.20),
// and to say what is wrong in words (since 4.12).
func Open() (*Conn, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("open netlink: %w", err)
	}
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("bind netlink: %w", err)
	}
	for _, option := range []int{unix.NETLINK_GET_STRICT_CHK, unix.NETLINK_EXT_ACK, unix.NETLINK_CAP_ACK} {
		_ = unix.SetsockoptInt(fd, unix.SOL_NETLINK, option, 1) // an old kernel does without
	}
	return &Conn{fd: fd, buf: make([]byte, 64<<10)}, nil
}

// Close closes the socket.
func (c *Conn) Close() { unix.Close(c.fd) }

// do sends req and returns the payloads of the answers (netlink(7)). A dump
// that the kernel says changed under way is asked again.
func (c *Conn) do(req *nl.NetlinkRequest) ([][]byte, error) {
	const attempts = 5
	for range attempts {
		if err := unix.Sendto(c.fd, req.Serialize(), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
			return nil, err
		}
		answers, torn, err := c.answers(req.Seq)
		if err != nil || !torn {
			return answers, err
		}
	}
	return nil, unix.EBUSY
}

// answers reads up to the end of the answer to request seq.
func (c *Conn) answers(seq uint32) (list [][]byte, torn bool, err error) {
	for {
		n, _, err := unix.Recvfrom(c.fd, c.buf, 0)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return nil, false, err
		}
		messages, err := syscall.ParseNetlinkMessage(c.buf[:n])
		if err != nil {
			return nil, false, err
		}
		for _, m := range messages {
			if m.Header.Seq != seq {
				continue // left over from a request that failed half way
			}
			torn = torn || m.Header.Flags&unix.NLM_F_DUMP_INTR != 0
			switch m.Header.Type {
			case unix.NLMSG_DONE, unix.NLMSG_ERROR:
				return list, torn, errorOf(m)
			}
			list = append(list, append([]byte(nil), m.Data...))
			if m.Header.Flags&unix.NLM_F_MULTI == 0 {
				return list, torn, nil
			}
		}
	}
}

// errorOf reads the message that ends an answer: an error or the end of a dump,
// with a number that is 0 when all is well, and the kernel's words. In an error
// (with NETLINK_CAP_ACK) the header of the request is between them.
func errorOf(m syscall.NetlinkMessage) error {
	if len(m.Data) < 4 {
		return unix.EBADMSG
	}
	n := int32(binary.NativeEndian.Uint32(m.Data))
	if n >= 0 {
		return nil
	}
	err, words := unix.Errno(-n), 4
	if m.Header.Type == unix.NLMSG_ERROR {
		words += unix.SizeofNlMsghdr
		if m.Header.Flags&unix.NLM_F_CAPPED == 0 {
			return err // the whole request is in the way
		}
	}
	if m.Header.Flags&unix.NLM_F_ACK_TLVS == 0 || len(m.Data) < words {
		return err
	}
	for kind, value := range attributes(m.Data[words:]) {
		if kind == unix.NLMSGERR_ATTR_MSG {
			return fmt.Errorf("%w: %s", err, unix.ByteSliceToString(value))
		}
	}
	return err
}
