package probe

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/lab/timeline"
)

// pingAsker sends ICMP echo requests from one raw socket and hands each answer
// to whoever waits for it. It may be asked concurrently.
type pingAsker struct {
	to   netip.Addr
	conn net.PacketConn
	id   int // told from other pingers' by this, RFC 792

	mu      sync.Mutex
	waiting map[int]chan struct{} // by sequence number; closed by the answer
	reader  chan struct{}
}

func newPing(n Node, to netip.Addr) (*pingAsker, error) {
	proto := unix.IPPROTO_ICMP
	if to.Is6() {
		proto = unix.IPPROTO_ICMPV6
	}
	fd := -1
	if err := n.Do(func() (err error) {
		fd, err = unix.Socket(family(to), unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, proto)
		return err
	}); err != nil {
		return nil, fmt.Errorf("make ICMP socket: %w", err)
	}
	f := os.NewFile(uintptr(fd), "icmp")
	defer f.Close() // FilePacketConn duplicates it
	conn, err := net.FilePacketConn(f)
	if err != nil {
		return nil, fmt.Errorf("use ICMP socket: %w", err)
	}
	a := &pingAsker{
		to: to, conn: conn, id: rand.IntN(1 << 16),
		waiting: make(map[int]chan struct{}), reader: make(chan struct{}),
	}
	go a.read()
	return a, nil
}

// read hands answers out until the socket is closed.
func (a *pingAsker) read() {
	defer close(a.reader)
	proto, buf := ipv4.ICMPTypeEchoReply.Protocol(), make([]byte, 1500)
	if a.to.Is6() {
		proto = ipv6.ICMPTypeEchoReply.Protocol()
	}
	for {
		n, from, err := a.conn.ReadFrom(buf)
		if err != nil {
			return
		}
		if source, ok := from.(*net.IPAddr); !ok || !source.IP.Equal(a.to.AsSlice()) {
			continue
		}
		m, err := icmp.ParseMessage(proto, buf[:n])
		if err != nil || (m.Type != ipv4.ICMPTypeEchoReply && m.Type != ipv6.ICMPTypeEchoReply) {
			continue
		}
		if echo, ok := m.Body.(*icmp.Echo); ok && echo.ID == a.id {
			a.answer(echo.Seq)
		}
	}
}

func (a *pingAsker) answer(seq int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if ch, ok := a.waiting[seq]; ok {
		close(ch)
		delete(a.waiting, seq)
	}
}

func (a *pingAsker) ask(ctx context.Context, n int, p *timeline.Probe) {
	seq := n & 0xffff
	answered := make(chan struct{})
	a.mu.Lock()
	a.waiting[seq] = answered
	a.mu.Unlock()
	defer a.forget(seq)
	if err := a.send(seq); err != nil {
		p.Error = err.Error()
		return
	}
	select {
	case <-answered:
		p.OK = true
	case <-ctx.Done():
		p.Error = "no answer"
	}
}

func (a *pingAsker) forget(seq int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.waiting, seq)
}

func (a *pingAsker) send(seq int) error {
	var kind icmp.Type = ipv4.ICMPTypeEcho
	if a.to.Is6() {
		kind = ipv6.ICMPTypeEchoRequest
	}
	// The kernel fills in the checksum of ICMPv6 (RFC 3542 3.1); that of ICMP is
	// Marshal's.
	m := icmp.Message{Type: kind, Body: &icmp.Echo{ID: a.id, Seq: seq, Data: []byte("viplab")}}
	b, err := m.Marshal(nil)
	if err != nil {
		return fmt.Errorf("encode echo request: %w", err)
	}
	if err := a.conn.SetWriteDeadline(time.Now().Add(DefaultTimeout)); err != nil {
		return err
	}
	_, err = a.conn.WriteTo(b, &net.IPAddr{IP: a.to.AsSlice()})
	return err
}

func (a *pingAsker) close() error {
	err := a.conn.Close()
	<-a.reader
	return err
}
