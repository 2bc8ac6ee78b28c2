package vip

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vishvananda/netlink"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/internal/testnet"
	"github.com/viplab/viplab/daemon/netif"
	"github.com/viplab/viplab/daemon/netif/firewall"
	"github.com/viplab/viplab/daemon/vrrp"
)

func TestMain(m *testing.M) { os.Exit(testnet.Main(m)) }

// rig is a host with eth0 (10.0.0.1/24), on a switch, and eth1 (10.1.0.1/24),
// with what it has of virtual routers.
type rig struct {
	*testnet.Host
	t      *testing.T
	sw     *testnet.Host
	host   *Host
	watch  *netif.Monitor
	events []netif.Event // since the last call of quiet
	log    []string
	lost   []string
	now    vrrp.Instant
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{Host: testnet.New(t), t: t, sw: testnet.New(t), now: 1}
	r.sw.Switch()
	r.Plug(r.sw, "p1", "10.0.0.1/24")
	r.veth("eth1", "10.1.0.1/24")
	r.Do(func() (err error) {
		r.watch, err = netif.NewMonitor(netif.WatchIPv6, netif.WatchRoutes, netif.WatchRules)
		return err
	})
	t.Cleanup(r.watch.Close)
	return r
}

// veth makes an interface that is up.
func (r *rig) veth(name, addr string) {
	r.t.Helper()
	r.Do(func() error {
		v := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: name}, PeerName: name + "end"}
		if err := netlink.LinkAdd(v); err != nil {
			return err
		}
		end, err := netlink.LinkByName(name + "end")
		if err != nil {
			return err
		}
		a, err := netlink.ParseAddr(addr)
		if err != nil {
			return err
		}
		return errors.Join(netlink.AddrAdd(v, a), netlink.LinkSetUp(end), netlink.LinkSetUp(v))
	})
	for up := false; !up; { // ends with the carrier, or with the test binary's own time-out
		r.ipOnly(name, func(l netlink.Link) error { up = l.Attrs().OperState == netlink.OperUp; return nil })
	}
}

// Log is the rig's log.
func (r *rig) Log(_ bool, text string) { r.log = append(r.log, text) }

// read reads a configuration: text is the bodies of instances V1, V2 and so on,
// separated by "---", and before the first one what else is in the file, if it
// has more than one part.
func (r *rig) read(global string, bodies ...string) *conf.Config {
	r.t.Helper()
	var b strings.Builder
	b.WriteString(global + "\n")
	for n, body := range bodies {
		fmt.Fprintf(&b, "vrrp_instance V%d {\ninterface eth0\nvirtual_router_id %d\n%s\n}\n", n+1, n+51, body)
	}
	cfg, err := conf.Read(strings.NewReader(b.String()), "test.conf")
	if err != nil {
		r.t.Fatalf("%v\n%s", err, b.String())
	}
	return cfg
}

// start opens a Host and starts it with cfg, with an estate for each instance.
func (r *rig) start(cfg *conf.Config) []*Estate {
	r.t.Helper()
	r.Do(func() (err error) {
		r.host, err = Open(Options{Log: r, Lost: func(e *Estate, what string) { r.lost = append(r.lost, e.conf.Name+": "+what) }})
		if err == nil {
			err = r.host.Start(cfg)
		}
		for _, i := range cfg.Instances {
			if err == nil {
				_, err = r.host.Estate(i)
			}
		}
		return err
	})
	return r.host.estates
}

// close closes the Host.
func (r *rig) close() {
	r.t.Helper()
	r.Do(r.host.Close)
}

// act does something to the Host in the host's namespace, and all that follows
// of it at this moment.
func (r *rig) act(f func()) {
	r.t.Helper()
	r.Do(func() error { f(); return nil })
	r.settle()
}

// settle has the Host observe what has changed, and do what is due.
func (r *rig) settle() {
	r.t.Helper()
	r.Do(func() error {
		for {
			seen := 0
			for range 64 {
				list, err := r.watch.Read()
				if err != nil {
					return err
				}
				if len(list) == 0 {
					break
				}
				seen++
				for _, e := range list {
					r.events = append(r.events, e)
					r.host.Observe(e, r.now)
				}
			}
			at, on := r.host.Deadline()
			if seen == 0 && (!on || at > r.now) {
				return nil
			}
			if on && at <= r.now {
				r.host.Tick(r.now)
			}
		}
	})
}

// quiet forgets the events so far.
func (r *rig) quiet() { r.settle(); r.events = nil }

// with runs f with a Conn.
func (r *rig) with(f func(c *netif.Conn) error) {
	r.t.Helper()
	r.Do(func() error {
		c, err := netif.Open()
		if err != nil {
			return err
		}
		defer c.Close()
		return f(c)
	})
}

// addresses are those of an interface, with their labels where they are not its
// name; no link-local ones of the kernel's.
func (r *rig) addresses(name string) []string {
	r.t.Helper()
	got := []string{}
	r.with(func(c *netif.Conn) error {
		link, err := c.Link(name)
		if err != nil {
			return err
		}
		list, err := c.ListFamily(link.Index, 0)
		for _, a := range list {
			if a.Prefix.Addr().IsLinkLocalUnicast() && a.Origin != netif.Origin {
				continue
			}
			text := a.Prefix.String()
			if a.Label != "" && a.Label != name {
				text += " " + a.Label
			}
			got = append(got, text)
		}
		return err
	})
	return got
}

// links are the names of the interfaces but for those that were there.
func (r *rig) links() []string {
	r.t.Helper()
	got := []string{}
	r.with(func(c *netif.Conn) error {
		list, err := c.Links()
		for _, l := range list {
			if !slices.Contains([]string{"lo", "eth0", "eth1", "eth1end"}, l.Name) {
				got = append(got, l.Name)
			}
		}
		return err
	})
	slices.Sort(got)
	return got
}

// routes are the destinations of our routes, rules the priorities of our rules.
func (r *rig) routes() []string {
	r.t.Helper()
	got := []string{}
	r.with(func(c *netif.Conn) error {
		list, err := c.OwnRoutes()
		for _, route := range list {
			got = append(got, route.Destination.String())
		}
		return err
	})
	return got
}

func (r *rig) rules() []uint32 {
	r.t.Helper()
	got := []uint32{}
	r.with(func(c *netif.Conn) error {
		list, err := c.OwnRules()
		for _, rule := range list {
			got = append(got, rule.Priority)
		}
		return err
	})
	return got
}

// ip does what "ip address add" or "del" does, and such.
func (r *rig) ip(name string, f func(netlink.Link) error) {
	r.t.Helper()
	r.Do(func() error {
		l, err := netlink.LinkByName(name)
		if err != nil {
			return err
		}
		return f(l)
	})
	r.settle()
}

func (r *rig) addIP(name, addr string) {
	r.t.Helper()
	r.ip(name, func(l netlink.Link) error {
		a, err := netlink.ParseAddr(addr)
		if err != nil {
			return err
		}
		return netlink.AddrAdd(l, a)
	})
}

func (r *rig) delIP(name, addr string) {
	r.t.Helper()
	r.ip(name, func(l netlink.Link) error {
		a, err := netlink.ParseAddr(addr)
		if err != nil {
			return err
		}
		return netlink.AddrDel(l, a)
	})
}

// logged reports whether a line of the log has text in it.
func (r *rig) logged(text string) bool {
	return slices.ContainsFunc(r.log, func(line string) bool { return strings.Contains(line, text) })
}

// equal compares what there is with what there should be.
func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if d := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); d != "" {
		t.Errorf("%s (-want +got)\n%s", what, d)
	}
}

// needFirewall skips a test where the kernel has no nftables.
func needFirewall(t *testing.T, r *rig) {
	t.Helper()
	var none error
	r.Do(func() error {
		f, err := firewall.Open(firewall.Options{})
		if errors.Is(err, firewall.ErrUnsupported) {
			none = err
			return nil
		}
		if err != nil {
			return err
		}
		return errors.Join(f.Prepare(netif.IPv4), f.Close())
	})
	if none != nil {
		t.Skip(none)
	}
}

const second = vrrp.Instant(time.Second)
