package router

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/internal/testnet"
)

// inVRF puts eth0 of h into the VRF red, or skips the test.
func inVRF(t *testing.T, h *testnet.Host) {
	missing := false
	h.Do(func() error {
		red := &netlink.Vrf{LinkAttrs: netlink.LinkAttrs{Name: "red"}, Table: 10}
		err := netlink.LinkAdd(red)
		if missing = errors.Is(err, unix.EOPNOTSUPP); missing {
			return nil
		}
		if err != nil {
			return err
		}
		eth, err := netlink.LinkByName("eth0")
		if err != nil {
			return err
		}
		return errors.Join(netlink.LinkSetUp(red), netlink.LinkSetMaster(eth, red))
	})
	if missing {
		t.Skip("this kernel has no VRFs (CONFIG_NET_VRF)")
	}
}

// TestVRF has two routers in VRFs elect: by multicast, by unicast, and by unicast
// without an interface.
func TestVRF(t *testing.T) {
	plain := func(*conf.Instance) {}
	rootless := func(i *conf.Instance) { i.Interface, i.VRF, i.Addresses[0].Interface = "", "red", "eth0" }
	for name, change := range map[string][3]func(*conf.Instance){
		"multicast":            {plain, plain, plain},
		"IPv6":                 {toIPv6, plain, plain},
		"VMAC":                 {vmac, plain, plain},
		"unicast":              {plain, to("10.0.0.2"), to("10.0.0.1")},
		"without an interface": {rootless, to("10.0.0.2"), to("10.0.0.1")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b, _, _ := dual(t)
			inVRF(t, a.Host)
			inVRF(t, b.Host)
			own := func(i *conf.Instance) { i.Addresses = vips(i.Addresses...) }
			b.run(instance(100, fast, own, change[0], change[2]))
			b.log.until(t, "Entering MASTER STATE")
			a.run(instance(200, fast, own, change[0], change[1]))
			a.log.until(t, "Entering MASTER STATE")
			b.log.until(t, "higher priority 200, ours 100")
			a.stop()
			b.log.until(t, "Entering MASTER STATE")
		})
	}
}

// dual is a pair whose link-local addresses work at once.
func dual(t *testing.T) (a, b *site, next func() wire, sw *testnet.Host) {
	sw = testnet.New(t)
	sw.Switch()
	next = adverts(sw)
	a, b = &site{Host: testnet.New(t), t: t}, &site{Host: testnet.New(t), t: t}
	noDAD(a.Host, b.Host)
	a.Plug(sw, "pa", "10.0.0.1/24")
	b.Plug(sw, "pb", "10.0.0.2/24")
	a.Address("fd00::1/64", true)
	b.Address("fd00::2/64", true)
	return a, b, next, sw
}

// TestIPVLAN: adverts come from the address of the ipvlan.
func TestIPVLAN(t *testing.T) {
	t.Parallel()
	a, b, next, _ := dual(t)
	missing := false
	a.Do(func() error {
		eth, err := netlink.LinkByName("eth0")
		if err != nil {
			return err
		}
		l := &netlink.IPVlan{LinkAttrs: netlink.LinkAttrs{Name: "probe", ParentIndex: eth.Attrs().Index}, Mode: netlink.IPVLAN_MODE_L2}
		err = netlink.LinkAdd(l)
		if missing = errors.Is(err, unix.EOPNOTSUPP); missing {
			return nil
		}
		return errors.Join(err, netlink.LinkDel(l))
	})
	if missing {
		t.Skip("this kernel has no ipvlan (CONFIG_IPVLAN)")
	}
	on := func(addr string) func(*conf.Instance) {
		return func(i *conf.Instance) {
			p := netip.MustParsePrefix(addr)
			i.IPVLAN, i.Source = &conf.IPVLAN{Mode: "bridge", Address: p}, p.Addr()
		}
	}
	b.run(instance(100, fast, on("10.0.0.12/24")))
	b.log.until(t, "Entering MASTER STATE")
	a.run(instance(200, fast, on("10.0.0.11/24")))
	a.log.until(t, "Entering MASTER STATE")
	b.log.until(t, "higher priority 200, ours 100")
	for w := next(); w.prio != 200 || w.From() != netip.MustParseAddr("10.0.0.11"); w = next() {
	}
}
