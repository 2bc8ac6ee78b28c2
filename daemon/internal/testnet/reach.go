package testnet

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path"
	"strings"

	"github.com/vishvananda/netlink"
	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"
)

// Ping sends an echo request to each of ips, all of one family, in that order,
// and returns those that have answered once the last one has. Where the ways to
// them are the same, the others will not answer any more. Link-local addresses
// are those on eth0.
func (h *Host) Ping(ips ...netip.Addr) []netip.Addr {
	h.t.Helper()
	var answered []netip.Addr
	h.Do(func() error {
		network, family, any := "ip4:icmp", 1, "0.0.0.0"
		var request, reply icmp.Type = ipv4.ICMPTypeEcho, ipv4.ICMPTypeEchoReply
		if ips[0].Is6() {
			network, family, any = "ip6:ipv6-icmp", 58, "::"
			request, reply = ipv6.ICMPTypeEchoRequest, ipv6.ICMPTypeEchoReply
		}
		sock, err := icmp.ListenPacket(network, any)
		if err != nil {
			return err
		}
		defer sock.Close()
		for n, ip := range ips {
			m := icmp.Message{Type: request, Body: &icmp.Echo{ID: os.Getpid() & 0xffff, Seq: n}}
			b, err := m.Marshal(nil) // the kernel sees to the checksum of ICMPv6
			if err == nil {
				_, err = sock.WriteTo(b, target(ip))
			}
			if err != nil {
				return fmt.Errorf("ping %s: %w", ip, err)
			}
		}
		buf := make([]byte, 1500)
		for { // ends with the last answer, or with the test binary's own time-out
			n, _, err := sock.ReadFrom(buf)
			if err != nil {
				return err
			}
			m, err := icmp.ParseMessage(family, buf[:n])
			if err != nil || m.Type != reply {
				continue
			}
			if echo, ok := m.Body.(*icmp.Echo); ok && echo.Seq < len(ips) {
				answered = append(answered, ips[echo.Seq])
				if echo.Seq == len(ips)-1 {
					return nil
				}
			}
		}
	})
	return answered
}

func target(ip netip.Addr) *net.IPAddr {
	a := &net.IPAddr{IP: ip.AsSlice()}
	if ip.Is6() && ip.IsLinkLocalUnicast() {
		a.Zone = "eth0"
	}
	return a
}

// Neighbor is the hardware address that the kernel of h knows of ip on eth0, nil
// for none.
func (h *Host) Neighbor(ip netip.Addr) (mac net.HardwareAddr) {
	h.t.Helper()
	h.Do(func() error {
		l, err := netlink.LinkByName("eth0")
		if err != nil {
			return err
		}
		list, err := netlink.NeighList(l.Attrs().Index, unix.AF_UNSPEC)
		for _, n := range list {
			if have, _ := netip.AddrFromSlice(n.IP); have.Unmap() == ip {
				mac = n.HardwareAddr
			}
		}
		return err
	})
	return mac
}

// Learn has the kernel of h know, until it hears otherwise, that ip is at mac on
// eth0; a nil mac makes it forget ip.
func (h *Host) Learn(ip netip.Addr, mac net.HardwareAddr) {
	h.t.Helper()
	h.Do(func() error {
		l, err := netlink.LinkByName("eth0")
		if err != nil {
			return err
		}
		n := &netlink.Neigh{LinkIndex: l.Attrs().Index, IP: ip.AsSlice(), HardwareAddr: mac, State: unix.NUD_STALE}
		if mac != nil {
			return netlink.NeighSet(n)
		}
		if err := netlink.NeighDel(n); !errors.Is(err, unix.ENOENT) {
			return err
		}
		return nil
	})
}

// Sysctl is the value of a sysctl of the network such as
// "ipv4/conf/eth0/rp_filter".
func (h *Host) Sysctl(key string) (value string) {
	h.t.Helper()
	h.Do(func() error {
		b, err := os.ReadFile(path.Join("/proc/sys/net", key))
		value = strings.TrimSpace(string(b))
		return err
	})
	return value
}

// SetSysctl sets a sysctl of the network.
func (h *Host) SetSysctl(key, value string) {
	h.t.Helper()
	h.Do(func() error { return os.WriteFile(path.Join("/proc/sys/net", key), []byte(value), 0) })
}
