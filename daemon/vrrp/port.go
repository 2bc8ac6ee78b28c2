package vrrp

import (
	"fmt"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// portKey says what a port is for: one multicast group on one interface.
type portKey struct {
	index int
	group netip.Addr
}

// port is a raw socket that sends and receives the advertisements of all
// virtual routers with one group on one interface.
type port struct {
	portKey
	fd    int
	users int
	id    uint16 // IPv4 identification of the last packet
	gripe string // the last undecodable packet that was logged
	in    []byte
	out   []byte
}

// openPort joins the group of key on the interface called name.
func openPort(key portKey, name string) (*port, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, Protocol)
	if err != nil {
		return nil, fmt.Errorf("open VRRP socket: %w", err)
	}
	p := &port{portKey: key, fd: fd, in: make([]byte, 64<<10)}
	if err := p.configure(name); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("set up VRRP socket on %s: %w", name, err)
	}
	return p, nil
}

// configure sets the socket's options: our own packets do not come back, and
// only the group's come in. TTL and TOS stand in the headers we write.
func (p *port) configure(name string) error {
	group := unix.IPMreqn{Multiaddr: p.group.As4(), Ifindex: int32(p.index)}
	for _, set := range []func() error{
		func() error { return unix.BindToDevice(p.fd, name) },
		func() error { return unix.SetsockoptInt(p.fd, unix.IPPROTO_IP, unix.IP_HDRINCL, 1) },
		func() error { return unix.SetsockoptInt(p.fd, unix.IPPROTO_IP, unix.IP_MULTICAST_LOOP, 0) },
		func() error { return unix.SetsockoptInt(p.fd, unix.IPPROTO_IP, unix.IP_MULTICAST_ALL, 0) },
		func() error {
			return unix.SetsockoptIPMreqn(p.fd, unix.IPPROTO_IP, unix.IP_MULTICAST_IF, &unix.IPMreqn{Ifindex: int32(p.index)})
		},
		func() error { return unix.SetsockoptIPMreqn(p.fd, unix.IPPROTO_IP, unix.IP_ADD_MEMBERSHIP, &group) },
		func() error { return unix.SetsockoptInt(p.fd, unix.SOL_SOCKET, unix.SO_PRIORITY, 6) }, // TC_PRIO_INTERACTIVE
	} {
		if err := set(); err != nil {
			return err
		}
	}
	return nil
}

// send multicasts a from src.
func (p *port) send(src netip.Addr, a *Advert) error {
	p.id++
	n := headerLen + 4*len(a.Addresses) + authLen
	p.out = a.Append(appendIPv4(p.out[:0], p.id, src, p.group, n))
	if err := unix.Sendto(p.fd, p.out, 0, &unix.SockaddrInet4{Addr: p.group.As4()}); err != nil {
		return os.NewSyscallError("send advertisement", err)
	}
	return nil
}

// receive returns the next packet, valid until the next call; nil when none
// is waiting.
func (p *port) receive() []byte {
	for {
		n, _, err := unix.Recvfrom(p.fd, p.in, 0)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return nil
		}
		return p.in[:n]
	}
}

func (p *port) close() { unix.Close(p.fd) }
