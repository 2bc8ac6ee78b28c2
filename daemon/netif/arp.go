package netif

import (
	"encoding/binary"
	"net"
	"net/netip"

	"golang.org/x/sys/unix"
)

// AppendARP appends an Ethernet frame with a gratuitous ARP request to b: a
// broadcast whose sender and target address are ip, sent by mac, for target
// hardware address broadcast (RFC 3768 8.2, RFC 826).
func AppendARP(b []byte, mac net.HardwareAddr, ip netip.Addr) []byte {
	addr := ip.As4()
	all := []byte{255, 255, 255, 255, 255, 255}
	b = append(append(b, all...), mac...)
	b = binary.BigEndian.AppendUint16(b, unix.ETH_P_ARP)
	b = binary.BigEndian.AppendUint16(b, unix.ARPHRD_ETHER)
	b = binary.BigEndian.AppendUint16(b, unix.ETH_P_IP)
	b = append(b, 6, 4, 0, 1) // lengths of the addresses; request
	b = append(append(b, mac...), addr[:]...)
	return append(append(b, all...), addr[:]...)
}
