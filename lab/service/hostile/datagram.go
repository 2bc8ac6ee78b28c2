package hostile

import (
	"context"
	"net"
	"net/netip"
	"sync"

	"github.com/viplab/viplab/lab/topology"
)

// maxDatagram is more than any checker asks with.
const maxDatagram = 4 << 10

// datagramDoor is a UDP socket that comes and goes.
type datagramDoor struct {
	ctx    context.Context
	server *Server
	all    *sync.WaitGroup

	mu   sync.Mutex
	conn *net.UDPConn
	deaf bool
}

func (d *datagramDoor) set(open, deaf bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !open {
		if d.conn == nil {
			return nil
		}
		err := d.conn.Close()
		d.conn, d.deaf = nil, false
		return err
	}
	if d.conn == nil {
		c, err := new(net.ListenConfig).ListenPacket(d.ctx, "udp", d.server.spec.Listen)
		if err != nil {
			return err
		}
		conn := c.(*net.UDPConn)
		d.conn = conn
		d.all.Go(func() { d.serve(conn) })
	}
	if deaf == d.deaf {
		return nil
	}
	d.deaf = deaf
	return deafen(d.conn, deaf)
}

// serve answers until the socket is closed.
func (d *datagramDoor) serve(c *net.UDPConn) {
	buf := make([]byte, maxDatagram)
	for {
		n, from, err := c.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		m, answer := d.reply(buf[:n], from)
		if answer == nil {
			continue
		}
		d.all.Go(func() {
			if m.Do != topology.Slow || sleep(d.ctx, m.Delay) {
				_, _ = c.WriteToUDPAddrPort(answer, from) // who has gone needs none
			}
		})
	}
}

// reply makes the answer to a datagram, nil for none.
func (d *datagramDoor) reply(asked []byte, from netip.AddrPort) (topology.Manner, []byte) {
	var m topology.Manner
	var answer []byte
	if d.server.spec.Speaks == "dns" {
		var question string
		question, answer, m = resolve(asked, d.server.at)
		d.server.tell.visit(from, m, question)
	} else {
		m = d.server.at("")
		d.server.tell.visit(from, m, string(asked))
		answer = []byte(d.server.spec.Body)
		if m.Do == topology.Body {
			answer = []byte(m.Body)
		}
	}
	switch m.Do {
	case topology.Silent:
		return m, nil
	case topology.Garbage:
		return m, garbage()
	}
	return m, answer
}
