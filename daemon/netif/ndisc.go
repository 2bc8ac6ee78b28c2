package netif

import (
	"encoding/binary"
	"net"
	"net/netip"

	"golang.org/x/sys/unix"
)

// Numbers of RFC 4861 4.4 and 4.6.1.
const (
	naType     = 136
	naRouter   = 0x80 // R flag
	naOverride = 0x20 // O flag
	naTarget   = 2    // option: target link-layer address

	naLength = 32                 // of the message, with the option
	naSize   = 14 + 40 + naLength // of the frame
)

// AppendNA appends an Ethernet frame with an unsolicited neighbour
// advertisement to b (RFC 4861 7.2.6): from ip at mac to all nodes of the link,
// to replace what they knew of ip. Router says that mac is a router.
func AppendNA(b []byte, mac net.HardwareAddr, ip netip.Addr, router bool) []byte {
	from, all := ip.As16(), [16]byte{0xff, 0x02, 15: 1} // ff02::1
	b = append(b, 0x33, 0x33, 0, 0, 0, 1)               // RFC 2464 7
	b = append(b, mac...)
	b = binary.BigEndian.AppendUint16(b, unix.ETH_P_IPV6)
	b = append(b, 0x60, 0, 0, 0, 0, naLength, unix.IPPROTO_ICMPV6, 255)
	b = append(append(b, from[:]...), all[:]...)

	start := len(b)
	flags := byte(naOverride)
	if router {
		flags |= naRouter
	}
	b = append(b, naType, 0, 0, 0, flags, 0, 0, 0)
	b = append(b, from[:]...)
	b = append(b, naTarget, 1) // in units of 8 bytes
	b = append(b, mac...)

	// The checksum covers the addresses, the length and the protocol (RFC 8200 8.1).
	sum := sum16(from[:]) + sum16(all[:]) + naLength + unix.IPPROTO_ICMPV6 + sum16(b[start:])
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	binary.BigEndian.PutUint16(b[start+2:], ^uint16(sum))
	return b
}

// sum16 adds b up in units of 16 bits; its length is even.
func sum16(b []byte) (sum uint32) {
	for ; len(b) > 1; b = b[2:] {
		sum += uint32(binary.BigEndian.Uint16(b))
	}
	return sum
}
