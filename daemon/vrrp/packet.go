// Package vrrp is the VRRP version 2 router of RFC 3768: its packets, its
// state machine, and the loop that runs virtual routers on a real network.
package vrrp

import (
	"encoding/binary"
	"fmt"
	"net/netip"
)

// Numbers of RFC 3768 5.2 and 5.3.
const (
	Protocol      = 112 // IP protocol
	TTL           = 255
	TOS           = 0xc0 // internetwork control, as routers send it
	version       = 2
	advertisement = 1 // the only type

	headerLen = 8
	authLen   = 8
	ipLen     = 20
)

// Advert is an advertisement (RFC 3768 5.1).
type Advert struct {
	VRID      uint8
	Priority  uint8
	AuthType  uint8 // 0 none, 1 PASS (RFC 2338 5.3.6)
	Interval  uint8 // seconds
	Addresses []netip.Addr
	Auth      [authLen]byte
}

// Append appends the VRRP message of a, checksum filled in, to b. Only the
// first 255 addresses, which the count can tell, and only IPv4 ones are taken.
func (a *Advert) Append(b []byte) []byte {
	start := len(b)
	b = append(b, version<<4|advertisement, a.VRID, a.Priority, 0, a.AuthType, a.Interval, 0, 0)
	count := uint8(0)
	for _, ip := range a.Addresses {
		if ip.Is4() && count < 255 {
			raw := ip.As4()
			b = append(b, raw[:]...)
			count++
		}
	}
	b[start+3] = count
	b = append(b, a.Auth[:]...)
	binary.BigEndian.PutUint16(b[start+6:], checksum(b[start:]))
	return b
}

// Datagram is a received IPv4 packet that carries an advertisement.
type Datagram struct {
	Source, Destination netip.Addr
	Advert              Advert
}

// Decode reads an IPv4 packet as a raw socket delivers it and makes the checks
// of RFC 3768 7.1 that need no configuration, in their order: TTL, version,
// completeness, checksum. A type other than ADVERTISEMENT is discarded too
// (5.3.2). The error is a Discard. Bytes after a complete message are allowed:
// they are not a listed reason.
func Decode(packet []byte) (Datagram, error) {
	d, msg, ttl, err := ipv4(packet)
	if err != nil {
		return d, err
	}
	if ttl != TTL {
		return d, fmt.Errorf("%w: %d, want %d", BadTTL, ttl, TTL)
	}
	if len(msg) < headerLen {
		return d, fmt.Errorf("%w: %d bytes", Truncated, len(msg))
	}
	if v := msg[0] >> 4; v != version {
		return d, fmt.Errorf("%w: %d, want %d", BadVersion, v, version)
	}
	if t := msg[0] & 0xf; t != advertisement {
		return d, fmt.Errorf("%w: %d, want %d", BadType, t, advertisement)
	}
	count := int(msg[3])
	want := headerLen + 4*count + authLen
	if len(msg) < want {
		return d, fmt.Errorf("%w: %d bytes for %d addresses, want %d", Truncated, len(msg), count, want)
	}
	if sum := checksum(msg[:want]); sum != 0 {
		return d, fmt.Errorf("%w: remainder %#04x", BadChecksum, sum)
	}
	d.Advert = Advert{VRID: msg[1], Priority: msg[2], AuthType: msg[4], Interval: msg[5]}
	d.Advert.Addresses = make([]netip.Addr, count)
	for i := range d.Advert.Addresses {
		d.Advert.Addresses[i] = netip.AddrFrom4([4]byte(msg[headerLen+4*i:]))
	}
	copy(d.Advert.Auth[:], msg[want-authLen:want])
	return d, nil
}

// ipv4 cuts a packet into what its header says, never trusting the header
// beyond the bytes that are there.
func ipv4(packet []byte) (d Datagram, msg []byte, ttl int, err error) {
	if len(packet) < ipLen || packet[0]>>4 != 4 {
		return d, nil, 0, fmt.Errorf("%w: %d bytes", BadHeader, len(packet))
	}
	head := int(packet[0]&0xf) * 4
	total := int(binary.BigEndian.Uint16(packet[2:]))
	if head < ipLen || total < head || total > len(packet) {
		return d, nil, 0, fmt.Errorf("%w: header %d, total %d of %d bytes", BadHeader, head, total, len(packet))
	}
	if packet[9] != Protocol {
		return d, nil, 0, fmt.Errorf("%w: protocol %d, want %d", BadHeader, packet[9], Protocol)
	}
	d.Source = netip.AddrFrom4([4]byte(packet[12:]))
	d.Destination = netip.AddrFrom4([4]byte(packet[16:]))
	return d, packet[head:total], int(packet[8]), nil
}

// appendIPv4 appends the header of a packet that carries n bytes. The kernel
// fills in the checksum (raw(7), IP_HDRINCL).
func appendIPv4(b []byte, id uint16, src, dst netip.Addr, n int) []byte {
	b = append(b, 0x45, TOS)
	b = binary.BigEndian.AppendUint16(b, uint16(ipLen+n))
	b = binary.BigEndian.AppendUint16(b, id)
	b = append(b, 0, 0, TTL, Protocol, 0, 0)
	s, d := src.As4(), dst.As4()
	return append(append(b, s[:]...), d[:]...)
}

// checksum is the one's complement of the one's complement sum (RFC 1071); 0
// over a message whose checksum is right.
func checksum(b []byte) uint16 {
	var sum uint32
	for ; len(b) > 1; b = b[2:] {
		sum += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) > 0 {
		sum += uint32(b[0]) << 8
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}
