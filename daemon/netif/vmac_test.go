package netif

import (
	"errors"
	"net"
	"testing"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/internal/testnet"
)

// TestVMACAnnounces: frames of a device have its MAC address, and the network
// reaches its addresses.
func TestVMACAnnounces(t *testing.T) {
	sw, h, other := pair(t)
	vip := addr("10.0.0.100")
	frames := sw.Sniff(func(f *testnet.Frame) bool { return f.ARP != nil && f.From() == vip })
	var d Devices
	with(t, h, func(c *Conn, eth *Link) error {
		link, err := d.Ensure(c, four(51))
		if err != nil {
			return err
		}
		a, err := NewAnnouncer()
		if err != nil {
			return err
		}
		defer a.Close()
		return errors.Join(c.Add(link.Index, Address{Prefix: prefix("10.0.0.100/32")}), a.Announce(link, vip))
	})
	if f := <-frames; f.Src.String() != "00:00:5e:00:01:33" || net.HardwareAddr(f.ARP.SourceHwAddress).String() != f.Src.String() {
		t.Errorf("announced by %+v", f)
	}
	other.Ping(vip)
	if got := other.Neighbor(vip).String(); got != "00:00:5e:00:01:33" {
		t.Errorf("the neighbour has it at %s", got)
	}
	other.Ping(addr("10.0.0.1"))
	if got := other.Neighbor(addr("10.0.0.1")).String(); got != h.MAC("eth0").String() {
		t.Errorf("the neighbour has the parent's address at %s, not at the parent", got)
	}
}

// TestVMACOnMACVLAN: the kernel puts a macvlan on a macvlan beside it, where it
// is found again.
func TestVMACOnMACVLAN(t *testing.T) {
	_, h, _ := pair(t)
	var d Devices
	with(t, h, func(c *Conn, eth *Link) error {
		lan := &netlink.Macvlan{LinkAttrs: netlink.LinkAttrs{Name: "lan", ParentIndex: eth.Index}, Mode: netlink.MACVLAN_MODE_BRIDGE}
		if err := errors.Join(netlink.LinkAdd(lan), netlink.LinkSetUp(lan)); err != nil {
			return err
		}
		first, err := d.Ensure(c, VMAC{Parent: "lan", VRID: 51})
		if err != nil {
			return err
		}
		again, err := d.Ensure(c, VMAC{Parent: "lan", VRID: 51})
		if err == nil && again.Index != first.Index {
			t.Errorf("it was made again: %+v", again)
		}
		return errors.Join(err, d.Close(c))
	})
}

// TestVMACInVRF: the device is in the VRF of its parent, where the kernel has
// VRFs.
func TestVMACInVRF(t *testing.T) {
	_, h, _ := pair(t)
	var d Devices
	missing := false
	with(t, h, func(c *Conn, eth *Link) error {
		err := netlink.LinkAdd(&netlink.Vrf{LinkAttrs: netlink.LinkAttrs{Name: "blue"}, Table: 1007})
		if missing = errors.Is(err, unix.EOPNOTSUPP); missing || err != nil {
			return either(missing, nil, err)
		}
		vrf, err := c.Link("blue")
		if err != nil {
			return err
		}
		if vrf.Kind != "vrf" || vrf.Table != 1007 {
			t.Errorf("%+v", vrf)
		}
		if err := netlink.LinkSetMasterByIndex(&netlink.GenericLink{LinkAttrs: netlink.LinkAttrs{Index: eth.Index}}, vrf.Index); err != nil {
			return err
		}
		link, err := d.Ensure(c, four(51))
		if err == nil && link.Master != vrf.Index {
			t.Errorf("%+v", link)
		}
		return errors.Join(err, d.Close(c))
	})
	if missing {
		t.Skip("this kernel has no VRFs (CONFIG_NET_VRF)")
	}
}

// BenchmarkDevices makes a device and removes it.
func BenchmarkDevices(b *testing.B) {
	_, h, _ := pair(b)
	var d Devices
	with(b, h, func(c *Conn, eth *Link) error {
		for b.Loop() {
			link, err := d.Ensure(c, four(51))
			if err != nil {
				return err
			}
			if err := d.Remove(c, link); err != nil {
				return err
			}
		}
		return nil
	})
}

// TestIPVLAN makes an ipvlan of each kind where the kernel has them.
func TestIPVLAN(t *testing.T) {
	_, h, _ := pair(t)
	var d Devices
	missing := false
	with(t, h, func(c *Conn, eth *Link) error {
		for n, spread := range []Spread{Bridge, Private, VEPA} {
			v := VMAC{Parent: "eth0", VRID: 51 + n, IPVLAN: true, Spread: spread}
			link, err := d.Ensure(c, v)
			if missing = errors.Is(err, unix.EOPNOTSUPP); missing {
				return nil
			}
			if err != nil {
				return err
			}
			if link.Kind != "ipvlan" || link.MAC.String() != eth.MAC.String() || !v.is(link, eth.Index) || !link.Fit() {
				t.Errorf("%+v", link)
			}
			again, err := d.Ensure(c, v)
			if err != nil || again.Index != link.Index {
				t.Errorf("it was made again: %+v, %v", again, err)
			}
			if err := d.Remove(c, link); err != nil { // all on an interface have the same spread
				return err
			}
		}
		return d.Close(c)
	})
	if missing {
		t.Skip("this kernel has no ipvlan (CONFIG_IPVLAN)")
	}
}
