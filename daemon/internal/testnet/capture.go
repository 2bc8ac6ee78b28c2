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

// Frame is an advertisement or an ARP packet, as a decoder that is not the
// daemon's reads it.
type Frame struct {
	At       time.Time // the kernel's timestamp
	Src, Dst net.HardwareAddr
	IP       *layers.IPv4 // of an advertisement
	VRRP     *layers.VRRPv2
	ARP      *layers.ARP
}

// From is the IPv4 address that sent f.
func (f *Frame) From() netip.Addr {
	if f.ARP != nil {
		a, _ := netip.AddrFromSlice(f.ARP.SourceProtAddress)
		return a
	}
	a, _ := netip.AddrFromSlice(f.IP.SrcIP.To4())
	return a
}

// Capture sends the advertisements and ARP packets that cross the switch h to
// the channel that it returns, until the test ends.
func (h *Host) Capture() <-chan Frame {
	h.t.Helper()
	var sock *os.File
	h.Do(func() (err error) { sock, err = listen("br0"); return err })
	frames, done := make(chan Frame, 4096), make(chan struct{})
	go func() {
		defer close(done)
		defer close(frames)
		for {
			f, err := read(sock)
			if err != nil {
				return
			}
			if f.VRRP != nil || f.ARP != nil {
				frames <- f
			}
		}
	}()
	h.t.Cleanup(func() { sock.Close(); <-done })
	return frames
}

func listen(name string) (*os.File, error) {
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
