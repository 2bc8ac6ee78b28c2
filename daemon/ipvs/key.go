package ipvs

import (
	"cmp"
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
)

// String names k as keepalived's log does: "[10.0.0.100]:tcp:80", "FWM 5".
func (k Key) String() string {
	if k.Mark != 0 {
		return fmt.Sprintf("FWM %d", k.Mark)
	}
	return named(k.Address, k.Protocol)
}

// Name names a server of the service k as keepalived's log does:
// "[192.168.0.1]:tcp:80".
func (k Key) Name(server netip.AddrPort) string {
	if k.Mark != 0 {
		return named(server, unix.IPPROTO_TCP)
	}
	return named(server, k.Protocol)
}

func named(a netip.AddrPort, protocol uint8) string {
	name := fmt.Sprint(protocol)
	switch protocol {
	case unix.IPPROTO_TCP:
		name = "tcp"
	case unix.IPPROTO_UDP:
		name = "udp"
	case unix.IPPROTO_SCTP:
		name = "sctp"
	}
	return fmt.Sprintf("[%s]:%s:%d", a.Addr(), name, a.Port())
}

// compare orders services: addresses first, by address, port and protocol, then
// marks.
func (k Key) compare(o Key) int {
	return cmp.Or(cmp.Compare(k.Mark, o.Mark), cmp.Compare(k.Family, o.Family),
		k.Address.Compare(o.Address), cmp.Compare(k.Protocol, o.Protocol))
}

// normal has the family of the address, or IPv4 for a mark that names none, and
// nothing that does not belong to the kind of service.
func (k Key) normal() Key {
	switch {
	case k.Mark != 0:
		k.Address, k.Protocol = netip.AddrPort{}, 0
		k.Family = cmp.Or(k.Family, conf.IPv4)
	case k.Address.Addr().Is4():
		k.Family = conf.IPv4
	default:
		k.Family = conf.IPv6
	}
	return k
}

// bits is the length of a client's address.
func (k Key) bits() uint8 {
	if k.Family == conf.IPv4 {
		return 32
	}
	return 128
}

// String says what o does, in front of the name of a service or server.
func (o Op) String() string {
	names := []string{"", "add service", "edit service", "remove service", "add server", "edit server", "remove server"}
	if int(o) < len(names) {
		return names[o]
	}
	return fmt.Sprintf("Op(%d)", o)
}

// ofServer reports whether o is about a server.
func (o Op) ofServer() bool { return o >= AddServer }

// String is the change in words: "add server [192.168.0.1]:tcp:80 of [10.0.0.100]:tcp:80".
func (c Change) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v ", c.Op)
	if c.Op.ofServer() {
		fmt.Fprintf(&b, "%s of ", c.Service.Name(c.Server.Address))
	}
	b.WriteString(c.Service.Key.String())
	return b.String()
}
