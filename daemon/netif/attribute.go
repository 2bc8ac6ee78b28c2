package netif

import (
	"encoding/binary"
	"iter"
	"net/netip"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// attrType is NLA_TYPE_MASK (linux/netlink.h): an attribute type without its flags.
const attrType = 0x3fff

// Family is an IP version; zero stands for both.
type Family uint8

// The families.
const (
	IPv4 Family = unix.AF_INET
	IPv6 Family = unix.AF_INET6
)

// FamilyOf is the family of ip, 0 for none.
func FamilyOf(ip netip.Addr) Family {
	switch {
	case ip.Is4():
		return IPv4
	case ip.Is6():
		return IPv6
	}
	return 0
}

// bits is the length of an address of f.
func (f Family) bits() int {
	if f == IPv4 {
		return 32
	}
	return 128
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

// The values of attributes. One that is too short reads as 0, or as no address.

func number8(b []byte) uint8 {
	if len(b) < 1 {
		return 0
	}
	return b[0]
}

func number16(b []byte) uint16 {
	if len(b) < 2 {
		return 0
	}
	return binary.NativeEndian.Uint16(b)
}

func number32(b []byte) uint32 {
	if len(b) < 4 {
		return 0
	}
	return binary.NativeEndian.Uint32(b)
}

func address(b []byte) netip.Addr {
	ip, _ := netip.AddrFromSlice(b)
	return ip
}

// attrs is what attributes are added to: a request or another attribute.
type attrs interface{ AddData(nl.NetlinkRequestData) }

// nest is an attribute that holds attributes.
type nest struct{ *nl.RtAttr }

func (n nest) AddData(d nl.NetlinkRequestData) { n.AddChild(d) }

// nested adds an attribute to at for others to be added to.
func nested(at attrs, kind int) nest {
	n := nest{nl.NewRtAttr(kind, nil)}
	at.AddData(n)
	return n
}

func put(at attrs, kind int, value []byte) { at.AddData(nl.NewRtAttr(kind, value)) }

func put8(at attrs, kind int, v uint8) { put(at, kind, []byte{v}) }

func put16(at attrs, kind int, v uint16) { put(at, kind, nl.Uint16Attr(v)) }

func put32(at attrs, kind int, v uint32) { put(at, kind, nl.Uint32Attr(v)) }

func putText(at attrs, kind int, v string) { put(at, kind, nl.ZeroTerminated(v)) }

// putAddress adds ip, unless it is none.
func putAddress(at attrs, kind int, ip netip.Addr) {
	if ip.IsValid() {
		put(at, kind, ip.AsSlice())
	}
}

// either is a, or b.
func either[T any](is bool, a, b T) T {
	if is {
		return a
	}
	return b
}
