package netif

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"
)

// announceBuffer is the send buffer of an Announcer, in bytes: room for some
// thousands of frames that a slow interface has not sent yet.
const announceBuffer = 8 << 20

// Announcer tells neighbours who has an address: by gratuitous ARP and by
// unsolicited neighbour advertisements.
type Announcer struct{ fd int }

// Announcement is a frame for Announcer.Send: an address on an interface as
// both were when it was made.
type Announcement struct {
	frame [naSize]byte
	size  int
	to    unix.SockaddrLinklayer
	name  string
	ip    netip.Addr
}

// NewAnnouncer opens the socket in the calling thread's namespace. It receives
// nothing.
func NewAnnouncer() (*Announcer, error) {
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("open packet socket: %w", err)
	}
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, announceBuffer) // less without CAP_NET_ADMIN
	return &Announcer{fd: fd}, nil
}

// Close closes the socket.
func (a *Announcer) Close() { unix.Close(a.fd) }

// Announce sends the announcement of ip from link.
func (a *Announcer) Announce(link *Link, ip netip.Addr) error {
	p, err := Prepare(link, ip)
	if err != nil {
		return err
	}
	return a.Send(p)
}

// Send sends p. It allocates nothing.
func (a *Announcer) Send(p *Announcement) error {
	if err := unix.Sendto(a.fd, p.frame[:p.size], 0, &p.to); err != nil {
		return fmt.Errorf("announce %s on %s: %w", p.ip, p.name, err)
	}
	return nil
}

// Prepare makes the announcement of ip from link: gratuitous ARP for IPv4, an
// unsolicited neighbour advertisement for IPv6, which says whether the
// interface forwards at this moment.
func Prepare(link *Link, ip netip.Addr) (*Announcement, error) {
	ip = ip.WithZone("")
	if len(link.MAC) != 6 || !ip.IsValid() || ip.Is4In6() {
		return nil, fmt.Errorf("announce %s on %s: not an Ethernet interface or IP address", ip, link.Name)
	}
	p := &Announcement{name: link.Name, ip: ip}
	p.to = unix.SockaddrLinklayer{Ifindex: link.Index, Halen: 6}
	frame := p.frame[:0]
	if ip.Is4() {
		p.to.Protocol = htons(unix.ETH_P_ARP)
		frame = AppendARP(frame, link.MAC, ip)
	} else {
		p.to.Protocol = htons(unix.ETH_P_IPV6)
		frame = AppendNA(frame, link.MAC, ip, forwards(link.Name))
	}
	p.size = len(frame)
	copy(p.to.Addr[:], frame[:6])
	return p, nil
}

// forwards reports whether an interface forwards IPv6: whether it is a router's.
func forwards(name string) bool {
	v, err := readSysctl("ipv6/conf/" + name + "/forwarding")
	return err == nil && v != "0"
}

func htons(v uint16) uint16 {
	return binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, v))
}
