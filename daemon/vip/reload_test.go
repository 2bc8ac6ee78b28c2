package vip

import (
	"fmt"
	"slices"
	"testing"

	"github.com/vishvananda/netlink"

	"github.com/viplab/viplab/daemon/netif"
)

// changes are the IPv4 addresses that came, and the addresses, routes, rules and
// links that went since the last call of quiet: "+10.0.0.1/24", "-route
// 10.0.0.0/8". The kernel tells of IPv6 addresses that come more than once, at any
// time. Its own routes are left out.
func (r *rig) changes() []string {
	r.t.Helper()
	r.settle()
	got := []string{}
	for _, e := range r.events {
		switch e.Kind {
		case netif.AddressAdded:
			if e.IP.Is4() {
				got = append(got, "+"+e.Address.Prefix.String())
			}
		case netif.AddressGone:
			got = append(got, "-"+e.Address.Prefix.String())
		case netif.RouteGone:
			if e.Route.Protocol == netif.Origin {
				got = append(got, "-route "+e.Route.Destination.String())
			}
		case netif.RuleGone:
			got = append(got, fmt.Sprintf("-rule %d", e.Rule.Priority))
		case netif.LinkGone:
			got = append(got, "-link "+e.Name)
		}
	}
	r.events = nil
	return got
}

// TestReload: only what differs is touched, and what is new is returned.
func TestReload(t *testing.T) {
	const before = "virtual_ipaddress {\n10.0.0.100/24\n10.0.0.101/24\n}\nvirtual_ipaddress_excluded {\n2001:db8::1/64\n}\nvirtual_routes {\n10.9.0.0/24 dev eth0\n10.8.0.0/24 dev eth0\n}\nvirtual_rules {\nfrom 10.0.5.0/24 table 100 preference 77\nfrom 10.0.6.0/24 table 100 preference 78\n}"
	rows := []struct {
		name, after    string
		changes, fresh []string
		eth0, routes   []string
		rules          []uint32
	}{
		{"nothing", before, []string{}, nil, nil, nil, nil},
		{"order, and from one list to the other", "virtual_ipaddress {\n10.0.0.101/24\n}\nvirtual_ipaddress_excluded {\n2001:db8::1/64\n10.0.0.100/24 no_track\n}\nvirtual_routes {\n10.8.0.0/24 dev eth0\n10.9.0.0/24 dev eth0\n}\nvirtual_rules {\nfrom 10.0.6.0/24 table 100 preference 78\nfrom 10.0.5.0/24 table 100 preference 77\n}",
			[]string{}, nil, nil, nil, nil},
		{"fewer", "virtual_ipaddress {\n10.0.0.101/24\n}\nvirtual_routes {\n10.9.0.0/24 dev eth0\n}\nvirtual_rules {\nfrom 10.0.6.0/24 table 100 preference 78\n}",
			[]string{"-rule 77", "-route 10.8.0.0/24", "-2001:db8::1/64", "-10.0.0.100/24"}, nil, []string{"10.0.0.1/24", "10.0.0.101/24"}, []string{"10.9.0.0/24"}, []uint32{78}},
		{"more", "virtual_ipaddress {\n10.0.0.100/24\n10.0.0.102/24\n10.0.0.101/24\n10.1.0.100/24 dev eth1\n}\nvirtual_ipaddress_excluded {\n2001:db8::1/64\n}\nvirtual_routes {\n10.9.0.0/24 dev eth0\n10.8.0.0/24 dev eth0\n10.7.0.0/24 dev eth0\n}\nvirtual_rules {\nfrom 10.0.4.0/24 table 100 preference 76\nfrom 10.0.5.0/24 table 100 preference 77\nfrom 10.0.6.0/24 table 100 preference 78\n}",
			[]string{"+10.0.0.102/24", "+10.1.0.100/24"}, []string{"10.0.0.102/24", "10.1.0.100/24"},
			[]string{"10.0.0.1/24", "10.0.0.100/24", "10.0.0.101/24", "10.0.0.102/24", "2001:db8::1/64"}, []string{"10.7.0.0/24", "10.8.0.0/24", "10.9.0.0/24"}, []uint32{76, 77, 78}},
		{"others", "virtual_ipaddress {\n10.0.0.100/24 label eth0:1\n10.0.0.101/32\n}\nvirtual_ipaddress_excluded {\n2001:db8::1/64 preferred_lft 0\n}\nvirtual_routes {\n10.9.0.0/24 dev eth0 metric 5\n10.8.0.0/24 dev eth0\n}\nvirtual_rules {\nfrom 10.0.5.0/24 table 101 preference 77\nfrom 10.0.6.0/24 table 100 preference 78\n}",
			[]string{"-rule 77", "-route 10.9.0.0/24", "-10.0.0.101/24", "-10.0.0.100/24", "+10.0.0.100/24", "+10.0.0.101/32"}, []string{"10.0.0.100/24", "10.0.0.101/32"},
			[]string{"10.0.0.1/24", "10.0.0.101/32", "10.0.0.100/24 eth0:1", "2001:db8::1/64"}, nil, nil},
		{"a device", "use_vmac\nvirtual_ipaddress {\n10.0.0.100/24\n10.0.0.101/24\n}\nvirtual_ipaddress_excluded {\n10.1.0.100/24 dev eth1\n}\nvirtual_routes {\n10.9.0.0/24 dev eth0\n10.8.0.0/24 dev eth0\n}\nvirtual_rules {\nfrom 10.0.5.0/24 table 100 preference 77\nfrom 10.0.6.0/24 table 100 preference 78\n}",
			[]string{"-2001:db8::1/64", "-10.0.0.101/24", "-10.0.0.100/24", "+10.0.0.100/24", "+10.0.0.101/24", "+10.1.0.100/24"}, []string{"10.0.0.100/24", "10.0.0.101/24", "10.1.0.100/24"},
			[]string{"10.0.0.1/24"}, nil, nil},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			r := newRig(t)
			e := r.start(r.read("", before))[0]
			r.act(e.Acquire)
			if row.eth0 == nil {
				row.eth0 = r.addresses("eth0")
			}
			if row.routes == nil {
				row.routes = r.routes()
			}
			if row.rules == nil {
				row.rules = r.rules()
			}
			r.quiet()
			var fresh []string
			r.act(func() {
				for _, a := range e.Reload(r.read("", row.after).Instances[0], true) {
					fresh = append(fresh, a.Prefix.String())
				}
			})
			equal(t, "changes", r.changes(), row.changes)
			equal(t, "fresh", fresh, row.fresh)
			equal(t, "eth0", r.addresses("eth0"), row.eth0)
			equal(t, "routes", r.routes(), row.routes)
			equal(t, "rules", r.rules(), row.rules)
			equal(t, "lost", r.lost, nil)
			r.act(e.Release)
			equal(t, "released", r.addresses("eth0"), []string{"10.0.0.1/24"})
			equal(t, "released", len(r.routes())+len(r.rules()), 0)
			r.close()
			equal(t, "closed", r.links(), []string{})
		})
	}
}

// TestReloadLifetime changes that in place.
func TestReloadLifetime(t *testing.T) {
	r := newRig(t)
	e := r.start(r.read("", "virtual_ipaddress {\n2001:db8::1/64\n}"))[0]
	r.act(e.Acquire)
	r.quiet()
	r.act(func() {
		if fresh := e.Reload(r.read("", "virtual_ipaddress {\n2001:db8::1/64 preferred_lft 0\n}").Instances[0], true); fresh != nil {
			t.Errorf("%v is new", fresh)
		}
	})
	equal(t, "changes", r.changes(), []string{})
	r.with(func(c *netif.Conn) error {
		link, err := c.Link("eth0")
		if err != nil {
			return err
		}
		list, err := c.ListFamily(link.Index, netif.IPv6)
		for _, a := range list {
			if a.Prefix == prefix("2001:db8::1/64") && a.Preferred != netif.Never {
				t.Errorf("it is preferred for %v", a.Preferred)
			}
		}
		return err
	})
	r.close()
}

// TestReloadDevice changes devices under a Master and a Backup. What stays is not
// made anew.
func TestReloadDevice(t *testing.T) {
	const addresses = "\nvirtual_ipaddress {\n10.0.0.100/24\n10.1.0.100/24 dev eth1\n}"
	rows := []struct {
		name, before, after string
		gone                []string // links
		held                map[string][]string
	}{
		{"same", "use_vmac\nuse_vmac_addr", "use_vmac\nuse_vmac_addr\npriority 7", nil, map[string][]string{"vrrp.51": {"10.0.0.100/24"}, "vrrp1.51": {"10.1.0.100/24"}}},
		{"another name", "use_vmac", "use_vmac other", []string{"-link vrrp.51"}, map[string][]string{"other": {"10.0.0.100/24"}}},
		{"another MAC address", "use_vmac", "use_vmac 02:00:00:00:00:01", []string{"-link vrrp.51"}, map[string][]string{"vrrp.51": {"10.0.0.100/24"}}},
		{"none any more", "use_vmac\nuse_vmac_addr", "", []string{"-link vrrp.51", "-link vrrp1.51"}, map[string][]string{"eth0": {"10.0.0.1/24", "10.0.0.100/24"}, "eth1": {"10.1.0.1/24", "10.1.0.100/24"}}},
		{"one more", "use_vmac", "use_vmac\nuse_vmac_addr", nil, map[string][]string{"vrrp.51": {"10.0.0.100/24"}, "vrrp1.51": {"10.1.0.100/24"}}},
		{"IPv6 too", "use_vmac", "use_vmac\nvirtual_ipaddress_excluded {\n2001:db8::1/64\n}", nil, map[string][]string{"vrrp.51": {"10.0.0.100/24", "2001:db8::1/64", "fe80::abcd/64"}}},
	}
	for _, row := range rows {
		for _, master := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, master %v", row.name, master), func(t *testing.T) {
				r := newRig(t)
				r.addLinkLocal("eth0", "fe80::abcd/64")
				e := r.start(r.read("", row.before+addresses))[0]
				if master {
					r.act(e.Acquire)
				}
				r.quiet()
				r.act(func() { e.Reload(r.read("", row.after+addresses).Instances[0], master) })
				var gone []string
				for _, c := range r.changes() {
					if c[:2] == "-l" {
						gone = append(gone, c)
					}
				}
				slices.Sort(gone)
				equal(t, "gone", gone, row.gone)
				if !master {
					r.act(e.Acquire)
				}
				for name, want := range row.held {
					equal(t, name, r.addresses(name), want)
				}
				r.act(e.Release)
				r.close()
				equal(t, "closed", r.links(), []string{})
			})
		}
	}
}

// TestReloadState: Reload follows the state that it is told.
func TestReloadState(t *testing.T) {
	r := newRig(t)
	e := r.start(r.read("", everything))[0]
	r.act(func() { e.Reload(e.conf, true) })
	equal(t, "Master", r.addresses("eth0"), []string{"10.0.0.1/24", "10.0.0.100/24", "2001:db8::1/64"})
	r.act(func() { e.Reload(e.conf, false) })
	equal(t, "Backup", r.addresses("eth0"), []string{"10.0.0.1/24"})
	r.close()
}

// TestStatic puts static addresses, routes and rules on the host, brings them in
// line with a reload, puts them back, and takes them away at the end, but for
// what the host had by itself.
func TestStatic(t *testing.T) {
	r := newRig(t)
	body := "virtual_ipaddress {\n10.0.0.100/24\n}"
	r.start(r.read("static_ipaddress {\n10.1.0.1/24 dev eth1\n10.1.0.7/24 dev eth1\n10.2.0.7/24 dev eth2\n}\nstatic_routes {\n10.77.0.0/24 via 10.1.0.9 dev eth1\n10.78.0.0/24 dev eth2\n}\nstatic_rules {\nfrom 10.77.0.0/24 table 100 preference 99\n}\n", body))
	equal(t, "eth1", r.addresses("eth1"), []string{"10.1.0.1/24", "10.1.0.7/24"})
	equal(t, "routes", r.routes(), []string{"10.77.0.0/24"})
	equal(t, "rules", r.rules(), []uint32{99})
	if !r.logged("cannot set 10.2.0.7/24: no such interface: eth2") {
		t.Errorf("%q", r.log)
	}
	r.veth("eth2", "10.2.0.1/24")
	r.settle()
	equal(t, "eth2", r.addresses("eth2"), []string{"10.2.0.1/24", "10.2.0.7/24"})
	equal(t, "routes", r.routes(), []string{"10.77.0.0/24", "10.78.0.0/24"})
	r.delIP("eth1", "10.1.0.7/24")
	r.flush("10.77.0.0/24")
	r.flush("77")
	equal(t, "eth1", r.addresses("eth1"), []string{"10.1.0.1/24", "10.1.0.7/24"})
	equal(t, "routes", r.routes(), []string{"10.77.0.0/24", "10.78.0.0/24"})
	equal(t, "rules", r.rules(), []uint32{99})
	r.quiet()
	r.act(func() {
		if err := r.host.Reload(r.read("static_ipaddress {\n10.1.0.1/24 dev eth1\n10.1.0.8/24 dev eth1\n}\nstatic_routes {\n10.77.0.0/24 via 10.1.0.9 dev eth1\n}\n", body)); err != nil {
			t.Error(err)
		}
	})
	equal(t, "changes", r.changes(), []string{"-rule 99", "-route 10.78.0.0/24", "-10.2.0.7/24", "-10.1.0.7/24", "+10.1.0.8/24"})
	r.close()
	equal(t, "eth1", r.addresses("eth1"), []string{"10.1.0.1/24"})
	equal(t, "routes", r.routes(), []string{})
	equal(t, "rules", r.rules(), []uint32{})
}

// TestTrackGroup: those who follow something static hear of its loss.
func TestTrackGroup(t *testing.T) {
	r := newRig(t)
	list := r.start(r.read("track_group G {\ngroup {\nV2\n}\n}\nstatic_ipaddress {\n10.1.0.7/24 dev eth1 track_group G\n10.1.0.8/24 dev eth1\n}\n", "virtual_ipaddress {\n10.0.0.100/24\n}", "virtual_ipaddress {\n10.0.0.101/24\n}"))
	for range 6 {
		r.delIP("eth1", "10.1.0.8/24")
	}
	equal(t, "lost", r.lost, nil)
	for range 6 {
		r.delIP("eth1", "10.1.0.7/24")
	}
	equal(t, "lost", r.lost, []string{"V2: 10.1.0.7/24 is removed from eth1 by somebody else again and again"})
	equal(t, "faults", []string{list[0].Fault(), list[1].Fault()}, []string{"", "static address 10.1.0.7/24 is lost"})
	r.addIP("eth1", "10.1.0.7/24")
	equal(t, "faults", []string{list[0].Fault(), list[1].Fault()}, []string{"", ""})
	r.close()
}

// TestCloseEstate takes everything of one virtual router away, and nothing of
// another.
func TestCloseEstate(t *testing.T) {
	r := newRig(t)
	list := slices.Clone(r.start(r.read("", "use_vmac\nvirtual_ipaddress {\n10.0.0.100/24\n}", "use_vmac\nvirtual_ipaddress {\n10.0.0.101/24\n}")))
	for _, e := range list {
		r.act(e.Acquire)
	}
	r.act(list[0].Close)
	equal(t, "devices", r.links(), []string{"vrrp.52"})
	equal(t, "vrrp.52", r.addresses("vrrp.52"), []string{"10.0.0.101/24"})
	r.ip("vrrp.52", netlink.LinkDel)
	equal(t, "devices", r.links(), []string{"vrrp.52"})
	r.act(list[1].Close)
	equal(t, "devices", r.links(), []string{})
	r.close()
}
