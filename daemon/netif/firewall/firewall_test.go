package firewall

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vishvananda/netlink"
	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/internal/testnet"
	"github.com/viplab/viplab/daemon/netif"
)

func TestMain(m *testing.M) { os.Exit(testnet.Main(m)) }

// lan is a switch with a host that has an address of its own of each kind, a
// virtual one of each kind, and another host.
func lan(t testing.TB) (sw, h, other *testnet.Host, index int) {
	t.Helper()
	sw, h, other = testnet.New(t), testnet.New(t), testnet.New(t)
	sw.Switch()
	h.Plug(sw, "p1", "10.0.0.1/24")
	other.Plug(sw, "p2", "10.0.0.2/24")
	for _, a := range []string{"10.0.0.100/24", "2001:db8::1/64", "2001:db8::100/64", "fe80::1/64", "fe80::100/64"} {
		h.Address(a, true)
	}
	other.Address("2001:db8::2/64", true)
	other.Address("fe80::2/64", true)
	h.Do(func() error {
		eth, err := netlink.LinkByName("eth0")
		index = eth.Attrs().Index
		return err
	})
	return sw, h, other, index
}

// open opens a Firewall in h, with tables. It skips the test where the kernel has
// no nftables.
func open(t testing.TB, h *testnet.Host, o Options) (f *Firewall) {
	t.Helper()
	var none error
	h.Do(func() (err error) {
		if f, err = Open(o); err == nil {
			err = errors.Join(f.Prepare(netif.IPv4), f.Prepare(netif.IPv6))
		}
		if errors.Is(err, ErrUnsupported) {
			none, err = err, nil
		}
		return err
	})
	if none != nil {
		t.Skip(none)
	}
	return f
}

// ways are pairs of a virtual address and another on the same way to it.
func ways() [][2]netip.Addr {
	var list [][2]netip.Addr
	for _, w := range [][2]string{{"10.0.0.100", "10.0.0.1"}, {"2001:db8::100", "2001:db8::1"}, {"fe80::100", "fe80::1"}} {
		list = append(list, [2]netip.Addr{netip.MustParseAddr(w[0]), netip.MustParseAddr(w[1])})
	}
	return list
}

// reached returns the virtual addresses that other reaches.
func reached(other *testnet.Host) []string {
	got := []string{}
	for _, w := range ways() {
		other.Ping(w[0], w[1]) // so that both are known
		if answered := other.Ping(w[0], w[1]); slices.Contains(answered, w[0]) {
			got = append(got, w[0].String())
		}
	}
	return got
}

func expect(t *testing.T, what string, other *testnet.Host, want ...string) {
	t.Helper()
	if d := cmp.Diff(append([]string{}, want...), reached(other)); d != "" {
		t.Errorf("%s: reached (-want +got)\n%s", what, d)
	}
}

// TestRefuse pings virtual addresses from another host while they are refused,
// and before and after that.
func TestRefuse(t *testing.T) {
	_, h, other, index := lan(t)
	f := open(t, h, Options{})
	all := []Place{{netip.MustParseAddr("10.0.0.100"), index}, {netip.MustParseAddr("2001:db8::100"), index}, {netip.MustParseAddr("fe80::100"), index}}
	expect(t, "prepared", other, "10.0.0.100", "2001:db8::100", "fe80::100")
	h.Do(func() error { return errors.Join(f.Prepare(netif.IPv4), f.Prepare(netif.IPv6)) })
	expect(t, "prepared twice", other, "10.0.0.100", "2001:db8::100", "fe80::100")
	h.Do(func() error { return f.Refuse(all...) })
	expect(t, "refused", other)
	h.Do(func() error { return errors.Join(f.Refuse(all[0]), f.Accept(all[0])) })
	expect(t, "one caller is left", other)
	h.Do(func() error { return f.Accept(Place{IP: all[1].IP}) }) // only link-local ones have an interface
	expect(t, "one accepted", other, "2001:db8::100")
	h.Do(func() error { return f.Accept(all...) })
	expect(t, "accepted", other, "10.0.0.100", "2001:db8::100", "fe80::100")
	h.Do(func() error { return f.Refuse(all...) })
	expect(t, "refused again", other)
	h.Do(f.Close)
	expect(t, "closed", other, "10.0.0.100", "2001:db8::100", "fe80::100")
}

// TestRefuseElsewhere: a link-local address that is virtual on one interface may
// be the host's on another.
func TestRefuseElsewhere(t *testing.T) {
	_, h, other, index := lan(t)
	f := open(t, h, Options{})
	h.Do(func() error { return f.Refuse(Place{netip.MustParseAddr("fe80::100"), index + 1}) })
	expect(t, "refused elsewhere", other, "10.0.0.100", "2001:db8::100", "fe80::100")
}

// TestRefuseSource: the host does not speak as the virtual address either.
func TestRefuseSource(t *testing.T) {
	_, h, _, index := lan(t)
	f := open(t, h, Options{})
	h.Do(func() error {
		for _, place := range []Place{{netip.MustParseAddr("10.0.0.100"), 0}, {netip.MustParseAddr("fe80::100"), index}} {
			if err := f.Refuse(place); err != nil {
				return err
			}
			domain, from, to := unix.AF_INET, unix.Sockaddr(&unix.SockaddrInet4{Addr: [4]byte{10, 0, 0, 100}}), unix.Sockaddr(&unix.SockaddrInet4{Port: 9, Addr: [4]byte{10, 0, 0, 2}})
			if place.IP.Is6() {
				local := unix.SockaddrInet6{ZoneId: uint32(index), Addr: place.IP.As16()}
				remote := unix.SockaddrInet6{Port: 9, ZoneId: uint32(index), Addr: netip.MustParseAddr("fe80::2").As16()}
				domain, from, to = unix.AF_INET6, &local, &remote
			}
			fd, err := unix.Socket(domain, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
			if err != nil {
				return err
			}
			defer unix.Close(fd)
			if err := unix.Bind(fd, from); err != nil {
				return err
			}
			if err := unix.Sendto(fd, []byte("x"), 0, to); !errors.Is(err, unix.EPERM) {
				t.Errorf("sent as %s: %v", place.IP, err)
			}
		}
		return nil
	})
}

// TestRefuseDelivery: what is sent to the virtual address reaches no socket.
func TestRefuseDelivery(t *testing.T) {
	_, h, other, index := lan(t)
	f := open(t, h, Options{})
	for _, w := range ways() {
		zone := ""
		if w[0].IsLinkLocalUnicast() {
			zone = "eth0"
		}
		var sock *net.UDPConn
		h.Do(func() (err error) {
			sock, err = net.ListenUDP("udp", &net.UDPAddr{Port: 9000})
			return errors.Join(err, f.Refuse(Place{w[0], index}))
		})
		other.Ping(w[1])
		other.Ping(w[0], w[1]) // so that both are known
		other.Do(func() error {
			out, err := net.ListenUDP("udp", nil)
			if err != nil {
				return err
			}
			defer out.Close()
			for _, ip := range w {
				if _, err := out.WriteToUDPAddrPort([]byte(ip.String()), netip.AddrPortFrom(ip.WithZone(zone), 9000)); err != nil {
					return err
				}
			}
			return nil
		})
		buf := make([]byte, 100)
		n, err := sock.Read(buf)
		if got := string(buf[:n]); got != w[1].String() || err != nil {
			t.Errorf("got what was sent to %s, %v", got, err)
		}
		sock.Close()
	}
}

// TestDiscovery: neighbours find out where a refused address is, and whether it
// is still there.
func TestDiscovery(t *testing.T) {
	sw, h, other, index := lan(t)
	f := open(t, h, Options{})
	for _, w := range ways() {
		h.Do(func() error { return f.Refuse(Place{w[0], index}) })
		other.Learn(w[0], nil)
		other.Ping(w[0], w[1])
		for other.Neighbor(w[0]) == nil { // ends with an answer, or with the test binary's own time-out
			other.Ping(w[1])
		}
		if got := other.Neighbor(w[0]); got.String() != h.MAC("eth0").String() {
			t.Errorf("%s is at %s", w[0], got)
		}
		if w[0].Is4() {
			continue // ARP is nothing to a firewall of IP
		}
		answers := sw.Sniff(func(f *testnet.Frame) bool { return f.NA != nil && f.From() == w[0] })
		other.Do(func() error { return solicit(w[0]) })
		<-answers
	}
}

// solicit asks an address itself whether it is there (RFC 4861 7.3.3).
func solicit(ip netip.Addr) error {
	sock, err := icmp.ListenPacket("ip6:ipv6-icmp", "::")
	if err != nil {
		return err
	}
	defer sock.Close()
	target := ip.As16()
	m := icmp.Message{Type: ipv6.ICMPTypeNeighborSolicitation, Body: &icmp.RawBody{Data: append(make([]byte, 4), target[:]...)}}
	b, err := m.Marshal(nil)
	if err != nil {
		return err
	}
	to := &net.IPAddr{IP: ip.AsSlice()}
	if ip.IsLinkLocalUnicast() {
		to.Zone = "eth0"
	}
	if err := sock.IPv6PacketConn().SetHopLimit(255); err != nil {
		return err
	}
	_, err = sock.WriteTo(b, to)
	return err
}

// BenchmarkRefuse refuses and accepts a virtual address of each family, as on a
// change of state.
func BenchmarkRefuse(b *testing.B) {
	_, h, _, index := lan(b)
	f := open(b, h, Options{})
	list := []Place{{netip.MustParseAddr("10.0.0.100"), index}, {netip.MustParseAddr("2001:db8::100"), index}}
	h.Do(func() error {
		for b.Loop() {
			if err := errors.Join(f.Refuse(list...), f.Accept(list...)); err != nil {
				return err
			}
		}
		return nil
	})
}
