package netif

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// Kind is what an Event tells.
type Kind int

// The kinds. Overrun says that events were lost and everything is to be
// looked at again.
const (
	LinkChanged Kind = iota + 1
	LinkGone
	AddressAdded
	AddressGone
	Overrun
)

// Event is a change of interfaces or IPv4 addresses in the kernel.
type Event struct {
	Kind  Kind
	Index int        // the interface
	Name  string     // of links
	IP    netip.Addr // of addresses
}

// Monitor is a socket that tells of changes (rtnetlink(7)).
type Monitor struct {
	fd  int
	buf []byte
}

// NewMonitor opens a Monitor in the calling thread's namespace.
func NewMonitor() (*Monitor, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("open netlink monitor: %w", err)
	}
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: unix.RTMGRP_LINK | unix.RTMGRP_IPV4_IFADDR}); err != nil {
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
	n, _, err := unix.Recvfrom(m.fd, m.buf, 0)
	switch {
	case errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR):
		return nil, nil
	case errors.Is(err, unix.ENOBUFS):
		return []Event{{Kind: Overrun}}, nil
	case err != nil:
		return nil, fmt.Errorf("read netlink monitor: %w", err)
	}
	list, err := syscall.ParseNetlinkMessage(m.buf[:n])
	if err != nil {
		return nil, fmt.Errorf("parse netlink message: %w", err)
	}
	var events []Event
	for _, msg := range list {
		if e, ok := parseEvent(msg.Header.Type, msg.Data); ok {
			events = append(events, e)
		}
	}
	return events, nil
}

func parseEvent(kind uint16, data []byte) (Event, bool) {
	switch kind {
	case unix.RTM_NEWADDR, unix.RTM_DELADDR:
		index, a, ok := parseAddress(data)
		e := Event{Kind: AddressAdded, Index: index, IP: a.Prefix.Addr()}
		if kind == unix.RTM_DELADDR {
			e.Kind = AddressGone
		}
		return e, ok
	case unix.RTM_NEWLINK, unix.RTM_DELLINK:
		l, ok := parseLink(data)
		e := Event{Kind: LinkChanged, Index: l.Index, Name: l.Name}
		if kind == unix.RTM_DELLINK {
			e.Kind = LinkGone
		}
		return e, ok
	}
	return Event{}, false
}
