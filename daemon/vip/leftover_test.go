package vip

import (
	"net/netip"
	"testing"

	"github.com/vishvananda/netlink"

	"github.com/viplab/viplab/daemon/netif"
)

// crash ends the Host as SIGKILL would: nothing is cleaned up.
func (r *rig) crash() {
	r.t.Helper()
	r.Do(func() error { r.host.Abandon(); return nil })
}

const statics = "static_ipaddress {\n10.1.0.7/24 dev eth1\n}\nstatic_routes {\n10.77.0.0/24 dev eth1\n}\nstatic_rules {\nfrom 10.77.0.0/24 table 100 preference 99\n}\n"

// TestCrash: the next start removes what a crash has left, whatever has become of
// the configuration, but touches nothing static.
func TestCrash(t *testing.T) {
	const holder = everything + "\nno_accept"
	r := newRig(t)
	needFirewall(t, r)
	for _, e := range r.start(r.read(statics, holder, "use_vmac mine 02:00:00:00:00:07\nvirtual_ipaddress {\n10.0.0.101/24\n}", "use_vmac\nvirtual_ipaddress {\nfe80::99\n}")) {
		r.act(e.Acquire)
	}
	equal(t, "devices", r.links(), []string{"mine", "vrrp.53"})
	equal(t, "tables", r.tables(), 2)
	r.crash()
	r.gone()
	r.log = nil
	r.start(r.read(statics, "virtual_ipaddress {\n10.0.0.200/24\n}"))
	equal(t, "eth0", r.addresses("eth0"), []string{"10.0.0.1/24"})
	equal(t, "eth1", r.addresses("eth1"), []string{"10.1.0.1/24", "10.1.0.7/24"})
	equal(t, "routes", r.routes(), []string{"10.77.0.0/24"})
	equal(t, "rules", r.rules(), []uint32{99})
	equal(t, "devices", r.links(), []string{})
	equal(t, "tables", r.tables(), 0)
	if !r.logged("removing residual address 10.0.0.100/24") {
		t.Errorf("%q", r.log)
	}
	for _, e := range r.gone() {
		switch {
		case e.Address != nil && e.Address.Prefix == netip.MustParsePrefix("10.1.0.7/24"), e.Route != nil && e.Route.Destination == netip.MustParsePrefix("10.77.0.0/24"), e.Rule != nil && e.Rule.Priority == 99:
			t.Errorf("%+v was removed", e)
		}
	}
	r.close()
	equal(t, "closed", r.addresses("eth1"), []string{"10.1.0.1/24"})
	equal(t, "closed", r.routes(), []string{})
	equal(t, "closed", r.rules(), []uint32{})
}

// TestCrashUntracked: what has no_track and a protocol of its own is known by the
// configuration alone.
func TestCrashUntracked(t *testing.T) {
	r := newRig(t)
	cfg := r.read("", "virtual_ipaddress {\n10.0.0.100/24\n}\nvirtual_routes {\n10.9.0.0/24 dev eth0 protocol 4 no_track\n10.8.0.0/24 dev eth0 no_track\n}\nvirtual_rules {\nfrom 10.0.5.0/24 table 100 preference 77 protocol 4 no_track\n}")
	count := func() (n int) {
		r.ipOnly("eth0", func(l netlink.Link) error {
			routes, err := netlink.RouteList(l, netlink.FAMILY_V4)
			if err != nil {
				return err
			}
			rules, err := netlink.RuleList(netlink.FAMILY_V4)
			n = len(routes) + len(rules)
			return err
		})
		return n
	}
	before := count()
	r.act(r.start(cfg)[0].Acquire)
	equal(t, "acquired", count(), before+3)
	r.crash()
	r.gone()
	r.start(cfg)
	equal(t, "started", count(), before)
	r.close()
}

// tables is how many nftables tables there are.
func (r *rig) tables() (n int) {
	r.t.Helper()
	r.Do(func() (err error) { n, err = countTables(); return err })
	return n
}

// gone reads the events that nobody has observed, and returns those that tell of
// something gone.
func (r *rig) gone() (list []netif.Event) {
	r.t.Helper()
	r.Do(func() error {
		for {
			events, err := r.watch.Read()
			if err != nil || len(events) == 0 {
				return err
			}
			for _, e := range events {
				if e.Kind == netif.AddressGone || e.Kind == netif.RouteGone || e.Kind == netif.RuleGone {
					list = append(list, e)
				}
			}
		}
	})
	return list
}

// TestResidual: virtual addresses that the kernel does not know as ours, from a
// predecessor, are removed if they are in the configuration, but not an owner's,
// reserved ones, or those of other interfaces.
func TestResidual(t *testing.T) {
	r := newRig(t)
	cfg := r.read("", "virtual_ipaddress {\n10.0.0.100/24\n10.0.0.101/24\n10.0.0.102/24\n}", "priority 255\nstate MASTER\nvirtual_ipaddress {\n10.0.0.50/24\n}")
	add := func(name, addr string) {
		r.ipOnly(name, func(l netlink.Link) error {
			a, err := netlink.ParseAddr(addr)
			if err != nil {
				return err
			}
			return netlink.AddrAdd(l, a)
		})
	}
	for _, a := range []string{"10.0.0.100/24", "10.0.0.101/32", "10.0.0.102/24", "10.0.0.50/24", "10.0.0.60/24"} {
		add("eth0", a)
	}
	add("eth1", "10.0.0.100/32")
	r.Do(func() (err error) {
		r.host, err = Open(Options{Log: r, Reserved: func(ip netip.Addr) bool { return ip == netip.MustParseAddr("10.0.0.102") }})
		if err != nil {
			return err
		}
		return r.host.Start(cfg)
	})
	equal(t, "eth0", r.addresses("eth0"), []string{"10.0.0.1/24", "10.0.0.102/24", "10.0.0.50/24", "10.0.0.60/24"})
	equal(t, "eth1", r.addresses("eth1"), []string{"10.1.0.1/24", "10.0.0.100/32"})
	r.close()
}

// ipOnly is ip without a Host.
func (r *rig) ipOnly(name string, f func(netlink.Link) error) {
	r.t.Helper()
	r.Do(func() error {
		l, err := netlink.LinkByName(name)
		if err != nil {
			return err
		}
		return f(l)
	})
}
