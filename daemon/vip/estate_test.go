package vip

import (
	"testing"

	"github.com/vishvananda/netlink"
)

// TestAcquire puts what a Master has on the host and takes it away.
func TestAcquire(t *testing.T) {
	rows := []struct {
		name, body string
		eth0, eth1 []string
		routes     []string
		rules      []uint32
	}{
		{"addresses", "virtual_ipaddress {\n10.0.0.100/24 label eth0:7\n10.0.0.101\n10.1.0.100/24 dev eth1\n}\nvirtual_ipaddress_excluded {\n10.0.0.102/24\n2001:db8::1/64\n}",
			[]string{"10.0.0.1/24", "10.0.0.101/32", "10.0.0.100/24 eth0:7", "10.0.0.102/24", "2001:db8::1/64"}, []string{"10.1.0.1/24", "10.1.0.100/24"}, []string{}, []uint32{}},
		{"twice", "virtual_ipaddress {\n10.0.0.100/24\n10.0.0.100/24\n}\nvirtual_ipaddress_excluded {\n10.0.0.100/24\n}",
			[]string{"10.0.0.1/24", "10.0.0.100/24"}, []string{"10.1.0.1/24"}, []string{}, []uint32{}},
		{"routes and rules", "virtual_ipaddress {\n10.0.5.100/24\n}\nvirtual_routes {\n10.9.0.0/24 via 10.0.5.9 dev eth0\n10.8.0.0/24 dev eth1\nblackhole 10.7.0.0/24 no_track\n}\nvirtual_rules {\nfrom 10.0.5.0/24 table 100 preference 77\n}",
			[]string{"10.0.0.1/24", "10.0.5.100/24"}, []string{"10.1.0.1/24"}, []string{"10.7.0.0/24", "10.8.0.0/24", "10.9.0.0/24"}, []uint32{77}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			r := newRig(t)
			e := r.start(r.read("", row.body))[0]
			none := func(what string) {
				equal(t, what+": eth0", r.addresses("eth0"), []string{"10.0.0.1/24"})
				equal(t, what+": eth1", r.addresses("eth1"), []string{"10.1.0.1/24"})
				equal(t, what+": routes", r.routes(), []string{})
				equal(t, what+": rules", r.rules(), []uint32{})
			}
			none("before")
			for range 2 {
				r.act(e.Acquire)
				equal(t, "eth0", r.addresses("eth0"), row.eth0)
				equal(t, "eth1", r.addresses("eth1"), row.eth1)
				equal(t, "routes", r.routes(), row.routes)
				equal(t, "rules", r.rules(), row.rules)
				for _, a := range e.conf.Addresses {
					if !e.Held(a) {
						t.Errorf("%s is not held", a.Prefix)
					}
				}
				r.act(e.Release)
				none("released")
				if e.Held(e.conf.Addresses[0]) {
					t.Error("it is held")
				}
			}
			r.act(e.Acquire)
			r.close()
			none("closed")
		})
	}
}

// TestTwice: an address that stands twice is announced once.
func TestTwice(t *testing.T) {
	r := newRig(t)
	e := r.start(r.read("", "virtual_ipaddress {\n10.0.0.100/24\n10.0.0.100/24\n}\nvirtual_ipaddress_excluded {\n10.0.0.100/24\n}"))[0]
	r.act(func() { e.Acquire(); e.Announce(nil, 1, r.now) })
	equal(t, "sent", e.GARPSent(), 1)
	r.close()
}

// TestOwner leaves an address alone that the host has by itself, but only to its
// owner.
func TestOwner(t *testing.T) {
	r := newRig(t)
	e := r.start(r.read("", "priority 255\nstate MASTER\nvirtual_ipaddress {\n10.0.0.1/32\n10.0.0.100/24\n}"))[0]
	r.act(e.Acquire)
	equal(t, "acquired", r.addresses("eth0"), []string{"10.0.0.1/24", "10.0.0.100/24"})
	if !e.Held(e.conf.Addresses[0]) {
		t.Error("the owner's address is not held")
	}
	r.act(e.Release)
	equal(t, "released", r.addresses("eth0"), []string{"10.0.0.1/24"})
	r.close()
	equal(t, "closed", r.addresses("eth0"), []string{"10.0.0.1/24"})
}

// TestShared keeps what two virtual routers have until both have given it up.
func TestShared(t *testing.T) {
	r := newRig(t)
	body := "virtual_ipaddress {\n10.0.0.100/24\n}\nvirtual_routes {\n10.9.0.0/24 dev eth0\n}\nvirtual_rules {\nfrom 10.0.5.0/24 table 100 preference 77\n}"
	list := r.start(r.read("", body, body))
	for _, e := range list {
		r.act(e.Acquire)
	}
	for _, e := range list {
		equal(t, "eth0", r.addresses("eth0"), []string{"10.0.0.1/24", "10.0.0.100/24"})
		equal(t, "routes", r.routes(), []string{"10.9.0.0/24"})
		equal(t, "rules", r.rules(), []uint32{77})
		r.act(e.Release)
	}
	equal(t, "released", r.addresses("eth0"), []string{"10.0.0.1/24"})
	equal(t, "routes", r.routes(), []string{})
	equal(t, "rules", r.rules(), []uint32{})
	if r.logged("put back") {
		t.Errorf("%q", r.log)
	}
}

// TestMissingInterface names an interface that is not there, and uses it once it
// is.
func TestMissingInterface(t *testing.T) {
	r := newRig(t)
	e := r.start(r.read("", "virtual_ipaddress {\n10.0.0.100/24\n10.2.0.100/24 dev eth2\n}\nvirtual_routes {\n10.9.0.0/24 dev eth2\n}"))[0]
	equal(t, "fault", e.Fault(), "no such interface: eth2")
	r.act(e.Acquire)
	if !r.logged("(V1) cannot set 10.2.0.100/24: no such interface: eth2") {
		t.Errorf("%q", r.log)
	}
	equal(t, "eth0", r.addresses("eth0"), []string{"10.0.0.1/24", "10.0.0.100/24"})
	equal(t, "held", e.Held(e.conf.Addresses[1]), false)
	r.veth("eth2", "10.2.0.1/24")
	r.settle()
	equal(t, "fault", e.Fault(), "")
	equal(t, "eth2", r.addresses("eth2"), []string{"10.2.0.1/24", "10.2.0.100/24"})
	equal(t, "held", e.Held(e.conf.Addresses[1]), true)
	equal(t, "routes", r.routes(), []string{"10.9.0.0/24"})
	equal(t, "announced", e.GARPSent(), 5)
	r.ip("eth2", netlink.LinkSetDown)
	equal(t, "fault", e.Fault(), "Netlink reports eth2 down")
	r.ip("eth2", netlink.LinkDel)
	equal(t, "fault", e.Fault(), "no such interface: eth2")
	equal(t, "held", e.Held(e.conf.Addresses[1]), false)
	equal(t, "lost", r.lost, nil)
	r.close()
}

// TestNotTracked: what has no_track is no reason for a fault.
func TestNotTracked(t *testing.T) {
	r := newRig(t)
	e := r.start(r.read("", "virtual_ipaddress {\n10.0.0.100/24\n10.2.0.100/24 dev eth2 no_track\n}\nvirtual_routes {\n10.9.0.0/24 dev eth2 no_track\n}"))[0]
	equal(t, "fault", e.Fault(), "")
	adverts, parent, err := e.Device()
	if err != nil || adverts != parent || adverts.Name != "eth0" {
		t.Errorf("adverts leave by %v on %v: %v", adverts, parent, err)
	}
	r.close()
}

// TestNoInterface is a unicast router without one.
func TestNoInterface(t *testing.T) {
	r := newRig(t)
	cfg := r.read("", "virtual_ipaddress {\n10.0.0.100/24\n}")
	cfg.Instances[0].Interface = ""
	e := r.start(cfg)[0]
	if adverts, parent, err := e.Device(); adverts != nil || parent != nil || err != nil {
		t.Errorf("%v %v %v", adverts, parent, err)
	}
	r.close()
}

// TestPromoteSecondaries holds a sysctl of the interfaces of the addresses.
func TestPromoteSecondaries(t *testing.T) {
	const zero, one = "ipv4/conf/eth0/promote_secondaries", "ipv4/conf/eth1/promote_secondaries"
	r := newRig(t)
	body := "promote_secondaries\nvirtual_ipaddress {\n10.0.0.100/24\n10.1.0.100/24 dev eth1\n}"
	e := r.start(r.read("", body))[0]
	equal(t, "sysctls", r.Sysctl(zero)+r.Sysctl(one), "11")
	next := r.read("", "promote_secondaries\nvirtual_ipaddress {\n10.0.0.100/24\n}").Instances[0]
	r.act(func() { e.Reload(next, false) })
	equal(t, "sysctls", r.Sysctl(zero)+r.Sysctl(one), "10")
	r.close()
	equal(t, "sysctls", r.Sysctl(zero)+r.Sysctl(one), "00")
}

// TestAddressKinds puts addresses on the host with all that a line can say.
func TestAddressKinds(t *testing.T) {
	r := newRig(t)
	e := r.start(r.read("", "virtual_ipaddress {\n10.0.7.100/24 brd + scope link\n10.0.8.100 peer 10.0.8.1\n}\nvirtual_ipaddress_excluded {\n2001:db8::1\n2001:db8::2/64 preferred_lft 0 noprefixroute\n2001:db8::3/64 home preferred_lft 500\n}"))[0]
	r.act(e.Acquire)
	got := map[string]string{}
	r.ip("eth0", func(l netlink.Link) error {
		list, err := netlink.AddrList(l, netlink.FAMILY_ALL)
		for _, a := range list {
			switch text := a.IPNet.String(); {
			case a.Peer != nil && a.Peer.String() != text:
				got[text] = "peer " + a.Peer.String()
			case a.Broadcast != nil:
				got[text] = "brd " + a.Broadcast.String()
			default:
				got[text] = map[bool]string{true: "deprecated"}[a.PreferedLft == 0]
			}
		}
		return err
	})
	for p, want := range map[string]string{"10.0.7.100/24": "brd 10.0.7.255", "10.0.8.100/32": "peer 10.0.8.1/32", "2001:db8::1/128": "deprecated", "2001:db8::2/64": "deprecated", "2001:db8::3/64": ""} {
		if have, ok := got[p]; !ok || have != want {
			t.Errorf("%s: %q, %v", p, have, ok)
		}
	}
	r.act(e.Release)
	equal(t, "released", r.addresses("eth0"), []string{"10.0.0.1/24"})
}
