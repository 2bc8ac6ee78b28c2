package router

import (
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/advert"
	"github.com/viplab/viplab/daemon/conf"
)

// portKey says what a port hears.
type portKey struct {
	family conf.Family
	proto  int        // advert.Protocol, or advert.ProtocolAH
	index  int        // of the interface, or VRF, that it is bound to; 0: any
	group  netip.Addr // multicast; zero: unicast
	local  netip.Addr // the address of ours that unicast comes to; zero: any
}

// port is a raw socket that receives the adverts of all virtual routers with
// the same key.
type port struct {
	portKey
	fd     int
	name   string          // of the interface; empty: none
	heard  [256][]*virtual // by VRID
	users  int             // how many virtual routers those are
	buffer int             // its receive buffer as asked for, bytes; 0: the kernel's
	// What reached no virtual router: packets without a VRID, and with that of a
	// stranger (nil for none so far).
	discards  advert.Discards
	gripes    gripes
	strangers *strangers
	before    uint64 // overflow before ClearStats
}

// openPort opens the socket of key, on the interface called name.
func openPort(key portKey, name string) (*port, error) {
	domain := unix.AF_INET
	if key.family == conf.IPv6 {
		domain = unix.AF_INET6
	}
	fd, err := unix.Socket(domain, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, key.proto)
	if err != nil {
		return nil, fmt.Errorf("open VRRP socket: %w", err)
	}
	p := &port{portKey: key, fd: fd, name: name}
	if err := p.configure(); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("set up VRRP socket on %s: %w", p, err)
	}
	return p, nil
}

// String says where p hears.
func (p *port) String() string {
	switch {
	case p.name != "":
		return p.name
	case p.local.IsValid():
		return p.local.String()
	}
	return "all interfaces"
}

// configure has only those packets come in that the port is for. The interface
// comes first: between the opening and that, packets of others may get in, which
// are sorted out by their addresses.
func (p *port) configure() error {
	if p.name != "" {
		if err := unix.BindToDevice(p.fd, p.name); err != nil {
			return err
		}
	}
	_ = unix.SetsockoptInt(p.fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1) // it does without, too
	if p.family == conf.IPv6 {
		return p.configure6()
	}
	if err := unix.SetsockoptInt(p.fd, unix.IPPROTO_IP, unix.IP_MULTICAST_ALL, 0); err != nil {
		return err
	}
	if p.group.IsValid() {
		return unix.SetsockoptIPMreqn(p.fd, unix.IPPROTO_IP, unix.IP_ADD_MEMBERSHIP, &unix.IPMreqn{Multiaddr: p.group.As4(), Ifindex: int32(p.index)})
	}
	if p.local.IsValid() {
		return unix.Bind(p.fd, &unix.SockaddrInet4{Addr: p.local.As4()})
	}
	return nil
}

func (p *port) configure6() error {
	_ = unix.SetsockoptInt(p.fd, unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_ALL, 0) // before 4.20 there is none
	for _, option := range []int{unix.IPV6_RECVPKTINFO, unix.IPV6_RECVHOPLIMIT} {
		if err := unix.SetsockoptInt(p.fd, unix.IPPROTO_IPV6, option, 1); err != nil {
			return err
		}
	}
	if p.group.IsValid() {
		return unix.SetsockoptIPv6Mreq(p.fd, unix.IPPROTO_IPV6, unix.IPV6_JOIN_GROUP, &unix.IPv6Mreq{Multiaddr: p.group.As16(), Interface: uint32(p.index)})
	}
	if p.local.IsValid() {
		to := &unix.SockaddrInet6{Addr: p.local.As16()}
		if p.local.IsLinkLocalUnicast() {
			to.ZoneId = uint32(p.index)
		}
		return unix.Bind(p.fd, to)
	}
	return nil
}

// seat has v hear what is for its VRID.
func (p *port) seat(v *virtual) {
	list := &p.heard[v.conf.VRID]
	*list = append(*list, v)
	p.users++
}

// leave undoes seat.
func (p *port) leave(v *virtual) {
	list := &p.heard[v.conf.VRID]
	for n, other := range *list {
		if other == v {
			*list = append((*list)[:n:n], (*list)[n+1:]...)
			p.users--
			return
		}
	}
}

// find is the virtual router that packet is for: where several have its VRID,
// which only unicast ones can, the one that has the sender for a peer.
func (p *port) find(packet *advert.Packet) (v *virtual, id uint8, ok bool) {
	if id, ok = packet.VRID(); !ok {
		return nil, 0, false
	}
	list := p.heard[id]
	switch len(list) {
	case 0:
		return nil, id, true
	case 1:
		return list[0], id, true
	}
	for _, v := range list {
		if v.peer(packet.Source) {
			return v, id, true
		}
	}
	return list[0], id, true
}

// resize gives the socket a receive buffer of so many bytes. What the kernel
// has is taken for enough if it is more.
func (p *port) resize(bytes int) {
	if p.buffer = bytes; bytes == 0 {
		return
	}
	have, err := unix.GetsockoptInt(p.fd, unix.SOL_SOCKET, unix.SO_RCVBUF)
	if err == nil && have >= 2*bytes { // the kernel doubles what it is told (socket(7))
		return
	}
	if unix.SetsockoptInt(p.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, bytes) != nil { // without CAP_NET_ADMIN
		_ = unix.SetsockoptInt(p.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, bytes)
	}
}

// overflow is how many packets found the receive buffer full.
func (p *port) overflow() uint64 {
	const drops = 8 // SK_MEMINFO_DROPS (linux/sock_diag.h)
	return uint64(meminfo(p.fd)[drops])
}

func (p *port) close() { unix.Close(p.fd) }
