package netif

import (
	"errors"
	"net"
	"net/netip"
	"testing"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/internal/testnet"
)

func TestLink(t *testing.T) {
	sw, h := testnet.New(t), testnet.New(t)
	sw.Switch()
	h.Plug(sw, "p1", "10.0.0.1/24")
	mac := h.MAC("eth0")
	h.Do(func() error {
		c, err := Open()
		if err != nil {
			return err
		}
		defer c.Close()
		for _, name := range []string{"eth7", "a-name-longer-than-any"} {
			if _, err := c.Link(name); !errors.Is(err, ErrNoLink) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := c.Remove(99, Address{Prefix: netip.MustParsePrefix("10.0.0.9/24")}); err != nil {
			t.Errorf("remove from an interface that is gone: %v", err)
		}
		if err := c.Add(99, Address{Prefix: netip.MustParsePrefix("10.0.0.9/24")}); !errors.Is(err, unix.ENODEV) {
			t.Errorf("add to an interface that is gone: %v", err)
		}
		lo, err := c.Link("lo")
		if err == nil && (!lo.Loopback() || !lo.Fit()) {
			t.Errorf("lo: %+v", lo)
		}
		eth, err2 := c.Link("eth0")
		if err2 == nil && (eth.Loopback() || !eth.Fit() || eth.Name != "eth0" || eth.MAC.String() != mac.String()) {
			t.Errorf("eth0: %+v", eth)
		}
		return errors.Join(err, err2)
	})
}

// TestLinkDetails reads what belongs to the kind of an interface.
func TestLinkDetails(t *testing.T) {
	_, h, _ := pair(t)
	second(h)
	with(t, h, func(c *Conn, eth *Link) error {
		below, err := c.Link("eth1")
		if err != nil {
			return err
		}
		mac := net.HardwareAddr{2, 0, 0, 0, 0, 7}
		attrs := netlink.LinkAttrs{Name: "mv0", ParentIndex: below.Index, HardwareAddr: mac, MTU: 1300, Group: 7}
		err = errors.Join(netlink.LinkAdd(&netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: "br7"}}),
			netlink.LinkAdd(&netlink.Macvlan{LinkAttrs: attrs, Mode: netlink.MACVLAN_MODE_BRIDGE}))
		if err != nil {
			return err
		}
		bridge, err := c.Link("br7")
		if err != nil {
			return err
		}
		if err := netlink.LinkSetMasterByIndex(&netlink.GenericLink{LinkAttrs: netlink.LinkAttrs{Index: eth.Index}}, bridge.Index); err != nil {
			return err
		}
		eth, err = c.LinkAt(eth.Index)
		mv, err2 := c.Link("mv0")
		list, err3 := c.Links()
		if err := errors.Join(err, err2, err3); err != nil {
			return err
		}
		mv.Flags = 0
		want := Link{Name: "mv0", Index: mv.Index, MAC: mac, MTU: 1300, Kind: "macvlan", Parent: below.Index, Group: 7, Mode: 4} // MACVLAN_MODE_BRIDGE
		if d := diff(want, *mv); d != "" {
			t.Errorf("(-want +got)\n%s", d)
		}
		if eth.Kind != "veth" || eth.Parent != 0 || below.Parent != 0 || eth.Master != bridge.Index || eth.MTU != 1500 {
			t.Errorf("eth0: %+v", eth)
		}
		if len(list) != 6 || list[0].Name != "lo" {
			t.Errorf("%+v", list)
		}
		if _, err := c.LinkAt(999); !errors.Is(err, ErrNoLink) {
			t.Errorf("no interface: %v", err)
		}
		return nil
	})
}
