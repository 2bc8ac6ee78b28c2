package firewall

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/internal/testnet"
	"github.com/viplab/viplab/daemon/netif"
)

// TestMute: group memberships of a muted macvlan do not reach the switch, where
// those of another do.
func TestMute(t *testing.T) {
	sw, h, _, _ := lan(t)
	f := open(t, h, Options{Counters: true})
	var d netif.Devices
	var links []*netif.Link
	h.Do(func() error {
		c, err := netif.Open()
		if err != nil {
			return err
		}
		defer c.Close()
		for _, v := range []netif.VMAC{{VRID: 51}, {VRID: 51, Family: netif.IPv6}, {VRID: 52}, {VRID: 52, Family: netif.IPv6}} {
			v.Parent = "eth0"
			link, err := d.Ensure(c, v)
			if err != nil {
				return err
			}
			links = append(links, link)
		}
		err = errors.Join(f.Mute(links[0].Index), f.Mute(links[1].Index), f.Mute(links[2].Index), f.Unmute(links[2].Index))
		return errors.Join(err, f.Mute(links[3].Index), f.Mute(links[3].Index), f.Unmute(links[3].Index), f.Unmute(links[3].Index))
	})
	frames := sw.Sniff(func(f *testnet.Frame) bool {
		return f.IGMP || f.ICMP6 != nil && f.ICMP6.TypeCode.Type() == 143
	})
	for _, link := range links {
		join(t, h, link.Index, link.MAC[4] == 2)
	}
	for dropped(t, h, nftables.TableFamilyIPv4) == 0 || dropped(t, h, nftables.TableFamilyIPv6) == 0 {
		continue // ends with the first reports, or with the test binary's own time-out
	}
	heard := map[string]bool{}
	for !heard[links[2].MAC.String()] || !heard[links[3].MAC.String()] {
		heard[(<-frames).Src.String()] = true
	}
	for _, link := range links[:2] {
		if heard[link.MAC.String()] {
			t.Errorf("%s is muted, and was heard", link.Name)
		}
	}
}

// join joins VRRP's group on an interface, until the test ends.
func join(t *testing.T, h *testnet.Host, index int, six bool) {
	domain := unix.AF_INET
	if six {
		domain = unix.AF_INET6
	}
	h.Do(func() error {
		fd, err := unix.Socket(domain, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return err
		}
		t.Cleanup(func() { unix.Close(fd) })
		if six {
			group := &unix.IPv6Mreq{Multiaddr: netip.MustParseAddr("ff02::12").As16(), Interface: uint32(index)}
			return unix.SetsockoptIPv6Mreq(fd, unix.IPPROTO_IPV6, unix.IPV6_JOIN_GROUP, group)
		}
		return unix.SetsockoptIPMreqn(fd, unix.IPPROTO_IP, unix.IP_ADD_MEMBERSHIP, &unix.IPMreqn{Multiaddr: [4]byte{224, 0, 0, 18}, Ifindex: int32(index)})
	})
}

// dropped is the counter of the last rule for what is sent.
func dropped(t *testing.T, h *testnet.Host, family nftables.TableFamily) (packets uint64) {
	h.Do(func() error {
		conn, err := nftables.New()
		if err != nil {
			return err
		}
		table := &nftables.Table{Name: "keepalived", Family: family}
		rules, err := conn.GetRules(table, &nftables.Chain{Name: "out", Table: table})
		if err != nil || len(rules) == 0 {
			return fmt.Errorf("no rules: %w", err)
		}
		for _, e := range rules[len(rules)-1].Exprs {
			if counter, ok := e.(*expr.Counter); ok {
				packets = counter.Packets
				return nil
			}
		}
		return errors.New("no counter")
	})
	return packets
}
