package hostile

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/viplab/viplab/lab/topology"
)

// streamDoor is a TCP listener that comes and goes.
type streamDoor struct {
	ctx    context.Context
	server *Server
	all    *sync.WaitGroup
	tls    *tls.Config // nil unless it speaks https

	mu       sync.Mutex
	listener *net.TCPListener
	deaf     bool
}

func newStreamDoor(ctx context.Context, s *Server, all *sync.WaitGroup) (*streamDoor, error) {
	d := &streamDoor{ctx: ctx, server: s, all: all}
	if s.spec.Speaks != "https" {
		return d, nil
	}
	certificate, err := selfSigned()
	d.tls = &tls.Config{Certificates: []tls.Certificate{certificate}}
	return d, err
}

func (d *streamDoor) set(open, deaf bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !open {
		if d.listener == nil {
			return nil
		}
		err := d.listener.Close()
		d.listener, d.deaf = nil, false
		return err
	}
	if d.listener == nil {
		if err := d.listen(); err != nil {
			return err
		}
	}
	if deaf == d.deaf {
		return nil
	}
	d.deaf = deaf
	return deafen(d.listener, deaf)
}

// listen opens the listener and serves who comes until it is closed. Keep-alive
// probes would only keep the lab's clock from resting.
func (d *streamDoor) listen() error {
	l, err := (&net.ListenConfig{KeepAlive: -1}).Listen(d.ctx, "tcp", d.server.spec.Listen)
	if err != nil {
		return err
	}
	d.listener = l.(*net.TCPListener)
	d.all.Go(func() {
		for {
			c, err := l.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil {
				d.server.tell.trouble(err)
				return
			}
			d.all.Go(func() { d.serve(c.(*net.TCPConn)) })
		}
	})
	return nil
}

// serve serves one client, in the manner of now.
func (d *streamDoor) serve(tcp *net.TCPConn) {
	c := &client{ctx: d.ctx, server: d.server, tcp: tcp, conn: tcp, from: remote(tcp)}
	defer context.AfterFunc(d.ctx, func() { tcp.Close() })()
	defer tcp.Close()
	m := d.server.at("")
	switch m.Do {
	case topology.Reset:
		c.tell(m, "")
		if sleep(d.ctx, m.Delay) {
			c.reset()
		}
	case topology.HangUp:
		c.tell(m, "")
	case topology.Vanish:
		c.tell(m, "")
		c.vanish()
	case topology.Silent:
		c.tell(m, "")
		c.outlast()
	case topology.Garbage:
		if d.tls != nil { // in place of a handshake
			c.tell(m, "")
			c.readSome()
			c.write(garbage())
			return
		}
		c.talk()
	default:
		if d.tls != nil {
			secure := tls.Server(tcp, d.tls)
			if secure.HandshakeContext(d.ctx) != nil { // the client's to judge
				c.tell(m, "")
				return
			}
			c.conn = secure
		}
		c.talk()
	}
}

// client is a connection.
type client struct {
	ctx    context.Context
	server *Server
	tcp    *net.TCPConn
	conn   net.Conn // tcp, or what encrypts it
	from   netip.AddrPort
}

func (c *client) tell(m topology.Manner, asked string) { c.server.tell.visit(c.from, m, asked) }

// talk speaks the protocol.
func (c *client) talk() {
	in := bufio.NewReader(c.conn)
	switch c.server.spec.Speaks {
	case "tcp":
		m := c.server.at("")
		c.tell(m, "")
		if m.Do == topology.Garbage {
			c.write(garbage())
		}
		c.outlast()
	case "smtp":
		c.mail(in)
	default:
		c.web(in)
	}
	if secure, ok := c.conn.(*tls.Conn); ok {
		_ = secure.CloseWrite() // says that the answer is whole
	}
}

// reset ends the connection with a RST.
func (c *client) reset() {
	_ = c.tcp.SetLinger(0) // then Close does it
}

// vanish hears nothing more of the client, not even that it has gone.
func (c *client) vanish() {
	if err := deafen(c.tcp, true); err != nil {
		c.server.tell.trouble(err)
	}
	sleep(c.ctx, vanished)
}

// vanished is how long one that has vanished keeps its connection: longer than
// anybody waits.
const vanished = time.Minute

// outlast reads until the client goes.
func (c *client) outlast() {
	buf := make([]byte, 1024)
	for {
		if _, err := c.conn.Read(buf); err != nil {
			return
		}
	}
}

// readSome reads what the client says first.
func (c *client) readSome() {
	_, _ = c.conn.Read(make([]byte, 4096)) // who says nothing gets garbage too
}

func remote(c net.Conn) netip.AddrPort {
	a, _ := netip.ParseAddrPort(c.RemoteAddr().String())
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}
