// Package netif is what the daemon does to network interfaces: their state,
// their addresses, and gratuitous ARP. It acts in the network namespace of the
// calling thread.
package netif

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// ErrNoLink says that there is no interface of that name.
var ErrNoLink = errors.New("no such interface")

// Link is a network interface at a moment.
type Link struct {
	Name  string
	Index int
	MAC   net.HardwareAddr
	Flags uint32 // IFF_UP, IFF_RUNNING ... (netdevice(7))
}

// Fit reports whether the interface can send: administratively up and with a
// carrier.
func (l *Link) Fit() bool { return l.Flags&unix.IFF_UP != 0 && l.Flags&unix.IFF_RUNNING != 0 }

// Loopback reports whether it is the loopback interface.
func (l *Link) Loopback() bool { return l.Flags&unix.IFF_LOOPBACK != 0 }

// Link returns the interface called name, or ErrNoLink.
func (c *Conn) Link(name string) (*Link, error) {
	if len(name) >= unix.IFNAMSIZ {
		return nil, fmt.Errorf("%w: %s", ErrNoLink, name)
	}
	req := nl.NewNetlinkRequest(unix.RTM_GETLINK, 0)
	req.AddData(nl.NewIfInfomsg(unix.AF_UNSPEC))
	req.AddData(nl.NewRtAttr(unix.IFLA_IFNAME, nl.ZeroTerminated(name)))
	answers, err := c.do(req)
	if errors.Is(err, unix.ENODEV) {
		return nil, fmt.Errorf("%w: %s", ErrNoLink, name)
	}
	if err == nil && len(answers) == 0 {
		err = unix.EBADMSG
	}
	if err != nil {
		return nil, fmt.Errorf("find interface %s: %w", name, err)
	}
	l, ok := parseLink(answers[0])
	if !ok {
		return nil, fmt.Errorf("find interface %s: %w", name, unix.EBADMSG)
	}
	return &l, nil
}

// parseLink reads the payload of RTM_NEWLINK or RTM_DELLINK (rtnetlink(7)).
func parseLink(m []byte) (l Link, ok bool) {
	if len(m) < unix.SizeofIfInfomsg {
		return l, false
	}
	l.Index = int(int32(binary.NativeEndian.Uint32(m[4:])))
	l.Flags = binary.NativeEndian.Uint32(m[8:])
	for kind, value := range attributes(m[unix.SizeofIfInfomsg:]) {
		switch kind {
		case unix.IFLA_IFNAME:
			l.Name = unix.ByteSliceToString(value)
		case unix.IFLA_ADDRESS:
			l.MAC = append(net.HardwareAddr(nil), value...)
		}
	}
	return l, true
}
