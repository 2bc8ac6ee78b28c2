package track

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/netns"
)

// connector hears of processes that begin, end, run another program or change
// their name (the kernel's process events connector, linux/cn_proc.h).
type connector struct {
	fd   int
	file *os.File // of fd
}

// change is what has happened to a process.
type change struct {
	what   what
	pid    int // of the process, not of a thread
	parent int // of one that begins
}

// what are the kinds of events (enum what in linux/cn_proc.h).
type what uint32

const (
	acknowledged what = 0
	forked       what = 1
	execed       what = 2
	renamed      what = 0x200
	exited       what = 0x80000000
)

// Offsets in a message: a header of netlink, one of the connector, an event.
const (
	atAck      = unix.SizeofNlMsghdr + 12
	atWhat     = unix.SizeofNlMsghdr + 20
	atData     = atWhat + 16
	minMessage = atData + 16
)

const (
	cnProc      = 1 // CN_IDX_PROC, CN_VAL_PROC and the group
	listenToAll = 1 // PROC_CN_MCAST_LISTEN
	ignoreAll   = 2 // PROC_CN_MCAST_IGNORE
	// ackLimit is how long to wait for the kernel's answer, which it sends before
	// the request returns.
	ackLimit = 500 * time.Millisecond
	// defaultBuffer is a receive buffer, bytes.
	defaultBuffer = 1 << 20
)

var errNoAnswer = errors.New("the kernel does not answer (that is so in PID and user namespaces)")

// firstNamespace is where the kernel has the connector, and nowhere else.
const firstNamespace = "/proc/1/ns/net"

// newConnector opens the connector, in the network namespace called elsewhere if
// there is none in that of the calling thread.
func newConnector(b conf.Buffer, elsewhere string) (*connector, error) {
	c, err := listen(b)
	if err == nil {
		return c, nil
	}
	if netns.Within(netns.Enter(elsewhere), func() (err error) { c, err = listen(b); return err }) != nil {
		return nil, err
	}
	return c, nil
}

func listen(b conf.Buffer) (*connector, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_CONNECTOR)
	if err != nil {
		return nil, fmt.Errorf("process events: %w", err)
	}
	c := &connector{fd: fd, file: os.NewFile(uintptr(fd), "process events")}
	c.buffer(b)
	err = unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, filter())
	if err == nil {
		err = unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: cnProc})
	}
	token := uint32(time.Now().UnixNano())
	if err == nil {
		err = c.ask(listenToAll, token)
	}
	if err == nil {
		err = c.acknowledged(token + 1)
	}
	if err != nil {
		_ = c.file.Close()
		return nil, fmt.Errorf("process events: %w", err)
	}
	return c, nil
}

// buffer sets the receive buffer, as far as that is allowed.
func (c *connector) buffer(b conf.Buffer) {
	if b.Bytes == 0 {
		b = conf.Buffer{Bytes: defaultBuffer, Force: true}
	}
	if b.Force && unix.SetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, b.Bytes) == nil {
		return
	}
	_ = unix.SetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, b.Bytes)
}

// ask sends a request (enum proc_cn_mcast_op), which the kernel answers with
// token + 1. The sequence number, which is meant for that, it changes.
func (c *connector) ask(op, token uint32) error {
	m := make([]byte, atWhat+4)
	e := binary.NativeEndian
	e.PutUint32(m, uint32(len(m)))
	e.PutUint16(m[4:], unix.NLMSG_DONE)
	e.PutUint32(m[unix.SizeofNlMsghdr:], cnProc)
	e.PutUint32(m[unix.SizeofNlMsghdr+4:], cnProc)
	e.PutUint32(m[atAck:], token)
	e.PutUint16(m[atWhat-4:], 4)
	e.PutUint32(m[atWhat:], op)
	return unix.Sendto(c.fd, m, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK})
}

// acknowledged waits for the answer to a request. Events of others that listen
// too come to all: without an answer of our own they would have the numbers of
// another PID namespace.
func (c *connector) acknowledged(token uint32) error {
	_ = c.file.SetReadDeadline(time.Now().Add(ackLimit))
	defer c.file.SetReadDeadline(time.Time{})
	m := make([]byte, 4096)
	for {
		n, err := c.file.Read(m)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return errNoAnswer
		case errors.Is(err, unix.ENOBUFS):
			continue
		case err != nil:
			return err
		}
		e := binary.NativeEndian
		if n < minMessage || what(e.Uint32(m[atWhat:])) != acknowledged || e.Uint32(m[atAck:]) != token {
			continue
		}
		if refused := e.Uint32(m[atData:]); refused != 0 {
			return unix.Errno(refused)
		}
		return nil
	}
}

// read passes on what happens until c is closed or fails. lost says that changes
// have been missed.
func (c *connector) read(happened func(change), lost func()) error {
	m := make([]byte, 4096)
	for {
		n, err := c.file.Read(m)
		switch {
		case errors.Is(err, unix.ENOBUFS):
			lost()
		case err != nil:
			return err
		default:
			if ch, ok := parseChange(m[:n]); ok {
				happened(ch)
			}
		}
	}
}

// parseChange reads a message, and reports whether it says something about a
// process as such.
func parseChange(m []byte) (change, bool) {
	if len(m) < minMessage {
		return change{}, false
	}
	field := func(n int) int { return int(binary.NativeEndian.Uint32(m[atData+4*n:])) }
	switch w := what(binary.NativeEndian.Uint32(m[atWhat:])); w {
	case forked:
		return change{w, field(3), field(1)}, field(2) == field(3)
	case execed, renamed, exited:
		return change{w, field(1), 0}, field(0) == field(1)
	}
	return change{}, false
}

func (c *connector) close() {
	_ = c.ask(ignoreAll, 0) // or older kernels go on for nobody
	_ = c.file.Close()
}
