package capture

import (
	"fmt"
	"net/netip"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/lab/timeline"
)

// openRouteSocket opens an rtnetlink socket that hears of links, addresses and
// neighbours in the current thread's network namespace.
//
// One socket for all keeps the order between a link and its addresses, which
// the two subscriptions of package netlink do not; they also end when the
// kernel's queue overflows once.
func openRouteSocket() (fd int, err error) {
	fd, err = unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return -1, fmt.Errorf("open rtnetlink socket: %w", err)
	}
	err = setReceiveBuffer(fd, 4<<20)
	if err == nil {
		err = unix.Bind(fd, &unix.SockaddrNetlink{
			Family: unix.AF_NETLINK,
			Groups: unix.RTMGRP_LINK | unix.RTMGRP_IPV4_IFADDR | unix.RTMGRP_IPV6_IFADDR | unix.RTMGRP_NEIGH,
		})
	}
	if err != nil {
		unix.Close(fd)
		return -1, fmt.Errorf("set up rtnetlink socket: %w", err)
	}
	return fd, nil
}

// requestDump asks for all objects of a kind: RTM_GETLINK, RTM_GETADDR or
// RTM_GETNEIGH.
func requestDump(fd, kind int) error {
	req := nl.NewNetlinkRequest(kind, unix.NLM_F_DUMP)
	req.AddData(nl.NewIfInfomsg(unix.AF_UNSPEC))
	if err := unix.Sendto(fd, req.Serialize(), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return fmt.Errorf("request dump: %w", err)
	}
	return nil
}

// parseLink reads the body of RTM_NEWLINK or RTM_DELLINK. It is not ok for
// messages of another family: a bridge tells of its ports so, and their end
// there is not the end of the link.
func parseLink(hdr unix.NlMsghdr, data []byte) (index int, l timeline.Link, ok bool) {
	if len(data) < unix.SizeofIfInfomsg {
		return 0, l, false
	}
	msg := nl.DeserializeIfInfomsg(data)
	if msg.Family != unix.AF_UNSPEC {
		return 0, l, false
	}
	link, err := netlink.LinkDeserialize(&hdr, data)
	if err != nil {
		return 0, l, false
	}
	attrs := link.Attrs()
	return attrs.Index, timeline.Link{
		Interface: attrs.Name,
		Type:      linkType(link, msg.Type),
		MAC:       attrs.HardwareAddr.String(),
		Up:        msg.Flags&unix.IFF_UP != 0,
		Carrier:   msg.Flags&unix.IFF_LOWER_UP != 0,
	}, true
}

// linkType is the kind of link as ip -d link writes it; the loopback, which has
// none, is "loopback".
func linkType(l netlink.Link, hardware uint16) string {
	if hardware == unix.ARPHRD_LOOPBACK {
		return "loopback"
	}
	return l.Type()
}

// parseAddress reads the body of RTM_NEWADDR or RTM_DELADDR.
func parseAddress(data []byte) (index int, a timeline.Address, ok bool) {
	if len(data) < unix.SizeofIfAddrmsg {
		return 0, a, false
	}
	msg := nl.DeserializeIfAddrmsg(data)
	attrs, err := nl.ParseRouteAttr(data[unix.SizeofIfAddrmsg:])
	if err != nil {
		return 0, a, false
	}
	var local, peer netip.Addr
	for _, attr := range attrs {
		switch attr.Attr.Type {
		case unix.IFA_LOCAL:
			local = address(attr.Value)
		case unix.IFA_ADDRESS:
			peer = address(attr.Value)
		case unix.IFA_LABEL:
			a.Label = nl.BytesToString(attr.Value)
		}
	}
	// IFA_ADDRESS is the address itself, unless there is an IFA_LOCAL beside it
	// that differs: then it is the peer's, and the prefix length is its too.
	bits := int(msg.Prefixlen)
	switch {
	case !local.IsValid():
		local = peer
	case peer.IsValid() && peer != local:
		bits = local.BitLen()
	}
	a.Prefix, a.Scope = netip.PrefixFrom(local, bits), int(msg.Scope)
	return int(msg.Index), a, a.Prefix.IsValid()
}
