package testnet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"golang.org/x/sys/unix"
)

// Frame is a frame as a decoder that is not the daemon's reads it. What it does
// not have is nil.
type Frame struct {
	At       time.Time // the kernel's timestamp
	Src, Dst net.HardwareAddr
	IP       *layers.IPv4
	IP6      *layers.IPv6
	VRRP     *layers.VRRPv2
	ARP      *layers.ARP
	IGMP     bool
	ICMP6    *layers.ICMPv6
	NA       *layers.ICMPv6NeighborAdvertisement
}

// From is the IP address that sent f.
func (f *Frame) From() netip.Addr {
	var b []byte
	switch {
	case f.ARP != nil:
		b = f.ARP.SourceProtAddress
	case f.IP != nil:
		b = f.IP.SrcIP.To4()
	case f.IP6 != nil:
		b = f.IP6.SrcIP
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

// Capture sends the advertisements and ARP packets to all that cross the switch h
// to the channel that it returns, until the test ends.
func (h *Host) Capture() <-chan Frame {
	return h.capture(false, func(f *Frame) bool { return f.VRRP != nil || f.ARP != nil })
}

// Sniff sends those frames that cross the switch h and that want is true for to
// the channel that it returns, until the test ends.
func (h *Host) Sniff(want func(*Frame) bool) <-chan Frame { return h.capture(true, want) }

// capture listens on the bridge, which hears what is for one port only if it is
// promiscuous.
func (h *Host) capture(promiscuous bool, want func(*Frame) bool) <-chan Frame {
	h.t.Helper()
	var sock *os.File
	h.Do(func() (err error) { sock, err = listen("br0", promiscuous); return err })
	frames, done := make(chan Frame, 4096), make(chan struct{})
	go func() {
		defer close(done)
		defer close(frames)
		for {
			f, err := read(sock)
			if err != nil {
				return
			}
			if want(&f) {
				frames <- f
			}
		}
	}()
	h.t.Cleanup(func() { sock.Close(); <-done })
	return frames
}

func listen(name string, promiscuous bool) (*os.File, error) {
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, int(bigEndian(unix.ETH_P_ALL)))
	if err != nil {
		return nil, fmt.Errorf("open packet socket: %w", err)
	}
	f := os.NewFile(uintptr(fd), "capture")
	ifc, err := net.InterfaceByName(name)
	if err == nil {
		err = unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: bigEndian(unix.ETH_P_ALL), Ifindex: ifc.Index})
	}
	if err == nil {
		err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
	}
	if err == nil && promiscuous {
		err = unix.SetsockoptPacketMreq(fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &unix.PacketMreq{Ifindex: int32(ifc.Index), Type: unix.PACKET_MR_PROMISC})
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// read waits for the next frame.
func read(sock *os.File) (f Frame, err error) {
	conn, err := sock.SyscallConn()
	if err != nil {
		return f, err
	}
	buf, oob := make([]byte, 2048), make([]byte, 128)
	var n, oobn int
	var failed error
	err = conn.Read(func(fd uintptr) bool {
		n, oobn, _, _, failed = unix.Recvmsg(int(fd), buf, oob, 0)
		return failed != unix.EAGAIN
	})
	if err = errors.Join(err, failed); err != nil {
		return f, err
	}
	f.At = timestamp(oob[:oobn])
	p := gopacket.NewPacket(buf[:n], layers.LayerTypeEthernet, gopacket.NoCopy)
	if eth, ok := p.Layer(layers.LayerTypeEthernet).(*layers.Ethernet); ok {
		f.Src, f.Dst = eth.SrcMAC, eth.DstMAC
	}
	f.IP, _ = p.Layer(layers.LayerTypeIPv4).(*layers.IPv4)
	f.VRRP, _ = p.Layer(layers.LayerTypeVRRP).(*layers.VRRPv2)
	f.ARP, _ = p.Layer(layers.LayerTypeARP).(*layers.ARP)
	f.IGMP = f.IP != nil && f.IP.Protocol == layers.IPProtocolIGMP
	f.IP6, _ = p.Layer(layers.LayerTypeIPv6).(*layers.IPv6)
	f.ICMP6, _ = p.Layer(layers.LayerTypeICMPv6).(*layers.ICMPv6)
	f.NA, _ = p.Layer(layers.LayerTypeICMPv6NeighborAdvertisement).(*layers.ICMPv6NeighborAdvertisement)
	return f, nil
}

func timestamp(oob []byte) time.Time {
	list, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return time.Time{}
	}
	for _, m := range list {
		if m.Header.Type == unix.SO_TIMESTAMPNS && len(m.Data) >= 16 {
			return time.Unix(int64(binary.NativeEndian.Uint64(m.Data)), int64(binary.NativeEndian.Uint64(m.Data[8:])))
		}
	}
	return time.Time{}
}

func bigEndian(v uint16) uint16 {
	return binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, v))
}
