package check

import (
	"context"
	"errors"
	"net"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/check/dnscheck"
	limits "github.com/viplab/viplab/daemon/check/exchange"
	"github.com/viplab/viplab/daemon/check/smtpcheck"
	"github.com/viplab/viplab/daemon/check/web"
	"github.com/viplab/viplab/daemon/conf"
)

// dialer returns the connection of an attempt, which there is only one of.
type dialer = func(context.Context) (net.Conn, error)

// exchange is the checkers that talk with the server: HTTP_GET, SSL_GET,
// SMTP_CHECK, DNS_CHECK. They connect on the loop, and have a goroutine from then
// on until the attempt is over.
type exchange struct {
	how int // the socket
	// talk talks. page is the url that is asked for.
	talk func(ctx context.Context, dial dialer, page int) error
}

func (x exchange) begin(l *loop, c *checker) {
	if !l.openSocket(c, x.how, 0) {
		return
	}
	switch err := c.connect(); err {
	case 0:
		l.converse(c, x.talk)
	case unix.EINPROGRESS:
		l.await(c, outgoing)
	default:
		l.end(c, l.now(), connectVerdict(err))
	}
}

func (x exchange) ready(l *loop, c *checker, flags uint32) {
	if reason := c.connected(flags); reason != "" {
		l.end(c, l.now(), failed(reason))
		return
	}
	l.converse(c, x.talk)
}

func (exchange) expire(l *loop, c *checker) { l.timeOut(c) }

// converse talks over the socket of c, beside the loop.
func (l *loop) converse(c *checker, talk func(context.Context, dialer, int) error) {
	if c.number != 0 {
		if !c.fresh {
			l.poll.forget(c.fd)
		}
		l.unwatch(c)
	}
	conn := &connection{File: os.NewFile(uintptr(c.fd), "connection")}
	c.fd = -1
	page := c.state.Page
	l.run(c, func(ctx context.Context) verdict {
		defer conn.Close()
		first := true
		err := talk(ctx, func(context.Context) (net.Conn, error) {
			if !first {
				return nil, errOneConnection
			}
			first = false
			return conn, nil
		}, page)
		if err != nil {
			v := failed(exchangeReason(err))
			v.ended = conn.over(l)
			return v
		}
		return passed
	})
}

var errOneConnection = errors.New("there is one connection only")

// run runs what an attempt does beside the loop, and takes what it comes to.
func (l *loop) run(c *checker, f func(context.Context) verdict) {
	l.alarms.remove(c)
	ctx, cancel := context.WithCancel(l.ctx)
	c.cancel = cancel
	attempt := c.attempt
	l.beside.Go(func() {
		v := f(ctx)
		ended := l.now()
		if v.ended > 0 {
			ended = v.ended
		}
		l.post(func() {
			if c.running && c.attempt == attempt {
				l.end(c, ended, v)
			}
		})
	})
}

// connection is a socket that is connected.
type connection struct {
	*os.File
	limit atomic.Pointer[time.Time] // the last deadline
}

func (c *connection) SetDeadline(t time.Time) error {
	c.limit.Store(&t)
	return c.File.SetDeadline(t)
}

func (c *connection) SetReadDeadline(t time.Time) error {
	c.limit.Store(&t)
	return c.File.SetReadDeadline(t)
}

// over is when the last deadline was, if it has passed, or else 0. Go's timers are
// late by up to a millisecond, and attempts are not to be.
func (c *connection) over(l *loop) instant {
	t := c.limit.Load()
	if t == nil || t.IsZero() {
		return 0
	}
	if at := t.Sub(l.base); at <= l.now() {
		return at
	}
	return 0
}

func (c *connection) LocalAddr() net.Addr  { return c.name(unix.Getsockname) }
func (c *connection) RemoteAddr() net.Addr { return c.name(unix.Getpeername) }

func (c *connection) name(get func(int) (unix.Sockaddr, error)) net.Addr {
	var sa unix.Sockaddr
	if conn, err := c.SyscallConn(); err == nil {
		_ = conn.Control(func(fd uintptr) { sa, _ = get(int(fd)) })
	}
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return &net.TCPAddr{IP: sa.Addr[:], Port: sa.Port}
	case *unix.SockaddrInet6:
		return &net.TCPAddr{IP: sa.Addr[:], Port: sa.Port}
	}
	return &net.TCPAddr{}
}

// kindOf returns how a checker works, and what it keeps. Files that it needs are
// read now, which may take long. A checker that cannot work returns an error; it
// then fails always.
func kindOf(ch *conf.Checker, env *environment) (kind, error) {
	step := ch.ConnectTimeout
	switch p := ch.Probe.(type) {
	case *conf.HTTPProbe:
		return httpKind(ch, p, env.ssl)
	case *conf.SMTPProbe:
		return exchange{unix.SOCK_STREAM, func(ctx context.Context, dial dialer, _ int) error {
			return smtpcheck.Run(ctx, dial, p.Helo, limits.Limits{Step: step})
		}}, nil
	case *conf.DNSProbe:
		return exchange{unix.SOCK_DGRAM, func(ctx context.Context, dial dialer, _ int) error {
			return dnscheck.Run(ctx, dial, p, step)
		}}, nil
	case *conf.UDPProbe:
		return udp{}, nil
	case *conf.MiscProbe:
		return newMisc(ch, p, env.accounts)
	case *conf.FileProbe, *conf.BFDProbe:
		return told{}, nil
	}
	if ch.Kind == "PING_CHECK" {
		return ping{}, nil
	}
	return tcp{}, nil
}

func httpKind(ch *conf.Checker, p *conf.HTTPProbe, ssl *conf.SSL) (kind, error) {
	var list []*web.Check
	for _, u := range p.URLs {
		c, err := web.NewCheck(ch, u, ssl)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return exchange{unix.SOCK_STREAM, func(ctx context.Context, dial dialer, page int) error {
		return list[page].Run(ctx, dial)
	}}, nil
}

// broken is a checker that cannot work.
type broken struct{ reason string }

func (b broken) begin(l *loop, c *checker)   { l.end(c, l.now(), failed(b.reason)) }
func (broken) ready(*loop, *checker, uint32) {}
func (broken) expire(*loop, *checker)        {}
