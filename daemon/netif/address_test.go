package netif

import (
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/internal/testnet"
)

// TestAddress adds an address twice, compares what the kernel has with it, and
// removes it twice.
func TestAddress(t *testing.T) {
	rows := []struct {
		name string
		add  Address
		want func(*Address) // what the kernel has in place of a zero value
	}{
		{"IPv4", Address{Prefix: prefix("10.0.7.100/24")}, nil},
		{"IPv4 with everything", Address{Prefix: prefix("10.0.7.100/24"), Label: "eth0:0", Scope: unix.RT_SCOPE_LINK, Broadcast: addr("10.0.7.255")}, nil},
		{"IPv4 with a far end", Address{Prefix: prefix("10.9.9.1/32"), Peer: addr("10.9.9.2")}, nil},
		{"IPv4 without a route", Address{Prefix: prefix("10.0.8.1/24"), NoPrefixRoute: true}, nil},
		{"IPv6", Address{Prefix: prefix("2001:db8::100/64")}, nil},
		{"IPv6 host", Address{Prefix: prefix("2001:db8::100/128")}, func(a *Address) { a.Preferred = Never }},
		{"IPv6 host that is a source", Address{Prefix: prefix("2001:db8::100/128"), Preferred: Forever}, nil},
		{"IPv6 that is no source", Address{Prefix: prefix("2001:db8::100/64"), Preferred: Never}, nil},
		{"IPv6 for a while", Address{Prefix: prefix("2001:db8::100/64"), Preferred: time.Hour}, nil},
		{"IPv6 with detection", Address{Prefix: prefix("2001:db8::100/64"), DAD: true}, func(a *Address) { a.Tentative = true }},
		{"IPv6 home", Address{Prefix: prefix("2001:db8::100/64"), Home: true, NoPrefixRoute: true}, nil},
		{"IPv6 template", Address{Prefix: prefix("2001:db8::100/64"), ManageTemp: true}, nil},
		{"IPv6 link-local", Address{Prefix: prefix("fe80::100/64")}, func(a *Address) { a.Scope = unix.RT_SCOPE_LINK }},
		{"IPv6 with a far end", Address{Prefix: prefix("2001:db8::1/128"), Peer: addr("2001:db8::2")}, func(a *Address) { a.Preferred = Never }},
		{"IPv6 group", Address{Prefix: prefix("ff05::1234/128"), AutoJoin: true, Preferred: Forever}, func(a *Address) { a.Scope = unix.RT_SCOPE_SITE }},
	}
	sw, h := testnet.New(t), testnet.New(t)
	sw.Switch()
	h.Plug(sw, "p1", "10.0.0.1/24")
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			want := row.add
			want.Origin = Origin
			if want.Preferred == 0 {
				want.Preferred = Forever
			}
			if want.Prefix.Addr().Is4() && want.Label == "" {
				want.Label = "eth0"
			}
			if row.want != nil {
				row.want(&want)
			}
			with(t, h, func(c *Conn, eth *Link) error {
				before, _ := c.ListFamily(eth.Index, 0)
				if err := errors.Join(c.Add(eth.Index, row.add), c.Add(eth.Index, row.add)); err != nil {
					return err
				}
				got := find(c, eth.Index, want.Prefix)
				if got.Preferred > 0 && got.Preferred < Forever { // it counts down
					got.Preferred = got.Preferred.Round(time.Minute)
				}
				if d := diff(want, got); d != "" {
					t.Errorf("added (-want +got)\n%s", d)
				}
				err := errors.Join(c.Remove(eth.Index, row.add), c.Remove(eth.Index, row.add))
				after, _ := c.ListFamily(eth.Index, 0)
				if d := diff(before, after); d != "" {
					t.Errorf("removed (-before +after)\n%s", d)
				}
				return err
			})
		})
	}
}

// find returns the address with p, or a zero one.
func find(c *Conn, index int, p netip.Prefix) Address {
	list, _ := c.ListFamily(index, FamilyOf(p.Addr()))
	for _, a := range list {
		if a.Prefix == p {
			return a
		}
	}
	return Address{}
}

// TestAddressOrder: IPv4 addresses come in the order of their scopes, narrow
// ones first, as vrrp needs to know for the primary one; List has no others.
func TestAddressOrder(t *testing.T) {
	_, h, _ := pair(t)
	with(t, h, func(c *Conn, eth *Link) error {
		err := errors.Join(c.Add(eth.Index, Address{Prefix: prefix("10.0.7.100/24"), Scope: unix.RT_SCOPE_LINK}),
			c.Add(eth.Index, Address{Prefix: prefix("2001:db8::1/64")}))
		list, e := c.List(eth.Index)
		var got []string
		for _, a := range list {
			got = append(got, a.Prefix.String())
		}
		if d := diff([]string{"10.0.7.100/24", "10.0.0.1/24"}, got); d != "" {
			t.Errorf("(-want +got)\n%s", d)
		}
		return errors.Join(err, e)
	})
}

// TestOwn finds our addresses of both families on all interfaces, and no others.
func TestOwn(t *testing.T) {
	_, h, _ := pair(t)
	h.Address("10.0.0.7/24", true)
	h.Address("2001:db8::7/64", true)
	with(t, h, func(c *Conn, eth *Link) error {
		lo, err := c.Link("lo")
		if err != nil {
			return err
		}
		err = errors.Join(c.Add(eth.Index, Address{Prefix: prefix("10.0.0.100/32")}), c.Add(lo.Index, Address{Prefix: prefix("2001:db8::100/128")}))
		own, e := c.Own()
		got := map[netip.Prefix]int{}
		for _, a := range own {
			got[a.Prefix] = a.Index
		}
		if d := diff(map[netip.Prefix]int{prefix("10.0.0.100/32"): eth.Index, prefix("2001:db8::100/128"): lo.Index}, got); d != "" {
			t.Errorf("(-want +got)\n%s", d)
		}
		return errors.Join(err, e)
	})
}

// TestSource: the kernel takes no host address of ours for a source while there
// is another.
func TestSource(t *testing.T) {
	_, h, _ := pair(t)
	h.Address("2001:db8::1/64", true)
	with(t, h, func(c *Conn, eth *Link) error {
		for _, row := range []struct{ add, from string }{{"2001:db8::9:1/128", "2001:db8::1"}, {"2001:db8::9:1/64", "2001:db8::9:1"}} {
			a := Address{Prefix: prefix(row.add)}
			if err := c.Add(eth.Index, a); err != nil {
				return err
			}
			conn, err := net.Dial("udp6", "[2001:db8::9:2]:9")
			if err != nil {
				return err
			}
			if got := conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr(); got != addr(row.from) {
				t.Errorf("with %s: source %s, want %s", row.add, got, row.from)
			}
			conn.Close()
			if err := c.Remove(eth.Index, a); err != nil {
				return err
			}
		}
		return nil
	})
}

// TestManyAddresses: a dump comes in several messages, none is lost.
func TestManyAddresses(t *testing.T) {
	h := testnet.New(t)
	h.Do(func() error {
		c, err := Open()
		if err != nil {
			return err
		}
		defer c.Close()
		lo, err := c.Link("lo")
		if err != nil {
			return err
		}
		for n := range 1000 {
			a := Address{Prefix: netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 1, byte(n >> 8), byte(n)}), 32)}
			if err := c.Add(lo.Index, a); err != nil {
				return err
			}
		}
		list, err := c.List(lo.Index)
		if len(list) != 1001 {
			t.Errorf("%d addresses, want 1001", len(list))
		}
		return err
	})
}
