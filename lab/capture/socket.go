package capture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	batchSize = 32
	// slotSize holds any frame that a veth carries: GSO passes whole segments
	// of up to 64 KiB through it.
	slotSize = 1<<16 + 128
	// headroom lets a VLAN tag be put back that the kernel took out.
	headroom = 4
	// receiveBuffer is in bytes of kernel memory; a small frame takes about
	// 1 KiB. It is used only while the reader is behind.
	receiveBuffer = 64 << 20
)

// openPacketSocket opens a packet socket that hears every interface of the
// current thread's network namespace, both ways, with timestamps and VLAN tags.
// It must not set PACKET_IGNORE_OUTGOING: the capture file wants both.
func openPacketSocket() (fd int, err error) {
	// Protocol 0 hears nothing until bind, when all options stand.
	fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("open packet socket: %w", err)
	}
	if err := errors.Join(
		setReceiveBuffer(fd, receiveBuffer),
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1),
		unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_AUXDATA, 1),
		unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: htons(unix.ETH_P_ALL)}),
	); err != nil {
		unix.Close(fd)
		return -1, fmt.Errorf("set up packet socket: %w", err)
	}
	return fd, nil
}

// setReceiveBuffer goes over net.core.rmem_max where the kernel allows that;
// the root of a user namespace gets as much as rmem_max gives.
func setReceiveBuffer(fd, size int) error {
	err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, size)
	if errors.Is(err, unix.EPERM) {
		err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, size)
	}
	return err
}

// drops returns how many frames the socket had no room for since the last call.
func drops(fd int) (int, error) {
	s, err := unix.GetsockoptTpacketStats(fd, unix.SOL_PACKET, unix.PACKET_STATISTICS)
	if err != nil {
		return 0, fmt.Errorf("read packet statistics: %w", err)
	}
	return int(s.Drops), nil
}

func htons(v uint16) uint16 {
	return binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, v))
}

// mmsghdr is struct mmsghdr of recvmmsg(2).
type mmsghdr struct {
	hdr unix.Msghdr
	len uint32
}

// batch is the buffers of one recvmmsg call, used again and again. One call
// takes all that is there and learns that no more is: two system calls less for
// a lone frame than recvmsg until EAGAIN.
type batch struct {
	msgs [batchSize]mmsghdr
	iovs [batchSize]unix.Iovec
	from [batchSize]unix.RawSockaddrLinklayer
	ctl  [batchSize][128]byte
	data []byte
}

func newBatch() *batch {
	b := &batch{data: make([]byte, batchSize*slotSize)}
	for i := range b.msgs {
		b.iovs[i].Base = &b.slot(i)[headroom]
		b.iovs[i].SetLen(slotSize - headroom)
	}
	return b
}

func (b *batch) slot(i int) []byte { return b.data[i*slotSize : (i+1)*slotSize] }

// receive reads up to batchSize frames. Fewer mean that the socket is empty.
//
// The system call is raw, as it cannot block: a plain one lets the Go scheduler
// look after it, which costs a guest more than the call.
func (b *batch) receive(fd int) (int, error) {
	for i := range b.msgs {
		h := &b.msgs[i].hdr
		h.Name = (*byte)(unsafe.Pointer(&b.from[i]))
		h.Namelen = unix.SizeofSockaddrLinklayer
		h.Iov = &b.iovs[i]
		h.Iovlen = 1
		h.Control = &b.ctl[i][0]
		h.SetControllen(len(b.ctl[i]))
		h.Flags = 0
	}
	for {
		n, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(fd), uintptr(unsafe.Pointer(&b.msgs[0])),
			batchSize, unix.MSG_DONTWAIT|unix.MSG_TRUNC, 0, 0)
		switch errno {
		case 0:
			return int(n), nil
		case unix.EINTR:
			continue
		case unix.EAGAIN:
			return 0, nil
		default:
			return 0, fmt.Errorf("receive frames: %w", errno)
		}
	}
}

// frame is a received frame. Data is valid until the next receive.
type frame struct {
	index    int // of the interface
	outgoing bool
	stamp    int64 // nanoseconds of CLOCK_REALTIME, 0 if the kernel gave none
	data     []byte
	length   int // on the wire
}

func (b *batch) frame(i int) frame {
	m := &b.msgs[i]
	length := int(m.len)
	f := frame{
		index:    int(b.from[i].Ifindex),
		outgoing: b.from[i].Pkttype == unix.PACKET_OUTGOING,
		length:   length,
		data:     b.slot(i)[headroom : headroom+min(length, slotSize-headroom)],
	}
	ctl := b.ctl[i][:min(uint64(m.hdr.Controllen), uint64(len(b.ctl[i])))]
	for len(ctl) > 0 {
		hdr, data, rest, err := unix.ParseOneSocketControlMessage(ctl)
		if err != nil {
			break
		}
		switch {
		case hdr.Level == unix.SOL_SOCKET && hdr.Type == unix.SO_TIMESTAMPNS && len(data) >= 16:
			f.stamp = nanoseconds(data)
		case hdr.Level == unix.SOL_PACKET && hdr.Type == unix.PACKET_AUXDATA && len(data) >= 20:
			b.restoreTag(i, &f, data)
		}
		ctl = rest
	}
	return f
}

// stampOf is the kernel's stamp among control messages, nanoseconds of
// CLOCK_REALTIME, 0 if there is none.
func stampOf(ctl []byte) int64 {
	for len(ctl) > 0 {
		hdr, data, rest, err := unix.ParseOneSocketControlMessage(ctl)
		if err != nil {
			break
		}
		if hdr.Level == unix.SOL_SOCKET && hdr.Type == unix.SO_TIMESTAMPNS && len(data) >= 16 {
			return nanoseconds(data)
		}
		ctl = rest
	}
	return 0
}

// nanoseconds is a struct timespec.
func nanoseconds(b []byte) int64 {
	return int64(binary.NativeEndian.Uint64(b))*1e9 + int64(binary.NativeEndian.Uint64(b[8:]))
}

// restoreTag puts an 802.1Q tag back that the kernel keeps beside the frame
// (struct tpacket_auxdata, packet(7)).
func (b *batch) restoreTag(i int, f *frame, aux []byte) {
	status := binary.NativeEndian.Uint32(aux)
	if status&unix.TP_STATUS_VLAN_VALID == 0 || len(f.data) < 12 {
		return
	}
	tci, tpid := binary.NativeEndian.Uint16(aux[16:]), uint16(unix.ETH_P_8021Q)
	if status&unix.TP_STATUS_VLAN_TPID_VALID != 0 {
		tpid = binary.NativeEndian.Uint16(aux[18:])
	}
	data := b.slot(i)[:headroom+len(f.data)]
	copy(data, data[headroom:headroom+12])
	binary.BigEndian.PutUint16(data[12:], tpid)
	binary.BigEndian.PutUint16(data[14:], tci)
	f.data, f.length = data, f.length+headroom
}

func nativeUint32(b []byte) uint32 { return binary.NativeEndian.Uint32(b) }
