package forge

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// The parts of an advertisement, in bytes (RFC 3768 5.1, RFC 9568 5.1).
const (
	headerSize   = 8
	authDataSize = 8
	checksumAt   = 6
	ipv4Size     = 20
	trafficClass = 0xc0 // internetwork control, as routers send
)

// frame is the whole Ethernet frame: from mac and, where the advertisement does
// not say, from source, to a hardware address.
func (a Advert) frame(mac, to net.HardwareAddr, source netip.Addr) ([]byte, error) {
	if a.Source.IsValid() {
		source = a.Source
	}
	message := a.message(a.sum(source))
	message = message[:len(message)-a.Cut]
	if a.ipv6() {
		return serialize(&layers.Ethernet{SrcMAC: mac, DstMAC: to, EthernetType: layers.EthernetTypeIPv6},
			&layers.IPv6{
				Version: 6, TrafficClass: trafficClass, Length: uint16(or(a.IPLength, len(message))),
				HopLimit: uint8(or(a.TTL, maxByte)), NextHeader: layers.IPProtocolVRRP,
				SrcIP: source.AsSlice(), DstIP: a.destination().AsSlice(),
			}, gopacket.Payload(message))
	}
	ip := &layers.IPv4{
		Version: 4, IHL: ipv4Size / 4, TOS: trafficClass, Length: uint16(or(a.IPLength, ipv4Size+len(message))),
		TTL: uint8(or(a.TTL, maxByte)), Protocol: layers.IPProtocolVRRP,
		SrcIP: source.AsSlice(), DstIP: a.destination().AsSlice(),
	}
	if a.AH != nil {
		ip.Protocol, ip.Length = layers.IPProtocolAH, uint16(or(a.IPLength, ipv4Size+ahSize+len(message)))
		header, err := serialize(ip)
		if err != nil {
			return nil, err
		}
		message = append(a.AH.header(source, header, message), message...)
	}
	return serialize(&layers.Ethernet{SrcMAC: mac, DstMAC: to, EthernetType: layers.EthernetTypeIPv4}, ip, gopacket.Payload(message))
}

// serialize encodes layers. Lengths stay as they were put: they may be wrong on
// purpose.
func serialize(all ...gopacket.SerializableLayer) ([]byte, error) {
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{ComputeChecksums: true}, all...); err != nil {
		return nil, fmt.Errorf("encode advertisement: %w", err)
	}
	return buf.Bytes(), nil
}

// message is the VRRP message with a checksum.
func (a Advert) message(checksum uint16) []byte {
	m := make([]byte, headerSize)
	m[0] = byte(a.version())<<4 | byte(or(a.Type, 1))
	m[1], m[2], m[3] = byte(a.VRID), byte(a.Priority), byte(or(a.Count, len(a.Addresses)))
	if a.version() == 2 {
		m[4], m[5] = byte(a.auth()), byte(a.interval()/time.Second)
	} else {
		binary.BigEndian.PutUint16(m[4:], uint16(a.interval()/centisecond))
	}
	binary.BigEndian.PutUint16(m[checksumAt:], checksum)
	for _, address := range a.Addresses {
		m = append(m, address.AsSlice()...)
	}
	if a.version() == 2 {
		data := make([]byte, authDataSize)
		copy(data, a.Password)
		m = append(m, data...)
	}
	return append(m, make([]byte, a.Pad)...)
}

// sum is the checksum of the message from source: right, or as it is asked for.
// Version 2 covers the message alone (RFC 3768 5.3.8), version 3 the pseudo
// header too (RFC 5798 5.2.8).
func (a Advert) sum(source netip.Addr) uint16 {
	m := a.message(0)
	plain := ^sum16(0, m)
	pseudo := sum16(0, source.AsSlice())
	to := a.destination()
	if a.Checksum == Group {
		to = a.group()
	}
	pseudo = sum16(uint32(pseudo), to.AsSlice())
	pseudo = sum16(uint32(pseudo), []byte{0, byte(layers.IPProtocolVRRP), byte(len(m) >> 8), byte(len(m))})
	full := ^sum16(uint32(pseudo), m)
	switch {
	case a.Checksum == Wrong:
		return wrong(plain, full)
	case a.Checksum == Plain, a.version() == 2:
		return plain
	}
	return full
}

// wrong is a checksum that is neither of the two.
func wrong(plain, full uint16) uint16 {
	c := full ^ 0x5555
	for c == plain || c == full {
		c++
	}
	return c
}

// sum16 is the one's complement sum of 16-bit words (RFC 1071).
func sum16(sum uint32, data []byte) uint16 {
	for ; len(data) >= 2; data = data[2:] {
		sum += uint32(binary.BigEndian.Uint16(data))
	}
	if len(data) == 1 {
		sum += uint32(data[0]) << 8
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return uint16(sum)
}

// groupMAC is the Ethernet address of a multicast group (RFC 1112 6.4, RFC 2464 7).
func groupMAC(g netip.Addr) net.HardwareAddr {
	b := g.AsSlice()
	if g.Is4() {
		return net.HardwareAddr{0x01, 0x00, 0x5e, b[1] & 0x7f, b[2], b[3]}
	}
	return net.HardwareAddr{0x33, 0x33, b[12], b[13], b[14], b[15]}
}
