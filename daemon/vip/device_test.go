package vip

import (
	"net"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/netif"
)

// TestVMAC makes devices, which stay from the start to the end, and puts
// addresses on them.
func TestVMAC(t *testing.T) {
	rows := []struct {
		name, global, body string
		links              map[string]string // with their MAC addresses
		held               map[string][]string
	}{
		{"plain", "", "use_vmac\nvirtual_ipaddress {\n10.0.0.100/24\n}\nvirtual_ipaddress_excluded {\n10.1.0.100/24 dev eth1\n}",
			map[string]string{"vrrp.52": "00:00:5e:00:01:34"},
			map[string][]string{"vrrp.52": {"10.0.0.100/24"}, "eth0": {"10.0.0.1/24"}, "eth1": {"10.1.0.1/24", "10.1.0.100/24"}}},
		{"names", "global_defs {\nvmac_prefix vm\n}", "use_vmac 02:00:00:00:01\nvirtual_ipaddress {\n10.0.0.100/24\n}",
			map[string]string{"vm.52": "02:00:00:00:01:34"}, map[string][]string{"vm.52": {"10.0.0.100/24"}}},
		{"given name", "", "use_vmac shared 02:00:00:00:00:09 group 5\nvirtual_ipaddress {\n10.0.0.100/24\n}",
			map[string]string{"shared": "02:00:00:00:00:09"}, map[string][]string{"shared": {"10.0.0.100/24"}}},
		{"for other interfaces", "global_defs {\nvmac_addr_prefix va\n}", "use_vmac\nuse_vmac_addr\nvirtual_ipaddress {\n10.0.0.100/24\n10.1.0.100/24 dev eth1\n}\nvirtual_ipaddress_excluded {\n10.1.0.101/24 dev eth1\n2001:db8::1/64\n}",
			map[string]string{"vrrp.52": "00:00:5e:00:01:34", "va.52": "00:00:5e:00:01:34", "va6.52": "00:00:5e:00:02:34"},
			map[string][]string{"vrrp.52": {"10.0.0.100/24"}, "va.52": {"10.1.0.100/24", "10.1.0.101/24"}, "va6.52": {"2001:db8::1/64", "LL"}, "eth1": {"10.1.0.1/24"}}},
		{"for one address", "", "virtual_ipaddress {\n10.0.0.100/24\n10.0.0.101/24 use_vmac\n}",
			map[string]string{"vrrp.52": "00:00:5e:00:01:34"}, map[string][]string{"vrrp.52": {"10.0.0.101/24"}, "eth0": {"10.0.0.1/24", "10.0.0.100/24"}}},
		{"both families", "", "use_vmac\nvirtual_ipaddress {\n10.0.0.100/24\n}\nvirtual_ipaddress_excluded {\n2001:db8::1/64\n}",
			map[string]string{"vrrp.52": "00:00:5e:00:01:34"}, map[string][]string{"vrrp.52": {"10.0.0.100/24", "2001:db8::1/64", "LL"}}},
		{"IPv6", "", "use_vmac\nvirtual_ipaddress {\nfe80::99/64\n2001:db8::1/64\n}",
			map[string]string{"vrrp.52": "00:00:5e:00:02:34"}, map[string][]string{"vrrp.52": {"2001:db8::1/64", "fe80::99/64", "LL"}}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			r := newRig(t)
			r.addLinkLocal("eth0", "fe80::abcd/64")
			list := r.start(r.read(row.global, "virtual_ipaddress {\n10.0.0.99/24\n}", row.body))
			if len(list) != 2 {
				t.Fatal("there are to be two estates")
			}
			e := list[1]
			macs := func() map[string]string {
				got := map[string]string{}
				for _, name := range r.links() {
					got[name] = r.MAC(name).String()
				}
				return got
			}
			equal(t, "devices", macs(), row.links)
			none := func() {
				for name := range row.links {
					equal(t, name, r.addresses(name), []string{})
				}
			}
			none()
			for range 2 {
				r.act(e.Acquire)
				for name, want := range row.held {
					want = slices.Clone(want)
					if n := slices.Index(want, "LL"); n >= 0 {
						want[n] = "fe80::abcd/64"
					}
					got := r.addresses(name)
					slices.Sort(got)
					slices.Sort(want)
					equal(t, name, got, want)
				}
				r.act(e.Release)
				none()
			}
			equal(t, "devices of a Backup", macs(), row.links)
			r.act(e.Close)
			equal(t, "closed", macs(), map[string]string{})
			r.close()
		})
	}
}

// TestSharedDevice: two virtual routers of a VRID can have addresses on the same
// device. It stays as long as one of them is there.
func TestSharedDevice(t *testing.T) {
	r := newRig(t)
	cfg := r.read("", "use_vmac_addr\nvirtual_ipaddress {\n10.0.0.100/24\n}\nvirtual_ipaddress_excluded {\n2001:db8::1/64\n}", "virtual_router_id 51\nuse_vmac\nvirtual_ipaddress {\n2001:db8::2/64\n}")
	list := slices.Clone(r.start(cfg))
	equal(t, "devices", r.links(), []string{"vrrp.51"})
	for _, e := range list {
		r.act(e.Acquire)
	}
	r.quiet()
	r.act(func() { list[0].Reload(list[0].conf, true) })
	equal(t, "changes", r.changes(), []string{})
	r.act(list[0].Close)
	equal(t, "devices", r.links(), []string{"vrrp.51"})
	if got := r.addresses("vrrp.51"); !slices.Contains(got, "2001:db8::2/64") || slices.Contains(got, "2001:db8::1/64") {
		t.Errorf("it has %q", got)
	}
	r.act(list[1].Close)
	equal(t, "devices", r.links(), []string{})
	r.close()
}

// addLinkLocal gives an interface the only link-local address that it has.
func (r *rig) addLinkLocal(name, addr string) {
	r.t.Helper()
	r.Do(func() error {
		l, err := netlink.LinkByName(name)
		if err != nil {
			return err
		}
		list, err := netlink.AddrList(l, netlink.FAMILY_V6)
		for _, a := range list {
			_ = netlink.AddrDel(l, &a)
		}
		if err != nil {
			return err
		}
		a, err := netlink.ParseAddr(addr)
		if err != nil {
			return err
		}
		a.Flags = unix.IFA_F_NODAD
		return netlink.AddrAdd(l, a)
	})
}

// TestDevice says where adverts leave.
func TestDevice(t *testing.T) {
	rows := []struct{ name, body, adverts string }{
		{"none", "", "eth0"},
		{"VMAC", "use_vmac", "vrrp.52"},
		{"from below", "use_vmac\nvmac_xmit_base", "eth0"},
		{"only for addresses", "use_vmac_addr", "eth0"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			r := newRig(t)
			e := r.start(r.read("", "virtual_ipaddress {\n10.0.0.99/24\n}", row.body+"\nvirtual_ipaddress {\n10.0.0.100/24\n10.1.0.100/24 dev eth1\n}"))[1]
			r.Do(func() error {
				adverts, parent, err := e.Device()
				if err == nil && (adverts.Name != row.adverts || parent.Name != "eth0") {
					t.Errorf("adverts leave by %s on %s", adverts.Name, parent.Name)
				}
				return err
			})
			r.close()
		})
	}
}

// TestLostDevice: a device that somebody else deletes is made again, with what
// was on it, and so is one whose interface comes back.
func TestLostDevice(t *testing.T) {
	r := newRig(t)
	r.veth("eth2", "10.2.0.1/24")
	cfg := r.read("", "use_vmac_addr\nvirtual_ipaddress {\n10.0.0.100/24\n10.2.0.100/24 dev eth2\n}\nvirtual_routes {\n10.9.0.0/24 via 10.0.0.9 dev vrrp.52\n}", "use_vmac\nvirtual_ipaddress {\n10.0.0.101/24\n}\nvirtual_routes {\n10.8.0.0/24 dev vrrp.52\n}")
	list := r.start(cfg)
	for _, e := range list {
		r.act(e.Acquire)
	}
	r.ip("vrrp.52", netlink.LinkDel)
	equal(t, "vrrp.52", r.addresses("vrrp.52"), []string{"10.0.0.101/24"})
	equal(t, "routes", r.routes(), []string{"10.8.0.0/24", "10.9.0.0/24"})
	equal(t, "announced", list[1].GARPSent(), 5)

	r.ip("eth2", netlink.LinkDel) // the device goes with it
	equal(t, "devices", r.links(), []string{"vrrp.52"})
	equal(t, "fault", list[0].Fault(), "no such interface: eth2")
	r.veth("eth2", "10.2.0.1/24")
	r.settle()
	equal(t, "devices", r.links(), []string{"eth2", "eth2end", "vrrp.51", "vrrp.52"})
	equal(t, "vrrp.51", r.addresses("vrrp.51"), []string{"10.2.0.100/24"})
	equal(t, "lost", r.lost, nil)
	r.close()
	equal(t, "devices", r.links(), []string{"eth2", "eth2end"})
}

// TestMissingParent: a virtual router waits for its interface.
func TestMissingParent(t *testing.T) {
	r := newRig(t)
	cfg := r.read("", "use_vmac\nvirtual_ipaddress {\n10.2.0.100/24\n}")
	cfg.Instances[0].Interface, cfg.Instances[0].Addresses[0].Interface = "eth2", "eth2"
	e := r.start(cfg)[0]
	device := func() (string, error) {
		var link *netif.Link
		var err error
		r.Do(func() error { link, _, err = e.Device(); return nil })
		if link == nil {
			return "", err
		}
		return link.Name, err
	}
	if name, err := device(); err == nil || err.Error() != "no such interface: eth2" {
		t.Errorf("%s, %v", name, err)
	}
	r.veth("eth2", "10.2.0.1/24")
	r.settle()
	if name, err := device(); err != nil || name != "vrrp.51" {
		t.Errorf("%s, %v", name, err)
	}
	r.close()
}

// TestTaken: a name that belongs to something else is a lasting fault.
func TestTaken(t *testing.T) {
	r := newRig(t)
	e := r.start(r.read("", "use_vmac eth1\nvirtual_ipaddress {\n10.0.0.100/24\n}"))[0]
	r.Do(func() error {
		if _, _, err := e.Device(); err == nil {
			t.Error("it took eth1")
		}
		return nil
	})
	if !r.logged("the name belongs to another interface: eth1") {
		t.Errorf("%q", r.log)
	}
	r.close()
}

// TestIPVLAN puts an address on an ipvlan, where the kernel has them.
func TestIPVLAN(t *testing.T) {
	r := newRig(t)
	e := r.start(r.read("", "use_ipvlan 10.0.0.5/24\nvirtual_ipaddress {\n10.0.0.100/24\n}"))[0]
	if r.logged("operation not supported") {
		t.Skip("this kernel has no ipvlan (CONFIG_IPVLAN)")
	}
	equal(t, "Backup", r.addresses("vrrp.51"), []string{"10.0.0.5/24"})
	r.act(e.Acquire)
	equal(t, "Master", r.addresses("vrrp.51"), []string{"10.0.0.5/24", "10.0.0.100/24"})
	r.delIP("vrrp.51", "10.0.0.5/24")
	equal(t, "put back", len(r.addresses("vrrp.51")), 2)
	r.act(e.Release)
	equal(t, "released", r.addresses("vrrp.51"), []string{"10.0.0.5/24"})
	r.close()
	equal(t, "closed", r.links(), []string{})
}

// TestIPVLAN6 gives an ipvlan a link-local address of its own, to send from.
func TestIPVLAN6(t *testing.T) {
	r := newRig(t)
	e := r.start(r.read("", "use_ipvlan\nvirtual_ipaddress {\nfe80::99/64\n}"))[0]
	if r.logged("operation not supported") {
		t.Skip("this kernel has no ipvlan (CONFIG_IPVLAN)")
	}
	source := linkLocal(r.MAC("eth0"), 51).String() + "/64"
	equal(t, "Backup", r.addresses("vrrp.51"), []string{source})
	r.act(e.Acquire)
	equal(t, "Master", len(r.addresses("vrrp.51")), 2)
	r.close()
}

func TestLinkLocal(t *testing.T) {
	mac := net.HardwareAddr{2, 0, 0, 0xaa, 0xbb, 0xcc}
	if got, want := linkLocal(mac, 51), netip.MustParseAddr("fe80::200:0:33aa:bbcc"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestSpecs finds the devices of instances, and where addresses go.
func TestSpecs(t *testing.T) {
	r := &rig{t: t}
	rows := []struct{ body, want string }{
		{"virtual_ipaddress {\n10.0.0.1\n}", "10.0.0.1/32 eth0"},
		{"use_vmac\nvirtual_ipaddress {\n10.0.0.1\n10.0.0.2 dev eth0 use_vmac\n10.0.0.3 dev eth1\n10.0.0.4 dev eth1 use_vmac\n}", "eth0:4 main, eth1:4, 10.0.0.1/32 eth0:4, 10.0.0.2/32 eth0:4, 10.0.0.3/32 eth1, 10.0.0.4/32 eth1:4"},
		{"use_vmac\nvirtual_ipaddress {\n10.0.0.1\n}\nvirtual_ipaddress_excluded {\n2001:db8::1\n2001:db8::2 use_vmac\n}", "eth0:4 main both, eth0:6, 10.0.0.1/32 eth0:4, 2001:db8::1/128 eth0:4, 2001:db8::2/128 eth0:6"},
		{"use_ipvlan 10.0.0.9/24\nvirtual_ipaddress {\n10.0.0.1\n10.0.0.2 use_vmac\n}", "eth0:4 main ipvlan, 10.0.0.1/32 eth0:4, 10.0.0.2/32 eth0:4"},
	}
	for _, row := range rows {
		cfg := r.read("", row.body)
		i := cfg.Instances[0]
		specs, err := specsOf(i, &cfg.Global.VRRP)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		add := func(text string) {
			if got != "" {
				got += ", "
			}
			got += text
		}
		device := func(id identity) string {
			return id.parent + map[netif.Family]string{netif.IPv4: ":4", netif.IPv6: ":6"}[id.family]
		}
		for _, s := range specs {
			text := device(s.identity)
			for word, set := range map[string]bool{" main": s.main} {
				if set {
					text += word
				}
			}
			if s.both {
				text += " both"
			}
			if s.ipvlan {
				text += " ipvlan"
			}
			add(text)
		}
		p := planOf(i, specs)
		for n, a := range p.addresses {
			where := p.slots[n].iface
			if id := p.slots[n].device; id != (identity{}) {
				where = device(id)
			}
			add(a.Prefix.String() + " " + where)
		}
		if d := cmp.Diff(row.want, got); d != "" {
			t.Errorf("%s: (-want +got)\n%s", row.body, d)
		}
	}
}
