package expect

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/lab/timeline"
)

// virtualMAC is the hardware address of a virtual router: 00-00-5E-00-01-VRID,
// 02 in place of 01 for IPv6 (RFC 9568 7.3), unless the configuration gives
// another.
func (ro router) virtualMAC() string {
	if own := ro.inst.VMACDevice.MAC; own != "" {
		return own
	}
	family := 1
	if ro.ipv6() {
		family = 2
	}
	return fmt.Sprintf("00:00:5e:00:%02x:%02x", family, ro.inst.VRID)
}

// advertMAC is the hardware address that advertisements come from: the virtual
// one where the configuration asks for it, else the interface's own, as its
// kernel last told before at; empty where nobody has told.
func (ro router) advertMAC(at timeline.Time) string {
	if ro.inst.VMAC && !ro.inst.TransmitBase {
		return ro.virtualMAC()
	}
	return ro.interfaceMAC(ro.inst.Interface, at)
}

// interfaceMAC is the hardware address of an interface of the router's node as
// its kernel last told before at; empty where it has not.
func (ro router) interfaceMAC(name string, at timeline.Time) string {
	link := ro.run.index().OfNode(timeline.KindLink, ro.node).Until(at).Last(func(e *timeline.Event) bool {
		return e.Link.Interface == name
	})
	if link == nil {
		return ""
	}
	return link.Link.MAC
}

// placeMAC is the hardware address that a virtual address is at while this router
// is Master; empty where nobody has told.
func (ro router) placeMAC(a netip.Addr, at timeline.Time) string {
	for _, v := range virtual(ro.inst) {
		if v.Prefix.Addr() != a {
			continue
		}
		if ro.onVMAC(v) {
			return ro.virtualMAC()
		}
		return ro.interfaceMAC(cmp.Or(v.Interface, ro.inst.Interface), at)
	}
	return ""
}

// addressMAC is the hardware address that a virtual address is at: the virtual
// one, or the one that the advertisement seen came from.
func (ro router) addressMAC(a netip.Addr, seen *timeline.Event) string {
	for _, v := range virtual(ro.inst) {
		if v.Prefix.Addr() == a && ro.onVMAC(v) {
			return ro.virtualMAC()
		}
	}
	return seen.Frame.Src
}

// onVMAC reports whether an address is on the virtual router's own device: not
// if it is another interface's.
func (ro router) onVMAC(a conf.Address) bool {
	return ro.inst.VMAC && (a.Interface == "" || a.Interface == ro.inst.Interface)
}

// hardware is the field of the frame's source.
func (ro router) hardware() field {
	id := requirement(ro.inst, "R3768-7.2-01", "R5798-7.2-01")
	want := "the interface's own"
	if mac := ro.advertMAC(0); mac != "" {
		want = mac
	}
	return field{id, "source MAC", want,
		func(e *timeline.Event) bool {
			mac := ro.advertMAC(e.At)
			return mac == "" || strings.EqualFold(e.Frame.Src, mac)
		},
		func(e *timeline.Event) string { return e.Frame.Src }}
}

// ttl is the TTL, or hop limit, that advertisements leave with: 255 but for
// peers that are told another.
func (ro router) ttl() int {
	if len(ro.inst.UnicastPeers) > 0 {
		return ro.inst.Unicast.TTL
	}
	return 255
}

// peer is the field of the destination where advertisements go to peers: each
// is one of those that are configured.
func (ro router) peer(id string) field {
	var peers []netip.Addr
	for _, p := range ro.inst.UnicastPeers {
		peers = append(peers, p.Address)
	}
	return field{id, "destination", "a peer: " + addresses(peers),
		func(e *timeline.Event) bool { return slices.Contains(peers, e.Frame.IPDst) && !isGroup(e.Frame.Dst) },
		func(e *timeline.Event) string { return e.Frame.IPDst.String() + " at " + e.Frame.Dst }}
}

// isGroup reports whether a hardware address is for many (IEEE 802, the first
// bit on the wire).
func isGroup(mac string) bool {
	hw, err := net.ParseMAC(mac)
	return err == nil && hw[0]&1 != 0
}
