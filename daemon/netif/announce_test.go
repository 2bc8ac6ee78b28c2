package netif

import (
	"encoding/hex"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/google/gopacket/layers"

	"github.com/viplab/viplab/daemon/internal/testnet"
)

func TestAppendARP(t *testing.T) {
	mac := net.HardwareAddr{2, 0, 0, 0, 0, 9}
	got := hex.EncodeToString(AppendARP(nil, mac, addr("192.168.0.5")))
	want := "ffffffffffff" + "020000000009" + "0806" + // Ethernet
		"0001" + "0800" + "06" + "04" + "0001" + // a request for IPv4 on Ethernet
		"020000000009" + "c0a80005" + "ffffffffffff" + "c0a80005"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestAppendNA compares with what keepalived 2.2.7 sends for the same address.
func TestAppendNA(t *testing.T) {
	mac := net.HardwareAddr{0, 0, 0x5e, 0, 2, 0x33}
	got := hex.EncodeToString(AppendNA(nil, mac, addr("fe80::100"), false))
	want := "333300000001" + "00005e000233" + "86dd" + // Ethernet
		"60000000" + "0020" + "3a" + "ff" + // IPv6: 32 bytes of ICMPv6, hop limit 255
		"fe800000000000000000000000000100" + "ff020000000000000000000000000001" +
		"88" + "00" + "f76a" + "20000000" + // override
		"fe800000000000000000000000000100" + "0201" + "00005e000233"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestAnnounce looks at announcements on the wire, and whether a neighbour that
// thought otherwise believes them.
func TestAnnounce(t *testing.T) {
	rows := []struct {
		name, ip string
		forwards bool
		check    func(t *testing.T, f *testnet.Frame)
	}{
		{"ARP", "10.0.0.100", false, func(t *testing.T, f *testnet.Frame) {
			if f.ARP == nil || f.Dst.String() != "ff:ff:ff:ff:ff:ff" {
				t.Errorf("got %+v", f)
			}
		}},
		{"advertisement", "2001:db8::100", false, checkNA(0x20)},
		{"advertisement of a router", "2001:db8::101", true, checkNA(0xa0)},
		{"link-local address", "fe80::100", false, checkNA(0x20)},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			sw, h, other := pair(t)
			ip := addr(row.ip)
			if row.forwards {
				h.SetSysctl("ipv6/conf/eth0/forwarding", "1")
			}
			other.Learn(ip, net.HardwareAddr{2, 0, 0, 0, 0, 1})
			frames := sw.Sniff(func(f *testnet.Frame) bool { return (f.ARP != nil || f.NA != nil) && f.From() == ip })
			announce(t, h, ip)
			f := <-frames
			if f.Src.String() != h.MAC("eth0").String() {
				t.Errorf("sent by %s", f.Src)
			}
			row.check(t, &f)
			for other.Neighbor(ip).String() != h.MAC("eth0").String() {
				time.Sleep(time.Millisecond) // ends with the neighbour's belief, or with the test binary's own time-out
			}
		})
	}
}

// checkNA checks what RFC 4861 4.4 and 7.2.6 demand.
func checkNA(flags uint8) func(*testing.T, *testnet.Frame) {
	return func(t *testing.T, f *testnet.Frame) {
		t.Helper()
		if f.NA == nil || f.Dst.String() != "33:33:00:00:00:01" || f.IP6.HopLimit != 255 || !f.IP6.DstIP.Equal(net.IPv6linklocalallnodes) {
			t.Fatalf("got %+v", f)
		}
		target, _ := netip.AddrFromSlice(f.NA.TargetAddress)
		if f.NA.Flags != flags || target != f.From() || len(f.NA.Options) != 1 || f.NA.Options[0].Type != layers.ICMPv6OptTargetAddress ||
			net.HardwareAddr(f.NA.Options[0].Data).String() != f.Src.String() {
			t.Errorf("got %+v", f.NA)
		}
	}
}

func announce(t *testing.T, h *testnet.Host, ip netip.Addr) {
	t.Helper()
	with(t, h, func(c *Conn, eth *Link) error {
		a, err := NewAnnouncer()
		if err != nil {
			return err
		}
		defer a.Close()
		return a.Announce(eth, ip)
	})
}

func TestPrepareRefuses(t *testing.T) {
	link := &Link{Name: "eth0", MAC: net.HardwareAddr{2, 0, 0, 0, 0, 9}}
	for _, row := range []struct {
		link *Link
		ip   netip.Addr
	}{{&Link{Name: "tun0"}, addr("10.0.0.1")}, {link, netip.Addr{}}, {link, addr("::ffff:10.0.0.1")}} {
		if _, err := Prepare(row.link, row.ip); err == nil {
			t.Errorf("%s on %s: no error", row.ip, row.link.Name)
		}
	}
}

// BenchmarkSend sends what is prepared for 1,000 addresses, half of each family.
func BenchmarkSend(b *testing.B) {
	_, h, _ := pair(b)
	with(b, h, func(c *Conn, eth *Link) error {
		a, err := NewAnnouncer()
		if err != nil {
			return err
		}
		defer a.Close()
		var list []*Announcement
		for n := range 500 {
			for _, ip := range []netip.Addr{netip.AddrFrom4([4]byte{10, 0, byte(n >> 8), byte(n)}), netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 14: byte(n >> 8), 15: byte(n)})} {
				p, err := Prepare(eth, ip)
				if err != nil {
					return err
				}
				list = append(list, p)
			}
		}
		b.ReportAllocs()
		for b.Loop() {
			for _, p := range list {
				if err := a.Send(p); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
