package check

import (
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// server accepts connections and counts them.
type server struct {
	net.Listener
	accepted atomic.Int64
}

// serve has f serve each connection to addr; nil: it is closed at once.
func (b *lab) serve(addr string, f func(net.Conn)) *server {
	b.t.Helper()
	s := &server{}
	b.Do(func() (err error) { s.Listener, err = net.Listen("tcp", addr); return err })
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := s.Accept()
			if err != nil {
				return
			}
			s.accepted.Add(1)
			if f == nil {
				c.Close()
				continue
			}
			go f(c)
		}
	}()
	b.t.Cleanup(func() { s.Close(); <-done })
	return s
}

func TestTCP(t *testing.T) {
	b := newLab(t)
	b.serve("127.0.0.1:80", nil)
	b.serve("[::1]:80", nil)
	rows := []struct {
		addr   string
		up     bool
		reason string
	}{
		{"127.0.0.1:80", true, ""},
		{"[::1]:80", true, ""},
		{"[::ffff:127.0.0.1]:80", true, ""},
		{"127.0.0.1:81", false, "connection refused"},
		{"[::1]:81", false, "connection refused"},
		{"10.9.0.5:80", false, "timed out after 0.2 s"},
		{"10.8.0.5:80", false, "no route to host"},
		{"10.99.0.5:80", false, "network unreachable"},
	}
	var specs []Spec
	for i, row := range rows {
		specs = append(specs, specOf(ID(i), checkerOf("TCP_CHECK", row.addr)))
	}
	b.start(specs...)
	for i, row := range rows {
		b.expect(t, ID(i), row.up, row.reason)
	}
	for i, r := range b.m.Reports() {
		if r.ID != ID(i) || r.Up != rows[i].up || !r.Known || r.Reason != rows[i].reason || r.Checks == 0 || r.Last.IsZero() {
			t.Errorf("%s: %+v", rows[i].addr, r)
		}
		if r.Reason == "timed out after 0.2 s" && r.Took != 200*time.Millisecond {
			t.Errorf("it took %v", r.Took)
		}
	}
}

// What this host cannot do says nothing about a server.
func TestTCPImpossible(t *testing.T) {
	b := newLab(t)
	bind := func(x conf.Bind) func(*conf.Checker) { return func(c *conf.Checker) { c.Bind = &x } }
	rows := []struct {
		c    *conf.Checker
		want string
	}{
		{checkerOf("TCP_CHECK", "10.7.0.5:80"), "this host forbids it (route or firewall)"},
		{checkerOf("TCP_CHECK", "127.0.0.1:80", bind(conf.Bind{Address: addr("10.3.3.3")})), "this host has no address 10.3.3.3"},
		{checkerOf("TCP_CHECK", "127.0.0.1:80", bind(conf.Bind{Interface: "eth7"})), "this host has no interface eth7"},
		{checkerOf("TCP_CHECK", "127.0.0.1:80", bind(conf.Bind{Address: addr("127.0.0.1"), Port: 85})), "bind_port 85 of this host is taken"},
		{checkerOf("PING_CHECK", "127.0.0.1:80", bind(conf.Bind{Address: addr("10.3.3.3")})), "this host has no address 10.3.3.3"},
		{checkerOf("UDP_CHECK", "127.0.0.1:80", bind(conf.Bind{Interface: "eth7"}), udpProbe(conf.UDPProbe{})), "this host has no interface eth7"},
		{checkerOf("SMTP_CHECK", "127.0.0.1:80", bind(conf.Bind{Interface: "eth7"}), func(c *conf.Checker) { c.Probe = &conf.SMTPProbe{} }), "this host has no interface eth7"},
	}
	b.serve("127.0.0.1:85", nil)
	var specs []Spec
	for i, row := range rows {
		specs = append(specs, specOf(ID(i), row.c))
	}
	b.start(specs...)
	for i, row := range rows {
		var r Report
		eventually(func() bool { r = b.m.Reports()[i]; return r.Checks > 1 })
		if r.Known || r.Reason != row.want {
			t.Errorf("%s: %+v, want %q", row.c.Kind, r, row.want)
		}
	}
	if r := b.results; len(r) > 0 {
		t.Errorf("results: %v", r)
	}
}

// TestTCPReset: a server that resets connections that it has accepted is one that
// accepts, unless it is quicker than the look at it.
func TestTCPReset(t *testing.T) {
	b := newLab(t)
	s := b.serve("127.0.0.1:80", func(c net.Conn) {
		_ = c.(*net.TCPConn).SetLinger(0)
		c.Close()
	})
	b.start(specOf(1, checkerOf("TCP_CHECK", "127.0.0.1:80", func(c *conf.Checker) { c.DelayLoop = time.Millisecond; c.Retry = 1000 })))
	eventually(func() bool { return s.accepted.Load() > 50 })
	for len(b.m.Reports()) > 0 {
		if x := b.take(1); x.Up {
			return
		} else if x.Reason != "connection reset" {
			t.Errorf("%+v", x)
		}
	}
}

// TestTCPFlap follows a server that comes and goes.
func TestTCPFlap(t *testing.T) {
	b := newLab(t)
	b.start(specOf(1, checkerOf("TCP_CHECK", "127.0.0.1:80", func(c *conf.Checker) { c.Retry = 2; c.LogFailures = true })))
	b.expect(t, 1, false, "connection refused")
	for range 3 {
		s := b.serve("127.0.0.1:80", nil)
		b.expect(t, 1, true, "")
		s.Close()
		b.expect(t, 1, false, "connection refused")
	}
	for _, text := range []string{
		"Activating healthchecker for service [127.0.0.1]:tcp:80 for VS [10.0.0.100]:tcp:80",
		"TCP_CHECK on service [127.0.0.1]:tcp:80 failed: connection refused",
		"TCP connection to [127.0.0.1]:tcp:80 success.",
		"TCP connection to [127.0.0.1]:tcp:80 failed: connection refused",
		"TCP_CHECK on service [127.0.0.1]:tcp:80 failed after 2 retries: connection refused",
	} {
		b.until(text)
	}
}
