package netif

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"

	"golang.org/x/sys/unix"
)

// Announcer sends gratuitous ARP.
type Announcer struct{ fd int }

// NewAnnouncer opens the socket in the calling thread's namespace. It receives
// nothing.
func NewAnnouncer() (*Announcer, error) {
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("open ARP socket: %w", err)
	}
	return &Announcer{fd: fd}, nil
}

// Close closes the socket.
func (a *Announcer) Close() { unix.Close(a.fd) }

// Announce broadcasts a gratuitous ARP request for ip from link.
func (a *Announcer) Announce(link *Link, ip netip.Addr) error {
	if len(link.MAC) != 6 || !ip.Is4() {
		return fmt.Errorf("announce %s on %s: not an Ethernet interface or IPv4 address", ip, link.Name)
	}
	to := &unix.SockaddrLinklayer{Protocol: htons(unix.ETH_P_ARP), Ifindex: link.Index, Halen: 6, Addr: [8]byte{255, 255, 255, 255, 255, 255}}
	if err := unix.Sendto(a.fd, AppendARP(nil, link.MAC, ip), 0, to); err != nil {
		return fmt.Errorf("announce %s on %s: %w", ip, link.Name, err)
	}
	return nil
}

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

func htons(v uint16) uint16 {
	return binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, v))
}
