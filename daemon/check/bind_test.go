package check

import (
	"errors"
	"net"
	"testing"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
)

// TestBind looks at connections from the server's side.
func TestBind(t *testing.T) {
	b := newLab(t)
	from := make(chan net.Addr, 1000)
	see := func(c net.Conn) {
		select {
		case from <- c.RemoteAddr():
		default:
		}
		c.Close()
	}
	b.serve("127.0.0.1:80", see)
	rows := []struct {
		bind conf.Bind
		to   string
		want string // without port where none is given
	}{
		{conf.Bind{Address: addr("127.0.0.9")}, "127.0.0.1:80", "127.0.0.9"},
		{conf.Bind{Address: addr("127.0.0.9"), Port: 4444}, "127.0.0.1:80", "127.0.0.9:4444"},
		{conf.Bind{Interface: "lo", Address: addr("127.0.0.7")}, "127.0.0.1:80", "127.0.0.7"},
		{conf.Bind{Port: 4445}, "127.0.0.1:80", "127.0.0.1"},
	}
	for i, row := range rows {
		c := checkerOf("TCP_CHECK", row.to, func(c *conf.Checker) { c.Bind = &row.bind })
		b.reload(specOf(ID(i), c))
		b.expect(t, ID(i), true, "")
		for range 3 { // a fixed port, too, can be taken again at once
			a := (<-from).(*net.TCPAddr)
			if got := a.String(); got != row.want && a.IP.String() != row.want {
				t.Errorf("%+v: from %s", row.bind, got)
			}
		}
		b.reload()
		for len(from) > 0 {
			<-from
		}
	}
}

// TestBindElsewhere: with bind_if of another interface loopback cannot be reached;
// and packets with a mark go by a rule that is for them.
func TestBindElsewhere(t *testing.T) {
	b := newLab(t)
	b.serve("0.0.0.0:80", nil)
	b.Do(func() error {
		n, _ := netlink.ParseIPNet("10.99.0.0/24")
		rule := netlink.NewRule()
		rule.Mark, rule.Table, rule.Priority, rule.Family = 77, 77, 77, unix.AF_INET
		return errors.Join(netlink.RuleAdd(rule), netlink.RouteAdd(&netlink.Route{Dst: n, Table: 77, Type: unix.RTN_UNREACHABLE}))
	})
	bind := func(x conf.Bind) func(*conf.Checker) { return func(c *conf.Checker) { c.Bind = &x } }
	b.start(specOf(1, checkerOf("TCP_CHECK", "127.0.0.1:80", bind(conf.Bind{Interface: "eth0"}))),
		specOf(2, checkerOf("TCP_CHECK", "10.99.0.1:80", bind(conf.Bind{Mark: 76}))),
		specOf(3, checkerOf("TCP_CHECK", "10.99.0.1:80", bind(conf.Bind{Mark: 77}))),
		specOf(4, checkerOf("TCP_CHECK", "127.0.0.1:80", bind(conf.Bind{Interface: "lo"}))))
	if x := b.take(1); x.Up {
		t.Errorf("%+v", x)
	}
	b.expect(t, 2, false, "network unreachable")
	b.expect(t, 3, false, "no route to host")
	b.expect(t, 4, true, "")
}

// TestLinkLocal needs the interface's number, which may change.
func TestLinkLocal(t *testing.T) {
	b := newLab(t)
	b.Address("fe80::99/64", true)
	var ln net.Listener
	b.Do(func() (err error) { ln, err = net.Listen("tcp", "[fe80::99%eth0]:80"); return err })
	defer ln.Close()
	c := checkerOf("TCP_CHECK", "[fe80::99]:80", func(c *conf.Checker) { c.Bind = &conf.Bind{Interface: "eth0", Address: addr("fe80::99")} })
	b.start(specOf(1, c))
	b.expect(t, 1, true, "")
}
