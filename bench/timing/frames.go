package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/bench/internal/gauge"
)

// wire is the far end of an interface. It sees what comes in and what we send,
// each with the kernel's time; a packet socket does not see what it sends
// itself, so there are two.
type wire struct {
	file *os.File
	out  *os.File
	mac  [6]byte
	buf  [2048]byte
	oob  [128]byte
}

// openWire opens the far end of eth0.
func (h *host) openWire() (w *wire, err error) {
	err = gauge.OnThread(h.far, func() error {
		link, err := netlink.LinkByName("eth0")
		if err != nil {
			return fmt.Errorf("find far end: %w", err)
		}
		w = &wire{mac: [6]byte(link.Attrs().HardwareAddr)}
		if w.file, err = packetSocket(link, unix.ETH_P_ALL); err != nil {
			return err
		}
		if w.out, err = packetSocket(link, 0); err != nil {
			w.file.Close()
		}
		return err
	})
	return w, err
}

// packetSocket opens a socket on link for frames of a protocol; 0: for none.
func packetSocket(link netlink.Link, proto uint16) (*os.File, error) {
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, int(bigEndian(proto)))
	if err != nil {
		return nil, fmt.Errorf("open packet socket: %w", err)
	}
	f := os.NewFile(uintptr(fd), "wire")
	index := link.Attrs().Index
	if err := errors.Join(
		unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: bigEndian(proto), Ifindex: index}),
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1),
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 8<<20),
		unix.SetsockoptPacketMreq(fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &unix.PacketMreq{Ifindex: int32(index), Type: unix.PACKET_MR_PROMISC}),
	); err != nil {
		return nil, errors.Join(fmt.Errorf("set up packet socket: %w", err), f.Close())
	}
	return f, nil
}

// seen is an advert on the wire.
type seen struct {
	at       time.Time
	vrid     uint8
	priority uint8
	ours     bool // sent by the far end
}

// next waits for an advert until the socket's deadline.
func (w *wire) next() (seen, error) {
	for {
		s, ok, err := w.read()
		if ok || err != nil {
			return s, err
		}
	}
}

// read takes a frame and reports whether it is an advert of version 3.
func (w *wire) read() (s seen, ok bool, err error) {
	conn, err := w.file.SyscallConn()
	if err != nil {
		return s, false, err
	}
	var n, oobn int
	var from unix.Sockaddr
	var failed error
	if err := conn.Read(func(fd uintptr) bool {
		n, oobn, _, from, failed = unix.Recvmsg(int(fd), w.buf[:], w.oob[:], 0)
		return failed != unix.EAGAIN
	}); err != nil {
		return s, false, err
	}
	if failed != nil {
		return s, false, fmt.Errorf("read packet: %w", failed)
	}
	const ether, ip = 14, 20
	b := w.buf[:n]
	if n < ether+ip+8 || b[ether+9] != protocol || b[ether+ip] != 0x31 {
		return s, false, nil
	}
	b = b[ether+ip:]
	ll, _ := from.(*unix.SockaddrLinklayer)
	return seen{gauge.Stamp(w.oob[:oobn]), b[1], b[2], ll != nil && ll.Pkttype == unix.PACKET_OUTGOING}, true, nil
}

// send puts a frame on the wire.
func (w *wire) send(frame []byte) error {
	if _, err := w.out.Write(frame); err != nil {
		return fmt.Errorf("send frame: %w", err)
	}
	return nil
}

func (w *wire) close() { w.file.Close(); w.out.Close() }

const protocol = 112

// advert is a frame with an advert of version 3 as 10.0.0.2 sends it.
func (w *wire) advert(vrid, priority uint8, interval time.Duration) ([]byte, error) {
	src, dst, vip := []byte{10, 0, 0, 2}, []byte{224, 0, 0, 18}, []byte{10, 0, 1, vrid}
	msg := []byte{0x31, vrid, priority, 1, 0, 0, 0, 0}
	binary.BigEndian.PutUint16(msg[4:], uint16(interval/(10*time.Millisecond)))
	msg = append(msg, vip...)
	pseudo := append(append(append([]byte{}, src...), dst...), 0, protocol, 0, byte(len(msg)))
	binary.BigEndian.PutUint16(msg[6:], sum(append(pseudo, msg...)))
	out := gopacket.NewSerializeBuffer()
	err := gopacket.SerializeLayers(out, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true},
		&layers.Ethernet{SrcMAC: w.mac[:], DstMAC: []byte{1, 0, 0x5e, 0, 0, 18}, EthernetType: layers.EthernetTypeIPv4},
		&layers.IPv4{Version: 4, TTL: 255, TOS: 0xc0, Protocol: protocol, SrcIP: src, DstIP: dst}, gopacket.Payload(msg))
	return out.Bytes(), err
}

func sum(b []byte) uint16 {
	var s uint32
	for ; len(b) > 1; b = b[2:] {
		s += uint32(b[0])<<8 | uint32(b[1])
	}
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return ^uint16(s)
}

func bigEndian(v uint16) uint16 {
	return binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, v))
}
