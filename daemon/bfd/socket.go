package bfd

import (
	"fmt"
	"math/rand/v2"
	"net/netip"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
)

// The ports of RFC 5881 4 and RFC 5883 5.
const (
	singleHop = 3784
	multiHop  = 4784

	firstSource, lastSource = 49152, 65535
)

// tos is that of routing protocols: internetwork control.
const tos = 0xc0

// port is where a session's packets go, on both sides.
type port struct {
	number int
	six    bool
}

func portOf(b *conf.BFD) port {
	p := port{number: singleHop, six: b.Neighbor.Is6()}
	if b.Multihop {
		p.number = multiHop
	}
	return p
}

// option is an option of a socket.
type option struct{ level, name, value int }

// open opens an UDP socket.
func (p port) open(options []option) (int, error) {
	domain := unix.AF_INET
	if p.six {
		domain = unix.AF_INET6
		options = append(options, option{unix.SOL_IPV6, unix.IPV6_V6ONLY, 1})
	}
	fd, err := unix.Socket(domain, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, fmt.Errorf("open BFD socket: %w", err)
	}
	for _, o := range options {
		if err := unix.SetsockoptInt(fd, o.level, o.name, o.value); err != nil {
			unix.Close(fd)
			return -1, fmt.Errorf("set up BFD socket: %w", err)
		}
	}
	return fd, nil
}

// sockaddr is an address for system calls; the zero one means any.
func (p port) sockaddr(a netip.Addr, number int) unix.Sockaddr {
	if p.six {
		s := &unix.SockaddrInet6{Port: number}
		if a.IsValid() {
			s.Addr = a.As16()
		}
		return s
	}
	s := &unix.SockaddrInet4{Port: number}
	if a.IsValid() {
		s.Addr = a.As4()
	}
	return s
}

// outlet is the socket that a session sends by. What comes in there is thrown
// away.
type outlet struct {
	fd     int
	to     unix.Sockaddr
	bytes  []byte
	failed error // of the last packet
}

// newOutlet opens a socket with a source port of its own (RFC 5881 4). The
// source address need not be there yet.
func newOutlet(b *conf.BFD) (outlet, error) {
	p := portOf(b)
	options := []option{{unix.SOL_SOCKET, unix.SO_PRIORITY, 6}, {unix.SOL_SOCKET, unix.SO_RCVBUF, 0}}
	if p.six {
		options = append(options, option{unix.SOL_IPV6, unix.IPV6_TCLASS, tos}, option{unix.SOL_IPV6, unix.IPV6_FREEBIND, 1})
	} else {
		options = append(options, option{unix.SOL_IP, unix.IP_TOS, tos}, option{unix.SOL_IP, unix.IP_FREEBIND, 1})
	}
	fd, err := p.open(options)
	if err != nil {
		return outlet{}, err
	}
	o := outlet{fd: fd, to: p.sockaddr(b.Neighbor, p.number), bytes: make([]byte, 0, controlLen)}
	o.setTTL(b)
	const count = lastSource - firstSource + 1
	first := rand.IntN(count)
	for n := range count {
		err = unix.Bind(fd, p.sockaddr(b.Source, firstSource+(first+n)%count))
		if err != unix.EADDRINUSE {
			break
		}
	}
	if err != nil {
		unix.Close(fd)
		return outlet{}, fmt.Errorf("bfd_instance %s: bind to %s: %w", b.Name, b.Source, err)
	}
	return o, nil
}

func (o *outlet) setTTL(b *conf.BFD) {
	if portOf(b).six {
		_ = unix.SetsockoptInt(o.fd, unix.SOL_IPV6, unix.IPV6_UNICAST_HOPS, b.TTL)
	} else {
		_ = unix.SetsockoptInt(o.fd, unix.SOL_IP, unix.IP_TTL, b.TTL)
	}
}

func (o *outlet) send(c Control) error {
	o.bytes = c.Append(o.bytes[:0])
	return unix.Sendto(o.fd, o.bytes, 0, o.to)
}

func (o *outlet) close() { unix.Close(o.fd) }

// listen opens the socket that hears p, if it is not there.
func (m *Manager) listen(p port) error {
	if m.inlets[p] != nil {
		return nil
	}
	var options []option
	if p.six {
		options = []option{{unix.SOL_IPV6, unix.IPV6_RECVPKTINFO, 1}, {unix.SOL_IPV6, unix.IPV6_RECVHOPLIMIT, 1}}
	} else {
		options = []option{{unix.SOL_IP, unix.IP_PKTINFO, 1}, {unix.SOL_IP, unix.IP_RECVTTL, 1}}
	}
	fd, err := p.open(options)
	if err != nil {
		return err
	}
	if err := unix.Bind(fd, p.sockaddr(netip.Addr{}, p.number)); err != nil {
		unix.Close(fd)
		if err == unix.EADDRINUSE {
			return fmt.Errorf("listen on UDP port %d: %w: another BFD daemon runs here", p.number, err)
		}
		return fmt.Errorf("listen on UDP port %d: %w", p.number, err)
	}
	m.inlets[p] = &inlet{fd: fd}
	return nil
}

// trim closes the sockets that no session needs.
func (m *Manager) trim() {
	for p, in := range m.inlets {
		needed := false
		for _, s := range m.sessions {
			needed = needed || portOf(s.conf) == p
		}
		if !needed {
			unix.Close(in.fd)
			delete(m.inlets, p)
		}
	}
}
