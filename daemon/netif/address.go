package netif

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"net/netip"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// Origin is IFA_PROTO of the addresses that this package adds: keepalived's
// number, RTPROT_KEEPALIVED (linux/rtnetlink.h). Kernels before 5.18 ignore it.
const Origin = 18

// attrType is NLA_TYPE_MASK (linux/netlink.h): an attribute type without its flags.
const attrType = 0x3fff

// ifaProto is IFA_PROTO (linux/if_addr.h).
const ifaProto = 11

// Address is an IPv4 address of an interface.
type Address struct {
	Prefix    netip.Prefix
	Label     string     // empty: the interface's name
	Scope     int        // rtnetlink scope
	Broadcast netip.Addr // zero: none
	Origin    int        // IFA_PROTO, 0 where unknown; Add sets the constant
}

// Add puts a on the interface of index. One that is there already is no error.
func (c *Conn) Add(index int, a Address) error {
	req := nl.NewNetlinkRequest(unix.RTM_NEWADDR, unix.NLM_F_CREATE|unix.NLM_F_REPLACE|unix.NLM_F_ACK)
	addressRequest(req, index, a)
	if a.Broadcast.IsValid() {
		req.AddData(nl.NewRtAttr(unix.IFA_BROADCAST, a.Broadcast.AsSlice()))
	}
	if a.Label != "" {
		req.AddData(nl.NewRtAttr(unix.IFA_LABEL, nl.ZeroTerminated(a.Label)))
	}
	req.AddData(nl.NewRtAttr(ifaProto, []byte{Origin}))
	if _, err := c.do(req); err != nil && !errors.Is(err, unix.EEXIST) {
		return fmt.Errorf("add address %s: %w", a.Prefix, err)
	}
	return nil
}

// Remove takes a off the interface of index. One that is gone is no error.
func (c *Conn) Remove(index int, a Address) error {
	req := nl.NewNetlinkRequest(unix.RTM_DELADDR, unix.NLM_F_ACK)
	addressRequest(req, index, a)
	_, err := c.do(req)
	if err != nil && !errors.Is(err, unix.EADDRNOTAVAIL) && !errors.Is(err, unix.ENODEV) {
		return fmt.Errorf("remove address %s: %w", a.Prefix, err)
	}
	return nil
}

func addressRequest(req *nl.NetlinkRequest, index int, a Address) {
	msg := nl.NewIfAddrmsg(unix.AF_INET)
	msg.Prefixlen = uint8(a.Prefix.Bits())
	msg.Scope = uint8(a.Scope)
	msg.Index = uint32(index)
	req.AddData(msg)
	ip := a.Prefix.Addr().AsSlice()
	req.AddData(nl.NewRtAttr(unix.IFA_LOCAL, ip))
	req.AddData(nl.NewRtAttr(unix.IFA_ADDRESS, ip))
}

// List returns the IPv4 addresses of the interface of index, in the kernel's
// order: the first is the primary one.
func (c *Conn) List(index int) ([]Address, error) {
	req := nl.NewNetlinkRequest(unix.RTM_GETADDR, unix.NLM_F_DUMP)
	msg := nl.NewIfAddrmsg(unix.AF_INET)
	msg.Index = uint32(index)
	req.AddData(msg)
	replies, err := c.do(req)
	if err != nil {
		return nil, fmt.Errorf("list addresses: %w", err)
	}
	var list []Address
	for _, m := range replies {
		if i, a, ok := parseAddress(m); ok && i == index {
			list = append(list, a)
		}
	}
	return list, nil
}

// parseAddress reads the payload of RTM_NEWADDR or RTM_DELADDR (rtnetlink(7)).
func parseAddress(m []byte) (index int, a Address, ok bool) {
	if len(m) < unix.SizeofIfAddrmsg || m[0] != unix.AF_INET || m[1] > 32 {
		return 0, a, false
	}
	bits := int(m[1])
	a.Scope = int(m[3])
	index = int(binary.NativeEndian.Uint32(m[4:]))
	for kind, value := range attributes(m[unix.SizeofIfAddrmsg:]) {
		switch kind {
		case unix.IFA_LOCAL:
			if ip, fine := netip.AddrFromSlice(value); fine && ip.Is4() {
				a.Prefix = netip.PrefixFrom(ip, bits)
			}
		case unix.IFA_BROADCAST:
			a.Broadcast, _ = netip.AddrFromSlice(value)
		case unix.IFA_LABEL:
			a.Label = unix.ByteSliceToString(value)
		case ifaProto:
			if len(value) > 0 {
				a.Origin = int(value[0])
			}
		}
	}
	return index, a, a.Prefix.IsValid()
}

// attributes are the attributes of a message (rtnetlink(7)); one that is cut
// short ends them. The netlink library's own reader panics on those.
func attributes(b []byte) iter.Seq2[uint16, []byte] {
	return func(yield func(uint16, []byte) bool) {
		for len(b) >= unix.SizeofRtAttr {
			size, kind := int(binary.NativeEndian.Uint16(b)), binary.NativeEndian.Uint16(b[2:])
			if size < unix.SizeofRtAttr || size > len(b) {
				return
			}
			if !yield(kind&attrType, b[unix.SizeofRtAttr:size]) {
				return
			}
			b = b[min(len(b), (size+unix.NLA_ALIGNTO-1)&^(unix.NLA_ALIGNTO-1)):]
		}
	}
}
