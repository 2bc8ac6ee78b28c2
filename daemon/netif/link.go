// Package netif is what the daemon does to network interfaces: their state,
// their addresses, routes and rules, the devices of virtual routers, and what
// tells neighbours of an address. It acts in the network namespace of the
// calling thread.
package netif

import (
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
	MTU   int    // bytes

	Kind   string // veth, macvlan, ipvlan, vrf ...; empty for hardware
	Parent int    // the interface below a macvlan, ipvlan or VLAN, 0: none
	Master int    // the bridge, bond or VRF that it belongs to, 0: none
	Group  uint32 // of interfaces (ip-link(8))
	Mode   uint32 // of a macvlan (MACVLAN_MODE_*) or ipvlan (IPVLAN_MODE_*), linux/if_link.h
	Spread uint32 // of an ipvlan: IPVLAN_F_*, 0 for bridge
	Table  uint32 // the routing table of a VRF
	Alias  string // what somebody has noted of it (ip-link(8))
}

// Fit reports whether the interface can send: administratively up and with a
// carrier.
func (l *Link) Fit() bool { return l.Flags&unix.IFF_UP != 0 && l.Flags&unix.IFF_RUNNING != 0 }

// Loopback reports whether it is the loopback interface.
func (l *Link) Loopback() bool { return l.Flags&unix.IFF_LOOPBACK != 0 }

// Link returns the interface called name, or ErrNoLink.
func (c *Conn) Link(name string) (*Link, error) {
	if name == "" || len(name) >= unix.IFNAMSIZ {
		return nil, fmt.Errorf("%w: %s", ErrNoLink, name)
	}
	req := nl.NewNetlinkRequest(unix.RTM_GETLINK, 0)
	req.AddData(nl.NewIfInfomsg(unix.AF_UNSPEC))
	putText(req, unix.IFLA_IFNAME, name)
	return c.link(req, name)
}

// LinkAt returns the interface of index, or ErrNoLink.
func (c *Conn) LinkAt(index int) (*Link, error) {
	req := nl.NewNetlinkRequest(unix.RTM_GETLINK, 0)
	msg := nl.NewIfInfomsg(unix.AF_UNSPEC)
	msg.Index = int32(index)
	req.AddData(msg)
	return c.link(req, fmt.Sprintf("number %d", index))
}

func (c *Conn) link(req *nl.NetlinkRequest, name string) (*Link, error) {
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

// Links returns all interfaces.
func (c *Conn) Links() ([]Link, error) {
	req := nl.NewNetlinkRequest(unix.RTM_GETLINK, unix.NLM_F_DUMP)
	req.AddData(nl.NewIfInfomsg(unix.AF_UNSPEC))
	answers, err := c.do(req)
	if err != nil {
		return nil, fmt.Errorf("list interfaces: %w", err)
	}
	var list []Link
	for _, m := range answers {
		if l, ok := parseLink(m); ok {
			list = append(list, l)
		}
	}
	return list, nil
}

// parseLink reads the payload of RTM_NEWLINK or RTM_DELLINK (rtnetlink(7)). It
// refuses those that do not tell of the interface itself: a bridge's of its
// ports, which "delete" a port that leaves it, and those of wireless events.
func parseLink(m []byte) (l Link, ok bool) {
	if len(m) < unix.SizeofIfInfomsg || m[0] != unix.AF_UNSPEC {
		return l, false
	}
	l.Index = int(int32(number32(m[4:])))
	l.Flags = number32(m[8:])
	elsewhere := false // the interface below is in another namespace
	for kind, value := range attributes(m[unix.SizeofIfInfomsg:]) {
		switch kind {
		case unix.IFLA_IFNAME:
			l.Name = unix.ByteSliceToString(value)
		case unix.IFLA_ADDRESS:
			l.MAC = append(net.HardwareAddr(nil), value...)
		case unix.IFLA_IFALIAS:
			l.Alias = unix.ByteSliceToString(value)
		case unix.IFLA_MTU:
			l.MTU = int(number32(value))
		case unix.IFLA_LINK:
			l.Parent = int(number32(value))
		case unix.IFLA_LINK_NETNSID:
			elsewhere = true
		case unix.IFLA_MASTER:
			l.Master = int(number32(value))
		case unix.IFLA_GROUP:
			l.Group = number32(value)
		case unix.IFLA_LINKINFO:
			l.parseInfo(value)
		case unix.IFLA_WIRELESS:
			return Link{}, false
		}
	}
	if elsewhere || l.Kind == "veth" { // whose parent is its other end
		l.Parent = 0
	}
	return l, true
}

// parseInfo reads what belongs to the kind of the interface.
func (l *Link) parseInfo(b []byte) {
	var data []byte
	for kind, value := range attributes(b) {
		switch kind {
		case unix.IFLA_INFO_KIND:
			l.Kind = unix.ByteSliceToString(value)
		case unix.IFLA_INFO_DATA:
			data = value
		}
	}
	for kind, value := range attributes(data) {
		switch {
		case l.Kind == kindMACVLAN && kind == unix.IFLA_MACVLAN_MODE:
			l.Mode = number32(value)
		case l.Kind == kindIPVLAN && kind == unix.IFLA_IPVLAN_MODE:
			l.Mode = uint32(number16(value))
		case l.Kind == kindIPVLAN && kind == unix.IFLA_IPVLAN_FLAGS:
			l.Spread = uint32(number16(value))
		case l.Kind == "vrf" && kind == unix.IFLA_VRF_TABLE:
			l.Table = number32(value)
		}
	}
}
