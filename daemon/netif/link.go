// Package netif is what the daemon does to network interfaces: their state,
// their addresses, and gratuitous ARP. It acts in the network namespace of the
// calling thread.
package netif

import (
	"errors"
	"fmt"
	"net"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// ErrNoLink says that there is no interface of that name.
var ErrNoLink = errors.New("no such interface")

// Link is a network interface at a moment.
type Link struct {
	Name     string
	Index    int
	MAC      net.HardwareAddr
	Loopback bool
	Flags    uint32 // IFF_UP, IFF_RUNNING ... (netdevice(7))
}

// Fit reports whether the interface can send: administratively up and with a
// carrier.
func (l *Link) Fit() bool { return l.Flags&unix.IFF_UP != 0 && l.Flags&unix.IFF_RUNNING != 0 }

// FindLink returns the interface called name, or ErrNoLink.
func FindLink(name string) (*Link, error) {
	l, err := netlink.LinkByName(name)
	if errors.As(err, &netlink.LinkNotFoundError{}) {
		return nil, fmt.Errorf("%w: %s", ErrNoLink, name)
	}
	if err != nil {
		return nil, fmt.Errorf("find interface %s: %w", name, err)
	}
	a := l.Attrs()
	return &Link{Name: a.Name, Index: a.Index, MAC: a.HardwareAddr, Loopback: a.Flags&net.FlagLoopback != 0, Flags: a.RawFlags}, nil
}
