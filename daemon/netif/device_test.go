package netif

import (
	"errors"
	"net"
	"testing"

	"github.com/vishvananda/netlink"

	"github.com/viplab/viplab/daemon/internal/testnet"
)

func four(vrid int) VMAC { return VMAC{Parent: "eth0", VRID: vrid} }

func six(vrid int) VMAC { return VMAC{Parent: "eth0", VRID: vrid, Family: IPv6} }

// names are the interfaces of h but for lo and eth0, with their MAC addresses.
func names(t *testing.T, h *testnet.Host) map[string]string {
	t.Helper()
	got := map[string]string{}
	with(t, h, func(c *Conn, eth *Link) error {
		list, err := c.Links()
		for _, l := range list {
			if !l.Loopback() && l.Index != eth.Index {
				got[l.Name] = l.MAC.String()
			}
		}
		return err
	})
	return got
}

// TestDevices makes devices twice and closes them.
func TestDevices(t *testing.T) {
	rows := []struct {
		name string
		make []VMAC
		want map[string]string
	}{
		{"IPv4", []VMAC{four(51)}, map[string]string{"vrrp.51": "00:00:5e:00:01:33"}},
		{"IPv6", []VMAC{six(51)}, map[string]string{"vrrp.51": "00:00:5e:00:02:33"}},
		{"both", []VMAC{four(51), six(51)}, map[string]string{"vrrp.51": "00:00:5e:00:01:33", "vrrp6.51": "00:00:5e:00:02:33"}},
		{"on two interfaces", []VMAC{four(51), six(51), {Parent: "eth1", VRID: 51}, {Parent: "eth1", VRID: 51, Family: IPv6}},
			map[string]string{"vrrp.51": "00:00:5e:00:01:33", "vrrp6.51": "00:00:5e:00:02:33", "vrrp1.51": "00:00:5e:00:01:33", "vrrp2.51": "00:00:5e:00:02:33"}},
		{"prefix", []VMAC{{Parent: "eth0", VRID: 7, Prefix: "vip"}}, map[string]string{"vip.7": "00:00:5e:00:01:07"}},
		{"custom", []VMAC{{Parent: "eth0", VRID: 7, Name: "shared", MAC: net.HardwareAddr{2, 0, 0, 0, 0, 7}}}, map[string]string{"shared": "02:00:00:00:00:07"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			_, h, _ := pair(t)
			second(h)
			var d Devices
			with(t, h, func(c *Conn, eth *Link) error {
				var seen []int
				for range 2 {
					for n, v := range row.make {
						link, err := d.Ensure(c, v)
						if err != nil {
							return err
						}
						if !link.Fit() || link.Kind != "macvlan" || link.Mode != macvlanPrivate {
							t.Errorf("%+v", link)
						}
						if len(seen) < len(row.make) {
							seen = append(seen, link.Index)
						} else if seen[n] != link.Index {
							t.Errorf("%s was made again", link.Name)
						}
					}
				}
				return nil
			})
			got := names(t, h)
			delete(got, "eth1")
			delete(got, "end1")
			if d := diff(row.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			with(t, h, func(c *Conn, eth *Link) error { return d.Close(c) })
			got = names(t, h)
			delete(got, "eth1")
			delete(got, "end1")
			if len(got) > 0 {
				t.Errorf("left: %v", got)
			}
		})
	}
}

// second gives h another interface.
func second(h *testnet.Host) {
	h.Do(func() error {
		eth := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: "eth1"}, PeerName: "end1"}
		if err := netlink.LinkAdd(eth); err != nil {
			return err
		}
		end, err := netlink.LinkByName("end1")
		if err != nil {
			return err
		}
		return errors.Join(netlink.LinkSetUp(eth), netlink.LinkSetUp(end))
	})
}

// TestDeviceSysctls compares sysctls with what keepalived 2.2.7 makes of them. It
// leaves arp_announce and accept_ra as they are, and does not restore the
// parent's.
func TestDeviceSysctls(t *testing.T) {
	_, h, _ := pair(t)
	h.SetSysctl("ipv4/conf/all/rp_filter", "1")
	h.SetSysctl("ipv4/conf/eth0/rp_filter", "2")
	h.SetSysctl("ipv4/conf/lo/rp_filter", "0")
	h.SetSysctl("ipv4/conf/default/rp_filter", "0")
	rows := []struct{ key, during, after string }{
		{"ipv4/conf/vrrp.51/arp_ignore", "1", ""},
		{"ipv4/conf/vrrp.51/accept_local", "1", ""},
		{"ipv4/conf/vrrp.51/rp_filter", "0", ""},
		{"ipv4/conf/vrrp.51/promote_secondaries", "1", ""},
		{"ipv6/conf/vrrp.51/addr_gen_mode", "1", ""},
		{"ipv6/conf/vrrp.51/disable_ipv6", "1", ""},
		{"ipv6/conf/vrrp6.51/addr_gen_mode", "1", ""},
		{"ipv6/conf/vrrp6.51/disable_ipv6", "0", ""},
		{"ipv6/conf/vrrp6.51/accept_ra", "0", ""},
		{"ipv4/conf/vrrp6.51/arp_ignore", "0", ""},
		{"ipv6/conf/vrrp.52/disable_ipv6", "0", ""},
		{"ipv4/conf/eth0/arp_ignore", "1", "0"},
		{"ipv4/conf/eth0/arp_filter", "1", "0"},
		{"ipv4/conf/eth0/arp_announce", "2", "0"},
		{"ipv4/conf/eth0/rp_filter", "2", "2"},
		{"ipv4/conf/lo/rp_filter", "1", "0"},
		{"ipv4/conf/default/rp_filter", "1", "0"},
		{"ipv4/conf/all/rp_filter", "0", "1"},
	}
	var d Devices
	both := four(52)
	both.BothFamilies = true
	var first *Link
	with(t, h, func(c *Conn, eth *Link) (err error) {
		if first, err = d.Ensure(c, four(51)); err != nil {
			return err
		}
		_, err = d.Ensure(c, six(51))
		_, err2 := d.Ensure(c, both)
		return errors.Join(err, err2)
	})
	for _, row := range rows {
		if got := h.Sysctl(row.key); got != row.during {
			t.Errorf("%s is %s, want %s", row.key, got, row.during)
		}
	}
	with(t, h, func(c *Conn, eth *Link) error {
		list, err := c.ListFamily(first.Index, 0)
		if len(list) > 0 {
			t.Errorf("vrrp.51 has addresses: %v", list)
		}
		return errors.Join(err, d.Remove(c, first))
	})
	if got := h.Sysctl("ipv4/conf/eth0/arp_ignore"); got != "1" {
		t.Errorf("one device is left, but arp_ignore is %s", got)
	}
	with(t, h, func(c *Conn, eth *Link) error { return d.Close(c) })
	for _, row := range rows {
		if row.after == "" {
			continue
		}
		if got := h.Sysctl(row.key); got != row.after {
			t.Errorf("%s was restored to %s, want %s", row.key, got, row.after)
		}
	}
}

// TestDevicesAfterCrash: what a crash has left is taken, or removed, and what
// only looks like it stays.
func TestDevicesAfterCrash(t *testing.T) {
	_, h, _ := pair(t)
	var crashed Devices
	index := map[string]int{}
	with(t, h, func(c *Conn, eth *Link) error {
		for _, v := range []VMAC{four(51), six(51), four(60), {Parent: "eth0", VRID: 70, Name: "mine"}} {
			link, err := crashed.Ensure(c, v)
			if err != nil {
				return err
			}
			index[link.Name] = link.Index
		}
		return nil
	})
	lookalikes := map[string]string{"vrrp.99": "02:00:00:00:00:63", "vrrp.98": "00:00:5e:00:01:61", "vrrpx.97": "00:00:5e:00:01:61", "other": "00:00:5e:00:01:60"}
	for name, mac := range lookalikes {
		h.Do(func() error {
			eth, err := netlink.LinkByName("eth0")
			if err != nil {
				return err
			}
			hw, _ := net.ParseMAC(mac)
			return netlink.LinkAdd(&netlink.Macvlan{LinkAttrs: netlink.LinkAttrs{Name: name, ParentIndex: eth.Attrs().Index, HardwareAddr: hw}, Mode: netlink.MACVLAN_MODE_PRIVATE})
		})
	}

	var d Devices
	with(t, h, func(c *Conn, eth *Link) error {
		for _, v := range []VMAC{six(51), {Parent: "eth0", VRID: 71, Name: "mine"}} {
			link, err := d.Ensure(c, v)
			if err != nil {
				return err
			}
			if v.VRID == 51 && (link.Name != "vrrp6.51" || link.Index != index["vrrp6.51"]) {
				t.Errorf("it made %s, but vrrp6.51 was there", link.Name)
			}
			if v.VRID == 71 && (link.Index == index["mine"] || link.MAC.String() != "00:00:5e:00:01:47") {
				t.Errorf("it took what is for another virtual router: %+v", link)
			}
		}
		if _, err := d.Ensure(c, VMAC{Parent: "eth0", VRID: 72, Name: "vrrp.99"}); !errors.Is(err, ErrTaken) {
			t.Errorf("a name that is taken: %v", err)
		}
		return d.Clean(c, "")
	})
	want := map[string]string{"vrrp6.51": "00:00:5e:00:02:33", "mine": "00:00:5e:00:01:47"}
	for name, mac := range lookalikes {
		want[name] = mac
	}
	if d := diff(want, names(t, h)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// TestMark: a device with a name and a MAC address of its own is known as left
// over, too.
func TestMark(t *testing.T) {
	_, h, _ := pair(t)
	with(t, h, func(c *Conn, eth *Link) error {
		var crashed, d Devices
		v := VMAC{Parent: "eth0", VRID: 7, Name: "shared", MAC: net.HardwareAddr{2, 0, 0, 0, 0, 7}}
		if _, err := crashed.Ensure(c, v); err != nil {
			return err
		}
		return d.Clean(c, "")
	})
	if d := diff(map[string]string{}, names(t, h)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// TestDeviceOfAnotherMode: what has the MAC address but is not private makes way.
func TestDeviceOfAnotherMode(t *testing.T) {
	_, h, _ := pair(t)
	var d Devices
	with(t, h, func(c *Conn, eth *Link) error {
		attrs := netlink.LinkAttrs{Name: "vrrp3.51", ParentIndex: eth.Index, HardwareAddr: VirtualMAC(IPv4, 51)}
		old := &netlink.Macvlan{LinkAttrs: attrs, Mode: netlink.MACVLAN_MODE_BRIDGE}
		if err := errors.Join(netlink.LinkAdd(old), netlink.LinkSetUp(old)); err != nil {
			return err
		}
		link, err := d.Ensure(c, four(51))
		if err == nil && (link.Name != "vrrp3.51" || link.Mode != macvlanPrivate) {
			t.Errorf("%+v", link)
		}
		return errors.Join(err, d.Close(c))
	})
}

// TestDeviceParentReplaced: with its parent a device goes; Ensure makes both
// whole again.
func TestDeviceParentReplaced(t *testing.T) {
	sw, h, _ := pair(t)
	var d Devices
	ensure := func() { with(t, h, func(c *Conn, eth *Link) error { _, err := d.Ensure(c, four(51)); return err }) }
	ensure()
	h.Remove("eth0")
	h.Do(func() error {
		c, err := Open()
		if err != nil {
			return err
		}
		defer c.Close()
		if _, err := d.Ensure(c, four(51)); !errors.Is(err, ErrNoLink) {
			t.Errorf("without a parent: %v", err)
		}
		return nil
	})
	h.Plug(sw, "p3", "10.0.0.1/24")
	ensure()
	if got := h.Sysctl("ipv4/conf/eth0/arp_ignore"); got != "1" {
		t.Errorf("arp_ignore of the new parent is %s", got)
	}
	with(t, h, func(c *Conn, eth *Link) error {
		link, err := c.Link("vrrp.51")
		if err != nil {
			return err
		}
		return d.Remove(c, link)
	})
	if got := h.Sysctl("ipv4/conf/eth0/arp_ignore"); got != "0" {
		t.Errorf("arp_ignore after Remove is %s", got)
	}
}

// TestDevicesSysctlRefused: without a sysctl there is a device all the same.
func TestDevicesSysctlRefused(t *testing.T) {
	_, h, _ := pair(t)
	var d Devices
	with(t, h, func(c *Conn, eth *Link) error {
		if err := d.sysctls.Hold("ipv4/conf/eth0/arp_ignore", "2"); err != nil {
			return err
		}
		link, err := d.Ensure(c, four(51))
		if err == nil || link == nil || !link.Fit() {
			t.Errorf("%+v, %v", link, err)
		}
		return d.Close(c)
	})
	if got := h.Sysctl("ipv4/conf/eth0/arp_announce"); got != "0" {
		t.Errorf("arp_announce is left at %s", got)
	}
}
