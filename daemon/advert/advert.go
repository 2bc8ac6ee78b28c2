// Package advert is the language of VRRP: it makes advertisements, and checks
// those that arrive before a state machine hears of them. It knows version 2
// (RFC 3768, with the authentication of RFC 2338), version 3 (RFC 5798, RFC
// 9568) over IPv4 and IPv6, and signed adverts (draft-cassen-vrrp-auth-hmac).
//
// It is pure: bytes and time come in, bytes and verdicts go out. Neither way
// allocates, and a rejected packet changes nothing and formats nothing.
package advert

import (
	"encoding/binary"
	"net/netip"
)

// Numbers of RFC 3768 5.2 and RFC 5798 5.1.
const (
	Protocol = 112  // IP protocol
	TTL      = 255  // of multicast adverts, and the only one that is taken
	TOS      = 0xc0 // internetwork control, as keepalived sends it

	// ProtocolAH is the IP protocol of adverts with auth_type AH: an instance
	// with it needs a socket of that protocol.
	ProtocolAH = 51
)

// The VRRP message.
const (
	advertisement = 1   // the only type
	owner         = 255 // the priority of the router that owns the addresses
	maxAddresses  = 255 // what the count can tell

	headerLen   = 8
	authLen     = 8 // at the end of version 2
	checksumAt  = 6
	intervalMax = 0xfff // hundredths of a second, in version 3
)

// Packet is an advert as a socket delivers it. It refers to the bytes that it
// was made of: they must stay until it was checked.
type Packet struct {
	Source, Destination netip.Addr
	TTL                 int // or hop limit

	head []byte // the IPv4 header; nil for IPv6
	ah   []byte // the authentication header; nil without
	msg  []byte // the VRRP message and what comes after it
}

// IPv6 is an advert over IPv6, whose raw sockets deliver no header: addresses
// and hop limit come in control messages.
func IPv6(src, dst netip.Addr, hops int, payload []byte) Packet {
	return Packet{Source: src.WithZone(""), Destination: dst.WithZone(""), TTL: hops, msg: payload}
}

// VRID is the virtual router that p names, for dispatch before all checks.
func (p *Packet) VRID() (id uint8, ok bool) {
	if len(p.msg) < 2 {
		return 0, false
	}
	return p.msg[1], true
}

// Authenticated reports whether p came in an authentication header.
func (p *Packet) Authenticated() bool { return p.ah != nil }

// The IPv4 header.
const (
	ipLen       = 20
	ipTotalAt   = 2
	ipIDAt      = 4
	ipFragAt    = 6
	ipTTLAt     = 8
	ipProtoAt   = 9
	ipSumAt     = 10
	ipSourceAt  = 12
	ipDestAt    = 16
	ipFragments = 0x3fff // more fragments, or an offset
)

// ParseIPv4 reads an IPv4 packet as a raw socket delivers it, and never looks
// beyond the bytes that are there. The error is a Discard. Bytes after the
// packet, as Ethernet pads it, are passed over.
func ParseIPv4(raw []byte) (Packet, error) {
	if len(raw) < ipLen || raw[0]>>4 != 4 {
		return Packet{}, BadHeader
	}
	head := int(raw[0]&0xf) * 4
	total := int(binary.BigEndian.Uint16(raw[ipTotalAt:]))
	if head < ipLen || total < head || total > len(raw) {
		return Packet{}, BadHeader
	}
	p := Packet{
		Source:      netip.AddrFrom4([4]byte(raw[ipSourceAt:])),
		Destination: netip.AddrFrom4([4]byte(raw[ipDestAt:])),
		TTL:         int(raw[ipTTLAt]),
		head:        raw[:head],
		msg:         raw[head:total],
	}
	if binary.BigEndian.Uint16(raw[ipFragAt:])&ipFragments != 0 {
		return p, Fragment
	}
	switch raw[ipProtoAt] {
	case Protocol:
	case ProtocolAH:
		if len(p.msg) < ahLen || p.msg[ahNextAt] != Protocol || p.msg[ahLenAt] != ahWords || head != ipLen {
			p.msg = nil
			return p, BadAHHeader
		}
		p.ah, p.msg = p.msg[:ahLen], p.msg[ahLen:]
	default:
		p.msg = nil
		return p, BadProtocol
	}
	return p, nil
}

// appendIPv4 appends the header of a packet that carries n bytes. The kernel
// fills in the checksum (raw(7), IP_HDRINCL).
func appendIPv4(b []byte, id uint16, ttl, proto int, src, dst netip.Addr, n int) []byte {
	b = append(b, 4<<4|ipLen/4, TOS)
	b = binary.BigEndian.AppendUint16(b, uint16(ipLen+n))
	b = binary.BigEndian.AppendUint16(b, id)
	b = append(b, 0, 0, byte(ttl), byte(proto), 0, 0)
	s, d := src.As4(), dst.As4()
	return append(append(b, s[:]...), d[:]...)
}
