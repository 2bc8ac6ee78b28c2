package router

import (
	"net/netip"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/advert"
	"github.com/viplab/viplab/daemon/conf"
)

const (
	// batch is how many packets of a socket are read at a time. Between two
	// batches it is seen to it that adverts go out in time.
	batch = 32
	// packetSize is the most that is looked at of a packet: an advert of 255 IPv6
	// addresses, headers and signature have room.
	packetSize  = 8 << 10
	controlSize = 128
)

// intake reads packets from sockets, a batch in one system call, into memory
// that it has once and for all.
type intake struct {
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

// read takes up to a batch of packets from a socket without waiting and returns
// how many those are. They stay until the next call. It allocates nothing.
func (k *intake) read(fd int) int {
	for n := range k.headers {
		h := &k.headers[n]
		k.parts[n].Base = &k.bytes[n][0]
		k.parts[n].SetLen(packetSize)
		h.Name = (*byte)(unsafe.Pointer(&k.from[n]))
		h.Namelen = unix.SizeofSockaddrInet6
		h.Iov = &k.parts[n]
		h.SetIovlen(1)
		h.Control = &k.control[n][0]
		h.SetControllen(controlSize)
	}
	for {
		n, _, err := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(fd), uintptr(unsafe.Pointer(&k.headers)), batch, unix.MSG_DONTWAIT, 0, 0)
		switch err {
		case unix.EINTR:
		case 0:
			return int(n)
		default:
			return 0
		}
	}
}

// packet is number n of the last read. The error is an advert.Discard.
func (k *intake) packet(n int, f conf.Family) (advert.Packet, error) {
	payload := k.bytes[n][:k.headers[n].size]
	if f == conf.IPv4 {
		return advert.ParseIPv4(payload)
	}
	dst, hops := k.sent(n)
	return advert.IPv6(netip.AddrFrom16(k.from[n].Addr), dst, hops, payload), nil
}

// sent is where an IPv6 packet was sent to, and with which hop limit it arrived:
// control messages say so (ipv6(7)).
func (k *intake) sent(n int) (dst netip.Addr, hops int) {
	if data := k.message(n, unix.IPPROTO_IPV6, unix.IPV6_PKTINFO); len(data) >= 16 {
		dst = netip.AddrFrom16([16]byte(data))
	}
	if data := k.message(n, unix.IPPROTO_IPV6, unix.IPV6_HOPLIMIT); len(data) >= 4 {
		hops = int(*(*int32)(unsafe.Pointer(&data[0])))
	}
	return dst, hops
}

// age is how long before the time of day now packet number n of the last read has
// arrived, by the kernel's stamp on it; 0 if that is not known, or later.
func (k *intake) age(n int, now time.Time) time.Duration {
	data := k.message(n, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS)
	if len(data) < int(unsafe.Sizeof(unix.Timespec{})) {
		return 0
	}
	stamp := (*unix.Timespec)(unsafe.Pointer(&data[0]))
	return max(0, time.Duration(now.UnixNano()-stamp.Nano()))
}

// message is the first control message of a kind that came with packet number n.
func (k *intake) message(n int, level, kind int32) []byte {
	b := k.control[n][:k.headers[n].Controllen]
	for len(b) >= unix.SizeofCmsghdr {
		h := (*unix.Cmsghdr)(unsafe.Pointer(&b[0]))
		size := int(h.Len)
		if size < unix.CmsgLen(0) || size > len(b) {
			break
		}
		if h.Level == level && h.Type == kind {
			return b[unix.CmsgLen(0):size]
		}
		b = b[min(unix.CmsgSpace(size-unix.CmsgLen(0)), len(b)):]
	}
	return nil
}

// meminfo is SO_MEMINFO of a socket, all zero where there is none.
func meminfo(fd int) (m [9]uint32) {
	size := uint32(unsafe.Sizeof(m))
	_, _, _ = unix.RawSyscall6(unix.SYS_GETSOCKOPT, uintptr(fd), unix.SOL_SOCKET, unix.SO_MEMINFO, uintptr(unsafe.Pointer(&m)), uintptr(unsafe.Pointer(&size)), 0)
	return m
}
