package hostile

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"

	"github.com/viplab/viplab/lab/topology"
)

// kernelEcho is where the kernel is told to leave echo requests to others.
const kernelEcho = "/proc/sys/net/ipv4/icmp_echo_ignore_all"

// pingDoor answers echo requests in the kernel's place.
type pingDoor struct {
	ctx    context.Context
	server *Server
	conn   net.PacketConn
}

func newPingDoor(ctx context.Context, s *Server, all *sync.WaitGroup) (*pingDoor, error) {
	if err := os.WriteFile(kernelEcho, []byte("1"), 0); err != nil {
		return nil, fmt.Errorf("answer pings: %w", err)
	}
	c, err := new(net.ListenConfig).ListenPacket(ctx, "ip4:icmp", "0.0.0.0")
	if err != nil {
		return nil, fmt.Errorf("answer pings: %w", err)
	}
	d := &pingDoor{ctx: ctx, server: s, conn: c}
	context.AfterFunc(ctx, func() { c.Close() })
	all.Go(func() { d.serve(all) })
	return d, nil
}

// The door is always open: what is not to be heard is not answered.
func (d *pingDoor) set(bool, bool) error { return nil }

func (d *pingDoor) serve(all *sync.WaitGroup) {
	buf := make([]byte, maxDatagram)
	for {
		n, from, err := d.conn.ReadFrom(buf)
		if err != nil {
			return
		}
		asked, err := icmp.ParseMessage(1, buf[:n])
		if err != nil || asked.Type != ipv4.ICMPTypeEcho {
			continue
		}
		m := d.server.at("")
		if m.Do == topology.Drop {
			continue
		}
		sender, _ := netip.ParseAddr(from.String())
		d.server.tell.visit(netip.AddrPortFrom(sender, 0), m, "echo")
		answer := echo(m, asked.Body.(*icmp.Echo), buf[:n], sender)
		if answer == nil {
			continue
		}
		all.Go(func() {
			if m.Do != topology.Slow || sleep(d.ctx, m.Delay) {
				_, _ = d.conn.WriteTo(answer, from)
			}
		})
	}
}

// echo makes the answer to a request, nil for none.
func echo(m topology.Manner, asked *icmp.Echo, raw []byte, from netip.Addr) []byte {
	body := *asked
	reply := icmp.Message{Type: ipv4.ICMPTypeEchoReply, Body: &body}
	switch m.Do {
	case topology.Silent:
		return nil
	case topology.Refuse:
		reply = icmp.Message{Type: ipv4.ICMPTypeDestinationUnreachable, Code: 1, Body: &icmp.DstUnreach{Data: quoted(raw, from)}}
	case topology.Mistaken:
		body.ID ^= 0x5555 // far from those that a host counts up
	case topology.Garbage:
		body.Data = garbage()[:len(body.Data)]
	}
	b, err := reply.Marshal(nil)
	if err != nil {
		return nil // of a message that was just read, never
	}
	return b
}

// quoted is the packet that an unreachable message is about: its header, of which
// only the addresses matter, and what follows (RFC 792).
func quoted(raw []byte, from netip.Addr) []byte {
	h := ipv4.Header{
		Version: ipv4.Version, Len: ipv4.HeaderLen, TotalLen: ipv4.HeaderLen + len(raw), TTL: 64, Protocol: 1,
		Src: from.AsSlice(), Dst: local(from).AsSlice(),
	}
	b, err := h.Marshal()
	if err != nil {
		return raw
	}
	return append(b, raw...)
}

// local is the address of this host that a neighbour has asked.
func local(neighbour netip.Addr) netip.Addr {
	c, err := net.Dial("udp", netip.AddrPortFrom(neighbour, 9).String()) // sends nothing
	if err != nil {
		return netip.IPv4Unspecified()
	}
	defer c.Close()
	a, _ := netip.ParseAddrPort(c.LocalAddr().String())
	return a.Addr()
}
