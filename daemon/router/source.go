package router

import (
	"fmt"
	"net/netip"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/netif"
)

// findSource returns the source of v's adverts (RFC 3768 5.2.1, RFC 9568
// 5.1.1.1): the configured one, or the one so far as long as the interface has
// it, or its first address that is not a virtual one (see usable), or,
// for an owner that has no other, that. The text says why there is none.
func (v *virtual) findSource(out *netif.Link) (netip.Addr, string) {
	if v.iface == nil {
		return v.routeSource()
	}
	if v.iface.link == nil {
		return netip.Addr{}, "" // that says it all
	}
	list := v.iface.addresses(v.conf.Family)
	if v.conf.IPVLAN != nil && out != nil {
		var err error
		if list, err = v.router.kernel.ListFamily(out.Index, familyOf(v.conf.Family)); err != nil {
			return netip.Addr{}, err.Error()
		}
	}
	if want := v.conf.Source; want.IsValid() {
		if v.conf.TrackSource && !has(list, want) {
			return want, fmt.Sprintf("interface %s does not have the source address %s", v.iface.name, want)
		}
		return want, ""
	}
	if v.still(list) && !v.router.virtualAddress(v.source) {
		return v.source, ""
	}
	var owned netip.Addr
	for n := range list {
		ip := list[n].Prefix.Addr()
		switch {
		case !v.usable(&list[n]):
		case !v.router.virtualAddress(ip):
			return ip, ""
		case v.conf.Priority == owner && !owned.IsValid() && v.hasVirtual(ip):
			owned = ip
		}
	}
	if owned.IsValid() {
		return owned, ""
	}
	return netip.Addr{}, fmt.Sprintf("interface %s has no %s address", v.iface.name, familyName(v.conf.Family))
}

// owner is the priority of the router that owns the addresses (RFC 9568 5.2.4).
const owner = 255

// usable reports whether adverts may come from a. Those of IPv6 come from the
// link-local address, but to a peer farther away.
func (v *virtual) usable(a *netif.Address) bool {
	ip := a.Prefix.Addr()
	if ip.Is4() {
		return true
	}
	far := v.unicast() && len(v.conf.UnicastPeers) > 0 && !v.conf.UnicastPeers[0].Address.IsLinkLocalUnicast()
	return !a.Tentative && !a.Duplicate && ip.IsLinkLocalUnicast() != far
}

// still reports whether the source so far will do.
func (v *virtual) still(list []netif.Address) bool {
	n := slices.IndexFunc(list, func(a netif.Address) bool { return a.Prefix.Addr() == v.source })
	return n >= 0 && v.usable(&list[n])
}

func has(list []netif.Address, ip netip.Addr) bool {
	return ip.IsValid() && slices.ContainsFunc(list, func(a netif.Address) bool {
		return a.Prefix.Addr() == ip && !a.Tentative && !a.Duplicate
	})
}

func (v *virtual) hasVirtual(ip netip.Addr) bool {
	is := func(a conf.Address) bool { return a.Prefix.Addr() == ip }
	return slices.ContainsFunc(v.conf.Addresses, is) || slices.ContainsFunc(v.conf.Excluded, is)
}

func familyName(f conf.Family) string {
	if f == conf.IPv6 {
		return "usable IPv6"
	}
	return "IPv4"
}

func familyOf(f conf.Family) netif.Family {
	if f == conf.IPv6 {
		return netif.IPv6
	}
	return netif.IPv4
}

// routeSource is the source of an instance without an interface: the configured
// one, or what the kernel takes towards the first peer.
func (v *virtual) routeSource() (netip.Addr, string) {
	if v.conf.Source.IsValid() {
		return v.conf.Source, ""
	}
	if len(v.conf.UnicastPeers) == 0 {
		return netip.Addr{}, "no unicast peer"
	}
	peer := v.conf.UnicastPeers[0].Address
	src, err := sourceTo(peer, v.conf.VRF)
	if err != nil {
		return netip.Addr{}, fmt.Sprintf("no address to reach %s from: %v", peer, err)
	}
	return src, ""
}

// sourceTo asks the kernel which source address it takes towards dst. No packet
// is sent.
func sourceTo(dst netip.Addr, vrf string) (netip.Addr, error) {
	const discard = 9 // any port will do
	domain, to := unix.AF_INET6, unix.Sockaddr(&unix.SockaddrInet6{Port: discard, Addr: dst.As16()})
	if dst.Is4() {
		domain, to = unix.AF_INET, &unix.SockaddrInet4{Port: discard, Addr: dst.As4()}
	}
	fd, err := unix.Socket(domain, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return netip.Addr{}, err
	}
	defer unix.Close(fd)
	if vrf != "" {
		if err := unix.BindToDevice(fd, vrf); err != nil {
			return netip.Addr{}, err
		}
	}
	if err := unix.Connect(fd, to); err != nil {
		return netip.Addr{}, err
	}
	own, err := unix.Getsockname(fd)
	switch own := own.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrFrom4(own.Addr), nil
	case *unix.SockaddrInet6:
		return netip.AddrFrom16(own.Addr), nil
	}
	return netip.Addr{}, err
}
