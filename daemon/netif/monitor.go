package netif

import (
	"encoding/binary"
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// Watch is something that a Monitor tells of besides links and IPv4 addresses.
type Watch uint32

// What a Monitor can watch.
//
// The kernel does not tell of IPv4 routes that go because their interface, or
// its last address, does: look at routes after events of those, too.
const (
	WatchIPv6   Watch = 1 << (unix.RTNLGRP_IPV6_IFADDR - 1) // IPv6 addresses
	WatchRoutes Watch = 1<<(unix.RTNLGRP_IPV4_ROUTE-1) | 1<<(unix.RTNLGRP_IPV6_ROUTE-1)
	WatchRules  Watch = 1<<(unix.RTNLGRP_IPV4_RULE-1) | 1<<(unix.RTNLGRP_IPV6_RULE-1)
)

const (
	monitorBuffer = 4 << 20 // bytes: room for the changes of a busy moment
	drainReads    = 4096    // messages that Read throws away at once after an overrun
)

// Monitor is a socket that tells of changes (rtnetlink(7)).
type Monitor struct {
	fd      int
	buf     []byte
	overrun bool // messages from before an overrun are waiting
}

// NewMonitor opens a Monitor in the calling thread's namespace. It tells of
// links, IPv4 addresses and what watches names.
func NewMonitor(watches ...Watch) (*Monitor, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("open netlink monitor: %w", err)
	}
	groups := Watch(unix.RTMGRP_LINK | unix.RTMGRP_IPV4_IFADDR)
	for _, w := range watches {
		groups |= w
	}
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, monitorBuffer) // less without CAP_NET_ADMIN
	if groups&WatchRoutes != 0 {
		if err := attachFilter(fd); err != nil {
			unix.Close(fd)
			return nil, err
		}
	}
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: uint32(groups)}); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("bind netlink monitor: %w", err)
	}
	return &Monitor{fd: fd, buf: make([]byte, 64<<10)}, nil
}

// FD is the descriptor to poll for input.
func (m *Monitor) FD() int { return m.fd }

// Close closes the socket.
func (m *Monitor) Close() { unix.Close(m.fd) }

// Read returns the next events; none when nothing is waiting.
func (m *Monitor) Read() ([]Event, error) {
	if m.overrun {
		return m.drain()
	}
	n, _, err := unix.Recvfrom(m.fd, m.buf, 0)
	switch {
	case errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR):
		return nil, nil
	case errors.Is(err, unix.ENOBUFS):
		return m.drain()
	case err != nil:
		return nil, fmt.Errorf("read netlink monitor: %w", err)
	}
	list, err := syscall.ParseNetlinkMessage(m.buf[:n])
	if err != nil {
		return nil, fmt.Errorf("parse netlink message: %w", err)
	}
	var events []Event
	for _, msg := range list {
		if e, ok := parseEvent(msg.Header.Type, msg.Header.Flags, msg.Data); ok {
			events = append(events, e)
		}
	}
	return events, nil
}

// drain throws away what waits after an overrun. The kernel is silent about
// what else it loses until all has been read, so whoever looks at things before
// that could miss a change for good.
func (m *Monitor) drain() ([]Event, error) {
	m.overrun = true
	for range drainReads {
		_, _, err := unix.Recvfrom(m.fd, m.buf, 0)
		switch {
		case errors.Is(err, unix.EAGAIN):
			m.overrun = false
			return []Event{{Kind: Overrun}}, nil
		case err != nil && !errors.Is(err, unix.ENOBUFS) && !errors.Is(err, unix.EINTR):
			return nil, fmt.Errorf("read netlink monitor: %w", err)
		}
	}
	return []Event{{Kind: Overrun}}, nil
}

// attachFilter keeps new routes from a socket, but for those that replace one:
// a router may learn of a million, which are no concern of ours.
func attachFilter(fd int) error {
	const typeAt, flagsAt = 4, 6 // in struct nlmsghdr
	program, err := bpf.Assemble([]bpf.Instruction{
		bpf.LoadAbsolute{Off: typeAt, Size: 2},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: loaded(unix.RTM_NEWROUTE), SkipTrue: 2},
		bpf.LoadAbsolute{Off: flagsAt, Size: 2},
		bpf.JumpIf{Cond: bpf.JumpBitsNotSet, Val: loaded(unix.NLM_F_REPLACE), SkipTrue: 1},
		bpf.RetConstant{Val: 1 << 31},
		bpf.RetConstant{Val: 0},
	})
	if err != nil {
		return fmt.Errorf("make netlink filter: %w", err)
	}
	code := make([]unix.SockFilter, len(program))
	for n, i := range program {
		code[n] = unix.SockFilter{Code: i.Op, Jt: i.Jt, Jf: i.Jf, K: i.K}
	}
	if err := unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]}); err != nil {
		return fmt.Errorf("attach netlink filter: %w", err)
	}
	return nil
}

// loaded is what the filter's load, which takes bytes for big endian, makes of
// a native number.
func loaded(v uint16) uint32 {
	return uint32(binary.BigEndian.Uint16(binary.NativeEndian.AppendUint16(nil, v)))
}
