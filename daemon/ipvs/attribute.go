package ipvs

import (
	"encoding/binary"
	"fmt"
	"iter"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
)

// typeMask is NLA_TYPE_MASK: an attribute's type without its flags.
const typeMask = 0x3fff

// attributes are those of a message; one that is cut short ends them.
func attributes(b []byte) iter.Seq2[uint16, value] {
	return func(yield func(uint16, value) bool) {
		for len(b) >= unix.SizeofRtAttr {
			size, kind := int(binary.NativeEndian.Uint16(b)), binary.NativeEndian.Uint16(b[2:])
			if size < unix.SizeofRtAttr || size > len(b) {
				return
			}
			if !yield(kind&typeMask, b[unix.SizeofRtAttr:size]) {
				return
			}
			b = b[min(len(b), (size+unix.NLA_ALIGNTO-1)&^(unix.NLA_ALIGNTO-1)):]
		}
	}
}

// attribute returns the first attribute of a kind.
func attribute(b []byte, kind uint16) (value, error) {
	for k, v := range attributes(b) {
		if k == kind {
			return v, nil
		}
	}
	return nil, fmt.Errorf("%w: no attribute %d", errAnswer, kind)
}

// value is what an attribute holds. One that is too short reads as 0, or as no
// address.
type value []byte

func (v value) u8() uint8 {
	if len(v) < 1 {
		return 0
	}
	return v[0]
}

func (v value) u16() uint16 {
	if len(v) < 2 {
		return 0
	}
	return binary.NativeEndian.Uint16(v)
}

func (v value) port() uint16 {
	if len(v) < 2 {
		return 0
	}
	return binary.BigEndian.Uint16(v)
}

func (v value) u32() uint32 {
	if len(v) < 4 {
		return 0
	}
	return binary.NativeEndian.Uint32(v)
}

func (v value) u64() uint64 {
	if len(v) < 8 {
		return 0
	}
	return binary.NativeEndian.Uint64(v)
}

func (v value) text() string { return unix.ByteSliceToString(v) }

func (v value) seconds() time.Duration { return time.Duration(v.u32()) * time.Second }

// address reads an address of a family. The kernel gives a union that has room
// for both.
func (v value) address(f conf.Family) netip.Addr {
	switch {
	case f == conf.IPv4 && len(v) >= 4:
		return netip.AddrFrom4([4]byte(v[:4]))
	case f == conf.IPv6 && len(v) >= 16:
		return netip.AddrFrom16([16]byte(v[:16]))
	}
	return netip.Addr{}
}

// family reads the kernel's number of a family; 0 if it is none of ours.
func (v value) family() conf.Family {
	switch v.u16() {
	case unix.AF_INET:
		return conf.IPv4
	case unix.AF_INET6:
		return conf.IPv6
	}
	return 0
}
