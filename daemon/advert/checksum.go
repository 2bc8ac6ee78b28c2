package advert

import (
	"encoding/binary"
	"net/netip"
)

// sum adds b to a one's complement sum that is not folded yet (RFC 1071). Only
// the last of several pieces may have an odd length.
func sum(acc uint32, b []byte) uint32 {
	for ; len(b) > 1; b = b[2:] {
		acc += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) > 0 {
		acc += uint32(b[0]) << 8
	}
	return acc
}

// fold ends a sum: the checksum, which is 0 over a message that has the right
// one in it.
func fold(acc uint32) uint16 {
	for acc > 0xffff {
		acc = acc>>16 + acc&0xffff
	}
	return ^uint16(acc)
}

// pseudo is the sum of the pseudo header of a message of n bytes: of RFC 2460
// 8.1, and of the same for IPv4, which keepalived has version 3 begin with.
func pseudo(src, dst netip.Addr, n int) uint32 {
	var acc uint32
	if src.Is4() {
		s, d := src.As4(), dst.As4()
		acc = sum(sum(0, s[:]), d[:])
	} else {
		s, d := src.As16(), dst.As16()
		acc = sum(sum(0, s[:]), d[:])
	}
	return acc + uint32(n) + Protocol
}

// seal fills in the checksum of msg. What is summed begins with acc.
func seal(msg []byte, acc uint32) {
	msg[checksumAt], msg[checksumAt+1] = 0, 0
	binary.BigEndian.PutUint16(msg[checksumAt:], fold(sum(acc, msg)))
}

// form is how the checksum of version 3 over IPv4 is made.
type form uint8

// The forms. RFC 5798 was read in two ways, RFC 9568 settled for plain.
const (
	withHeader form = iota // with a pseudo header, as keepalived sends it
	plain                  // the message alone
	oldUnicast             // the pseudo header names the group although the packet is unicast
)

// oldGroup is in the pseudo header of oldUnicast whatever the group of an
// instance.
var oldGroup = netip.AddrFrom4([4]byte{224, 0, 0, 18})

// header is the sum that a message of n bytes from src to dst begins with.
func (f form) header(src, dst netip.Addr, n int) uint32 {
	switch f {
	case plain:
		return 0
	case oldUnicast:
		return pseudo(src, oldGroup, n)
	default:
		return pseudo(src, dst, n)
	}
}
