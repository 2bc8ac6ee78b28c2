package bfd

import (
	"encoding/binary"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	batch       = 16
	packetSize  = 256 // more than the length of a packet can tell
	controlSize = 128
)

// inlet is a socket that hears the packets of a port, and room for a batch of
// them.
type inlet struct {
	fd      int
	headers [batch]messageHeader
	parts   [batch]unix.Iovec
	from    [batch]unix.RawSockaddrInet6
	control [batch][controlSize]byte
	bytes   [batch][packetSize]byte
}

// messageHeader is struct mmsghdr of recvmmsg(2).
type messageHeader struct {
	unix.Msghdr
	size uint32
}

// read takes up to a batch of packets without waiting and returns how many. They
// stay until the next call.
func (in *inlet) read() int {
	for n := range in.headers {
		h := &in.headers[n]
		in.parts[n].Base = &in.bytes[n][0]
		in.parts[n].SetLen(packetSize)
		h.Name, h.Namelen = (*byte)(unsafe.Pointer(&in.from[n])), unix.SizeofSockaddrInet6
		h.Iov = &in.parts[n]
		h.SetIovlen(1)
		h.Control = &in.control[n][0]
		h.SetControllen(controlSize)
	}
	for {
		n, _, err := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(in.fd), uintptr(unsafe.Pointer(&in.headers)), batch, unix.MSG_DONTWAIT, 0, 0)
		switch err {
		case unix.EINTR:
		case 0:
			return int(n)
		default:
			return 0
		}
	}
}

// packet is number n of the last read.
func (in *inlet) packet(n int) (b []byte, src, dst netip.Addr, ttl int) {
	h := &in.headers[n]
	if f := &in.from[n]; f.Family == unix.AF_INET6 {
		src = netip.AddrFrom16(f.Addr)
	} else {
		src = netip.AddrFrom4((*unix.RawSockaddrInet4)(unsafe.Pointer(f)).Addr)
	}
	dst, ttl = ancillary(in.control[n][:h.Controllen])
	return in.bytes[n][:h.size], src, dst, ttl
}

// ancillary reads control messages: where a packet was sent to, and with which
// TTL it arrived (ip(7), ipv6(7)).
func ancillary(b []byte) (dst netip.Addr, ttl int) {
	for len(b) >= unix.SizeofCmsghdr {
		h := (*unix.Cmsghdr)(unsafe.Pointer(&b[0]))
		size := int(h.Len)
		if size < unix.CmsgLen(0) || size > len(b) {
			break
		}
		data := b[unix.CmsgLen(0):size]
		switch {
		case h.Level == unix.SOL_IP && h.Type == unix.IP_PKTINFO && len(data) >= 12:
			dst = netip.AddrFrom4([4]byte(data[8:])) // of the header
		case h.Level == unix.SOL_IPV6 && h.Type == unix.IPV6_PKTINFO && len(data) >= 16:
			dst = netip.AddrFrom16([16]byte(data))
		case len(data) < 4:
		case h.Level == unix.SOL_IP && h.Type == unix.IP_TTL, h.Level == unix.SOL_IPV6 && h.Type == unix.IPV6_HOPLIMIT:
			ttl = int(binary.NativeEndian.Uint32(data))
		}
		b = b[min(unix.CmsgSpace(size-unix.CmsgLen(0)), len(b)):]
	}
	return dst, ttl
}
