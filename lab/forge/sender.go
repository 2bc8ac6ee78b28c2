package forge

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// Node is where advertisements are sent from.
type Node interface {
	// Do runs a function on a thread in the node's network namespace: sockets that
	// it opens belong to the node.
	Do(f func() error) error
	Net() netns.NsHandle
}

// ErrNoAddress says that an interface has no address to send from.
var ErrNoAddress = errors.New("the interface has no address of this family")

// Sender sends from an interface of a node.
type Sender struct {
	mac   net.HardwareAddr
	own   []netip.Addr
	index int
	fd    int
}

// Open makes ready to send from an interface of a node.
func Open(n Node, iface string) (*Sender, error) {
	s := &Sender{fd: -1}
	if err := s.look(n, iface); err != nil {
		return nil, fmt.Errorf("send from %s: %w", iface, err)
	}
	err := n.Do(func() (err error) {
		s.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("make packet socket: %w", err)
	}
	return s, nil
}

// look finds the interface and its addresses.
func (s *Sender) look(n Node, iface string) error {
	link, err := netlink.NewHandleAt(n.Net(), unix.NETLINK_ROUTE)
	if err != nil {
		return fmt.Errorf("open netlink: %w", err)
	}
	defer link.Close()
	dev, err := link.LinkByName(iface)
	if err != nil {
		return err
	}
	s.mac, s.index = dev.Attrs().HardwareAddr, dev.Attrs().Index
	addresses, err := link.AddrList(dev, netlink.FAMILY_ALL)
	if err != nil {
		return fmt.Errorf("list addresses: %w", err)
	}
	for _, a := range addresses {
		if own, ok := netip.AddrFromSlice(a.IP); ok {
			s.own = append(s.own, own.Unmap())
		}
	}
	return nil
}

// Close lets go of the socket.
func (s *Sender) Close() error { return unix.Close(s.fd) }

// Send sends a count times, one every interval, or all at once if that is zero.
func (s *Sender) Send(ctx context.Context, a Advert, count int, every time.Duration) error {
	frame, err := s.frame(a)
	if err != nil {
		return err
	}
	to := &unix.SockaddrLinklayer{Ifindex: s.index}
	next := time.Now()
	for range count {
		if err := sleepUntil(ctx, next); err != nil {
			return err
		}
		if err := unix.Sendto(s.fd, frame, 0, to); err != nil {
			return fmt.Errorf("send advertisement: %w", err)
		}
		next = next.Add(every)
	}
	return nil
}

func (s *Sender) frame(a Advert) ([]byte, error) {
	if err := a.Check(); err != nil {
		return nil, err
	}
	source := s.source(a.ipv6())
	if !source.IsValid() && !a.Source.IsValid() {
		return nil, ErrNoAddress
	}
	to := groupMAC(a.destination())
	if !a.destination().IsMulticast() {
		to = net.HardwareAddr{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	}
	return a.frame(s.mac, to, source)
}

// source is the address to send from: over IPv6 a link-local one if there is
// (RFC 9568 5.1.2.1).
func (s *Sender) source(ipv6 bool) netip.Addr {
	var found netip.Addr
	for _, a := range s.own {
		if a.Is6() == ipv6 && (!found.IsValid() || a.IsLinkLocalUnicast() && !found.IsLinkLocalUnicast()) {
			found = a
		}
	}
	return found
}

// sleepUntil waits until t, or the context's end.
func sleepUntil(ctx context.Context, t time.Time) error {
	wait := time.Until(t)
	if wait <= 0 {
		return context.Cause(ctx)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
