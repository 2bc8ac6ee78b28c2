package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/lab/timeline"
)

// arpSettle is how long an ARP query listens on after the first answer: where
// two nodes hold an address, the second answer comes with the first.
const arpSettle = 20 * time.Millisecond

// ErrNotLocal says that an address is on no network of the node, so that no ARP
// asks for it.
var ErrNotLocal = errors.New("address is on no network of the node")

// arpAsker broadcasts ARP requests for an address and collects all who answer,
// whatever the kernel's own neighbour table says.
type arpAsker struct {
	to    netip.Addr
	from  netip.Addr
	mac   net.HardwareAddr
	index int
	file  *os.File
	mu    sync.Mutex // one query at a time: an answer does not say to which it belongs
}

func newARP(n Node, to netip.Addr) (*arpAsker, error) {
	a := &arpAsker{to: to}
	if err := a.route(n); err != nil {
		return nil, err
	}
	fd := -1
	if err := n.Do(func() (err error) {
		fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
		return err
	}); err != nil {
		return nil, fmt.Errorf("make packet socket: %w", err)
	}
	a.file = os.NewFile(uintptr(fd), "arp")
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: htons(unix.ETH_P_ARP), Ifindex: a.index}); err != nil {
		return nil, errors.Join(fmt.Errorf("bind packet socket: %w", err), a.file.Close())
	}
	return a, nil
}

// route finds the interface and the address to ask from.
func (a *arpAsker) route(n Node) error {
	link, err := netlink.NewHandleAt(n.Net(), unix.NETLINK_ROUTE)
	if err != nil {
		return fmt.Errorf("open netlink: %w", err)
	}
	defer link.Close()
	routes, err := link.RouteGet(a.to.AsSlice())
	if err != nil || len(routes) == 0 || routes[0].Gw != nil {
		return errors.Join(fmt.Errorf("%s: %w", a.to, ErrNotLocal), err)
	}
	dev, err := link.LinkByIndex(routes[0].LinkIndex)
	if err != nil {
		return fmt.Errorf("find interface: %w", err)
	}
	a.index, a.mac = routes[0].LinkIndex, dev.Attrs().HardwareAddr
	a.from, _ = netip.AddrFromSlice(routes[0].Src.To4())
	return nil
}

func (a *arpAsker) ask(ctx context.Context, _ int, p *timeline.Probe) {
	a.mu.Lock()
	defer a.mu.Unlock()
	request, err := a.request()
	if err == nil {
		_, err = a.file.Write(request)
	}
	if err != nil {
		p.Error = err.Error()
		return
	}
	macs := a.answers(ctx)
	if p.OK = len(macs) > 0; !p.OK {
		p.Error = "no answer"
	}
	p.MAC = strings.Join(macs, " ")
}

func (a *arpAsker) request() ([]byte, error) {
	broadcast := net.HardwareAddr{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	buf := gopacket.NewSerializeBuffer()
	err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{},
		&layers.Ethernet{SrcMAC: a.mac, DstMAC: broadcast, EthernetType: layers.EthernetTypeARP},
		&layers.ARP{
			AddrType: layers.LinkTypeEthernet, Protocol: layers.EthernetTypeIPv4,
			HwAddressSize: 6, ProtAddressSize: 4, Operation: layers.ARPRequest,
			SourceHwAddress: a.mac, SourceProtAddress: a.from.AsSlice(),
			DstHwAddress: make([]byte, 6), DstProtAddress: a.to.AsSlice(),
		})
	if err != nil {
		return nil, fmt.Errorf("encode ARP request: %w", err)
	}
	return buf.Bytes(), nil
}

// answers collects who answers, in order, each once.
func (a *arpAsker) answers(ctx context.Context) []string {
	deadline, _ := ctx.Deadline()
	stop := context.AfterFunc(ctx, func() { _ = a.file.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	var macs []string
	buf := make([]byte, 1500)
	for {
		if err := a.file.SetReadDeadline(deadline); err != nil || ctx.Err() != nil {
			return macs
		}
		n, err := a.file.Read(buf)
		if err != nil {
			return macs
		}
		mac, ok := a.reply(buf[:n])
		if !ok || slices.Contains(macs, mac) {
			continue
		}
		if macs = append(macs, mac); len(macs) == 1 {
			deadline = earlier(deadline, time.Now().Add(arpSettle))
		}
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// reply returns who says that the address is theirs.
func (a *arpAsker) reply(frame []byte) (mac string, ok bool) {
	packet := gopacket.NewPacket(frame, layers.LayerTypeEthernet, gopacket.NoCopy)
	arp, ok := packet.Layer(layers.LayerTypeARP).(*layers.ARP)
	if !ok || arp.Operation != layers.ARPReply {
		return "", false
	}
	sender, ok := netip.AddrFromSlice(arp.SourceProtAddress)
	return net.HardwareAddr(arp.SourceHwAddress).String(), ok && sender == a.to
}

func (a *arpAsker) close() error { return a.file.Close() }

// htons is a protocol number in network byte order, packet(7).
func htons(v uint16) uint16 { return v<<8 | v>>8 }
