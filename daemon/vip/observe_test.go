package vip

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/netif"
	"github.com/viplab/viplab/daemon/vrrp"
)

const everything = "virtual_ipaddress {\n10.0.0.100/24\n}\nvirtual_ipaddress_excluded {\n2001:db8::1/64\n}\nvirtual_routes {\n10.9.0.0/24 dev eth0\n10.8.0.0/24 via 10.0.0.9 dev eth0 src 10.0.0.100\n2001:db8:9::/48 via 2001:db8::9 dev eth0\n}\nvirtual_rules {\nfrom 10.0.5.0/24 table 100 preference 77\n}"

// flush removes an address, route or rule as somebody else would.
func (r *rig) flush(what string) {
	r.t.Helper()
	switch what {
	case "10.0.0.100/24", "2001:db8::1/64":
		r.delIP("eth0", what)
	case "77":
		r.with(func(c *netif.Conn) error {
			list, err := c.OwnRules()
			for _, rule := range list {
				if err == nil {
					err = c.RemoveRule(rule)
				}
			}
			return err
		})
	default:
		r.with(func(c *netif.Conn) error {
			list, err := c.OwnRoutes()
			for _, route := range list {
				if err == nil && route.Destination.String() == what {
					err = c.RemoveRoute(route)
				}
			}
			return err
		})
	}
	r.settle()
}

// TestPutBack removes what a Master has, one after the other.
func TestPutBack(t *testing.T) {
	r := newRig(t)
	r.now = second
	e := r.start(r.read("", everything))[0]
	r.act(e.Acquire)
	addresses, routes, rules := r.addresses("eth0"), r.routes(), r.rules()
	equal(t, "acquired", addresses, []string{"10.0.0.1/24", "10.0.0.100/24", "2001:db8::1/64"})
	equal(t, "acquired", len(routes)+len(rules), 4)
	for n, row := range []struct {
		what      string
		announced uint64
	}{{"10.0.0.100/24", 5}, {"2001:db8::1/64", 10}, {"10.9.0.0/24", 10}, {"10.8.0.0/24", 10}, {"2001:db8:9::/48", 10}, {"77", 10}} {
		r.log = nil
		r.now += second
		r.flush(row.what)
		equal(t, row.what, r.addresses("eth0"), addresses)
		equal(t, row.what, r.routes(), routes)
		equal(t, row.what, r.rules(), rules)
		equal(t, row.what+" announced", e.GARPSent(), row.announced)
		if want := map[int]int{0: 2, 1: 2}[n]; len(r.log) < max(want, 1) { // routes go with addresses
			t.Errorf("%s: %q", row.what, r.log)
		}
	}
	equal(t, "lost", r.lost, nil)
	r.act(e.Release)
	r.flush("10.0.0.100/24x") // nothing; what we remove ourselves stays away
	equal(t, "released", r.addresses("eth0"), []string{"10.0.0.1/24"})
	equal(t, "released", r.routes(), []string{})
	equal(t, "released", r.rules(), []uint32{})
}

// TestGivenUp: who removes something again and again gets his way.
func TestGivenUp(t *testing.T) {
	for what, want := range map[string]string{
		"10.0.0.100/24":   "V1: 10.0.0.100/24 is removed from eth0 by somebody else again and again",
		"10.9.0.0/24":     "V1: route 10.9.0.0/24 is removed by somebody else again and again",
		"2001:db8:9::/48": "V1: route 2001:db8:9::/48 is removed by somebody else again and again",
		"77":              "V1: rule 77 is removed by somebody else again and again",
	} {
		t.Run(what, func(t *testing.T) {
			r := newRig(t)
			e := r.start(r.read("", strings.Replace(everything, "src 10.0.0.100", "", 1)))[0] // which would go with the address
			for _, gap := range []struct {
				between, n int // seconds; times that it is put back
			}{{3, 20}, {1, 5}} {
				r.act(e.Acquire)
				for n := range gap.n {
					r.now += vrrpSeconds(gap.between)
					if r.flush(what); len(r.lost) > 0 {
						t.Fatalf("after %d times, %d s apart: %q", n+1, gap.between, r.lost)
					}
				}
				if gap.n == 5 {
					r.flush(what)
					equal(t, "lost", r.lost, []string{want})
					r.settle()
					r.flush("x")
					equal(t, "told once", len(r.lost), 1)
				}
				r.act(e.Release)
			}
			r.lost = nil
			r.act(e.Acquire) // the next try begins anew
			r.flush(what)
			equal(t, "lost", r.lost, nil)
		})
	}
}

func vrrpSeconds(n int) vrrp.Instant { return vrrp.Instant(n) * second }

// TestImpossible: what the kernel does not take back is lost.
func TestImpossible(t *testing.T) {
	r := newRig(t)
	e := r.start(r.read("", "virtual_ipaddress {\n10.0.0.100/24\n}\nvirtual_routes {\n10.9.0.0/24 dev eth0 src 10.5.0.1\n}"))[0]
	r.addIP("eth0", "10.5.0.1/24")
	r.act(e.Acquire)
	r.delIP("eth0", "10.5.0.1/24") // the route goes with it, and the kernel does not tell
	if len(r.lost) != 1 || r.lost[0] != "V1: route 10.9.0.0/24 was removed by somebody else: add route 10.9.0.0/24: invalid argument: Invalid prefsrc address" {
		t.Errorf("%q", r.lost)
	}
}

// TestUntracked: what has no_track stays away until the next time.
func TestUntracked(t *testing.T) {
	r := newRig(t)
	e := r.start(r.read("", "virtual_ipaddress {\n10.0.0.99/24\n10.0.0.100/24 no_track\n}\nvirtual_routes {\n10.9.0.0/24 dev eth0 no_track\n}\nvirtual_rules {\nfrom 10.0.5.0/24 table 100 preference 77 no_track\n}"))[0]
	r.act(e.Acquire)
	for _, what := range []string{"10.0.0.100/24", "10.9.0.0/24", "77"} {
		r.flush(what)
	}
	equal(t, "addresses", r.addresses("eth0"), []string{"10.0.0.1/24", "10.0.0.99/24"})
	equal(t, "held", e.Held(e.conf.Addresses[1]), false)
	equal(t, "routes", r.routes(), []string{})
	equal(t, "rules", r.rules(), []uint32{})
	equal(t, "lost", r.lost, nil)
	r.addIP("eth0", "10.0.0.100/24") // by somebody else
	equal(t, "held", e.Held(e.conf.Addresses[1]), true)
	r.act(e.Release)
	r.act(e.Acquire)
	equal(t, "addresses", r.addresses("eth0"), []string{"10.0.0.1/24", "10.0.0.99/24", "10.0.0.100/24"})
	equal(t, "routes", r.routes(), []string{"10.9.0.0/24"})
	equal(t, "rules", r.rules(), []uint32{77})
}

// TestQuickReturn: an event of our own removal that is read when the address is
// there again does no harm.
func TestQuickReturn(t *testing.T) {
	r := newRig(t)
	e := r.start(r.read("", everything))[0]
	r.act(func() {
		for range 20 {
			e.Acquire()
			e.Release()
		}
		e.Acquire()
	})
	r.settle()
	equal(t, "announced", e.GARPSent(), 0)
	equal(t, "lost", r.lost, nil)
	if r.logged("put back") {
		t.Errorf("%q", r.log)
	}
}

// TestCollateral: the other addresses of a subnet go with the first, but that is
// nobody's ill will.
func TestCollateral(t *testing.T) {
	r := newRig(t)
	list := r.start(r.read("", "virtual_ipaddress {\n10.5.0.1/24\n}", "virtual_ipaddress {\n10.5.0.2/24\n}", "virtual_ipaddress {\n10.5.0.3/24\n}"))
	for _, e := range list {
		r.act(e.Acquire)
	}
	for range 5 {
		r.act(list[0].Release)
		equal(t, "eth0", r.addresses("eth0"), []string{"10.0.0.1/24", "10.5.0.2/24", "10.5.0.3/24"})
		r.act(list[0].Acquire)
		r.act(list[1].Release)
		equal(t, "eth0", r.addresses("eth0"), []string{"10.0.0.1/24", "10.5.0.1/24", "10.5.0.3/24"})
		r.act(list[1].Acquire)
	}
	equal(t, "lost", r.lost, nil)
	equal(t, "announced", list[2].GARPSent(), 50)
}

// TestLinkDown: what goes because its interface is down comes back with it.
func TestLinkDown(t *testing.T) {
	r := newRig(t)
	e := r.start(r.read("", everything))[0]
	r.act(e.Acquire)
	addresses, routes := r.addresses("eth0"), r.routes()
	for range 10 {
		r.ip("eth0", netlink.LinkSetDown)
		equal(t, "down", r.addresses("eth0"), []string{"10.0.0.1/24", "10.0.0.100/24"})
		equal(t, "down", r.routes(), []string{})
		r.ip("eth0", netlink.LinkSetUp)
		equal(t, "up", r.addresses("eth0"), addresses)
		equal(t, "up", r.routes(), routes)
	}
	equal(t, "lost", r.lost, nil)
}

// TestNewMAC: neighbours hear of an interface's new MAC address.
func TestNewMAC(t *testing.T) {
	r := newRig(t)
	e := r.start(r.read("", "virtual_ipaddress {\n10.0.0.100/24\n}"))[0]
	r.act(func() { e.Acquire(); e.Announce(nil, 1, r.now) })
	equal(t, "announced", e.GARPSent(), 1)
	r.ip("eth0", func(l netlink.Link) error { return netlink.LinkSetHardwareAddr(l, []byte{2, 0, 0, 0, 0, 9}) })
	equal(t, "announced", e.GARPSent(), 6)
	r.ip("eth0", func(l netlink.Link) error { return netlink.LinkSetAlias(l, "other") })
	equal(t, "announced", e.GARPSent(), 6)
}

// TestOverrun: when events were lost, everything is looked at.
func TestOverrun(t *testing.T) {
	r := newRig(t)
	list := r.start(r.read("static_ipaddress {\n10.1.0.7/24 dev eth1\n}", everything, "use_vmac\nvirtual_ipaddress {\n10.0.0.101/24\n}"))
	r.act(list[0].Acquire)
	r.act(list[1].Acquire)
	addresses, routes, rules := r.addresses("eth0"), r.routes(), r.rules()
	r.Do(func() error { r.watch.Close(); return nil })
	r.Do(func() (err error) {
		r.watch, err = netif.NewMonitor(netif.WatchIPv6, netif.WatchRoutes, netif.WatchRules)
		return err
	})
	old := r.watch
	r.watch = nil
	blind := func(f func()) { // the monitor is asked only afterwards
		r.watch = old
		f()
	}
	r.Do(func() error {
		eth0, err := netlink.LinkByName("eth0")
		if err != nil {
			return err
		}
		for _, text := range []string{"10.0.0.100/24", "2001:db8::1/64"} {
			a, err := netlink.ParseAddr(text)
			if err == nil {
				err = netlink.AddrDel(eth0, a)
			}
			if err != nil {
				return err
			}
		}
		vmac, err := netlink.LinkByName("vrrp.52")
		if err != nil {
			return err
		}
		if err := netlink.LinkDel(vmac); err != nil {
			return err
		}
		for { // what it tells is lost
			events, err := old.Read()
			if err != nil || len(events) == 0 {
				return err
			}
		}
	})
	blind(func() { r.act(func() { r.host.Observe(netif.Event{Kind: netif.Overrun}, r.now) }) })
	equal(t, "eth0", r.addresses("eth0"), addresses)
	equal(t, "routes", r.routes(), routes)
	equal(t, "rules", r.rules(), rules)
	equal(t, "vrrp.52", r.addresses("vrrp.52"), []string{"10.0.0.101/24"})
	equal(t, "lost", r.lost, nil)
}

// TestManyEvents: a thousand lost addresses are put back at one look.
func TestManyEvents(t *testing.T) {
	r := newRig(t)
	body := "virtual_ipaddress {\n10.3.0.1/32\n}\nvirtual_ipaddress_excluded {\n"
	for n := range 1000 {
		body += fmt.Sprintf("10.4.%d.%d/32\n", n/250, n%250+1)
	}
	e := r.start(r.read("", body+"}"))[0]
	r.act(e.Acquire)
	before := len(r.addresses("eth0"))
	r.ip("eth0", func(l netlink.Link) error {
		list, err := netlink.AddrList(l, unix.AF_INET)
		for _, a := range list {
			if err == nil && a.IPNet.IP.To4()[1] == 4 {
				err = netlink.AddrDel(l, &a)
			}
		}
		return err
	})
	equal(t, "addresses", len(r.addresses("eth0")), before)
	equal(t, "announced", e.GARPSent(), 5000)
}
