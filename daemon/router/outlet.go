package router

import (
	"fmt"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/advert"
)

// senders are the sockets that adverts leave by, one a family: a control message
// says from which interface.
type senders struct{ fd4, fd6 int }

func (s *senders) open() (err error) {
	s.fd4, s.fd6 = -1, -1
	if s.fd4, err = openSender(unix.AF_INET, unix.IPPROTO_RAW, []option{
		{unix.SOL_IP, unix.IP_MULTICAST_LOOP, 0}, // nothing of ours comes back
		{unix.SOL_IP, unix.IP_FREEBIND, 1},       // any source address will do
	}); err != nil {
		return err
	}
	s.fd6, err = openSender(unix.AF_INET6, advert.Protocol, []option{
		{unix.SOL_IPV6, unix.IPV6_MULTICAST_LOOP, 0},
		{unix.SOL_IPV6, unix.IPV6_FREEBIND, 1},
		{unix.SOL_IPV6, unix.IPV6_TCLASS, advert.TOS},
	})
	if err == unix.EAFNOSUPPORT { // a kernel without IPv6
		s.fd6, err = -1, nil
	}
	return err
}

type option struct{ level, name, value int }

// openSender opens a raw socket that receives nothing.
func openSender(domain, proto int, options []option) (int, error) {
	fd, err := unix.Socket(domain, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, proto)
	if err == unix.EAFNOSUPPORT {
		return -1, err
	}
	if err != nil {
		return -1, fmt.Errorf("open VRRP socket: %w", err)
	}
	nothing := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K}
	err = unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: 1, Filter: &nothing})
	options = append(options, option{unix.SOL_SOCKET, unix.SO_PRIORITY, 6}) // TC_PRIO_INTERACTIVE
	for _, o := range options {
		if err == nil {
			err = unix.SetsockoptInt(fd, o.level, o.name, o.value)
		}
	}
	if err != nil {
		unix.Close(fd)
		return -1, fmt.Errorf("set up VRRP socket: %w", err)
	}
	return fd, nil
}

func (s *senders) close() {
	for _, fd := range []int{s.fd4, s.fd6} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}

// outlet is a way that adverts go out, all of it prepared.
type outlet struct {
	src, dst netip.Addr
	ttl      int
	index    int // of the interface; 0: the one that leads to dst
	fd       int

	header  unix.Msghdr
	part    unix.Iovec
	to4     unix.RawSockaddrInet4
	to6     unix.RawSockaddrInet6
	control []byte
}

// outlet prepares the way from the interface of index, with src as the source.
func (s *senders) outlet(index int, src, dst netip.Addr, ttl int) *outlet {
	o := &outlet{src: src, dst: dst, ttl: ttl, index: index, fd: s.fd4}
	if dst.Is4() {
		o.to4 = unix.RawSockaddrInet4{Family: unix.AF_INET, Addr: dst.As4()}
		o.header.Name, o.header.Namelen = (*byte)(unsafe.Pointer(&o.to4)), unix.SizeofSockaddrInet4
		o.control = unix.PktInfo4(&unix.Inet4Pktinfo{Ifindex: int32(index)})
	} else {
		o.fd = s.fd6
		o.to6 = unix.RawSockaddrInet6{Family: unix.AF_INET6, Addr: dst.As16()}
		o.header.Name, o.header.Namelen = (*byte)(unsafe.Pointer(&o.to6)), unix.SizeofSockaddrInet6
		o.control = unix.PktInfo6(&unix.Inet6Pktinfo{Ifindex: uint32(index), Addr: src.As16()})
		o.control = append(o.control, hopLimit(ttl)...)
	}
	o.header.Control = &o.control[0]
	o.header.SetControllen(len(o.control))
	o.header.Iov = &o.part
	o.header.SetIovlen(1)
	return o
}

// hopLimit is the control message for it.
func hopLimit(n int) []byte {
	b := make([]byte, unix.CmsgSpace(4))
	h := (*unix.Cmsghdr)(unsafe.Pointer(&b[0]))
	h.Level, h.Type = unix.IPPROTO_IPV6, unix.IPV6_HOPLIMIT
	h.SetLen(unix.CmsgLen(4))
	*(*int32)(unsafe.Pointer(&b[unix.CmsgLen(0)])) = int32(n)
	return b
}

// is reports whether o is what outlet would return.
func (o *outlet) is(index int, src, dst netip.Addr, ttl int) bool {
	return o.index == index && o.src == src && o.dst == dst && o.ttl == ttl
}

// send sends packet. It allocates nothing.
func (o *outlet) send(packet []byte) error {
	o.part.Base = &packet[0]
	o.part.SetLen(len(packet))
	for {
		_, _, err := unix.RawSyscall(unix.SYS_SENDMSG, uintptr(o.fd), uintptr(unsafe.Pointer(&o.header)), unix.MSG_DONTWAIT)
		switch err {
		case unix.EINTR:
		case 0:
			return nil
		default:
			return err
		}
	}
}
