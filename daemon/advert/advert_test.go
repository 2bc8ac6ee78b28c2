package advert

import (
	"net/netip"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

var (
	us    = netip.MustParseAddr("192.168.0.1")
	them  = netip.MustParseAddr("192.168.0.2")
	group = netip.MustParseAddr("224.0.0.18")
	noon  = time.Unix(0x68000000, int64(time.Second/2))
)

// instance is a virtual router of version 2, multicast, after change.
func instance(change func(*conf.Instance)) *conf.Instance {
	i := &conf.Instance{Name: "V", Family: conf.IPv4, VRID: 51, Priority: 100, Version: 2, AdvertInt: time.Second,
		MulticastGroup: group, Unicast: conf.Unicast{TTL: 255}}
	i.Addresses = vips("192.168.0.5/24")
	if change != nil {
		change(i)
	}
	return i
}

func vips(list ...string) (out []conf.Address) {
	for _, a := range list {
		out = append(out, conf.Address{Prefix: netip.MustParsePrefix(a)})
	}
	return out
}

// router is a checker and a sender of one virtual router.
func router(t testing.TB, i *conf.Instance) (*Checker, *Sender) {
	t.Helper()
	c, err := NewChecker(i)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSender(i, c)
	if err != nil {
		t.Fatal(err)
	}
	return c, s
}

const secret = "hex:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

func sign(i *conf.Instance) {
	i.HMAC = &conf.AuthHMAC{Keys: []conf.HMACKey{{ID: 1, Value: secret}}, ActiveKey: 1, AntiReplay: "time", TimeWindow: 5 * time.Second, Mode: "enforce"}
}

func version3(i *conf.Instance) { i.Version = 3 }

func ipv6(i *conf.Instance) {
	i.Version, i.Family = 3, conf.IPv6
	i.MulticastGroup = netip.MustParseAddr("ff02::12")
	i.Addresses = vips("fe80::100/64", "2001:db8::5/64")
}

func unicast(i *conf.Instance) {
	i.MulticastGroup = netip.Addr{}
	i.UnicastPeers = []conf.UnicastPeer{{Address: us, MinTTL: -1, MaxTTL: -1}, {Address: them, MinTTL: -1, MaxTTL: -1}}
}

func all(changes ...func(*conf.Instance)) func(*conf.Instance) {
	return func(i *conf.Instance) {
		for _, f := range changes {
			if f != nil {
				f(i)
			}
		}
	}
}

// kinds are the ways to advertise.
var kinds = []struct {
	name   string
	change func(*conf.Instance)
}{
	{"v2", nil},
	{"PASS", func(i *conf.Instance) { i.AuthType, i.AuthPass = 1, "1111" }},
	{"AH", func(i *conf.Instance) { i.AuthType, i.AuthPass = 2, "1111" }},
	{"v3", version3},
	{"v3 plain", all(version3, func(i *conf.Instance) { i.V3ChecksumAsV2 = true })},
	{"IPv6", ipv6},
	{"v2 unicast", unicast},
	{"v3 unicast", all(version3, unicast)},
	{"v3 old", all(version3, unicast, func(i *conf.Instance) { i.Unicast.OldChecksum = "always" })},
	{"v2 signed", sign},
	{"v3 signed", all(version3, sign)},
	{"v3 signed unicast", all(version3, unicast, sign)},
	{"IPv6 signed", all(ipv6, sign)},
}

// send is a packet of s from src, as a receiver has it.
func send(t testing.TB, s *Sender, src netip.Addr, prio int, now time.Time) Packet {
	t.Helper()
	dst := s.conf.MulticastGroup
	if !dst.IsValid() {
		dst = us
	}
	if s.conf.Family == conf.IPv6 {
		src = netip.MustParseAddr("fe80::2")
		return IPv6(src, dst, TTL, s.Append(nil, src, dst, TTL, prio, now))
	}
	p, err := ParseIPv4(s.Append(nil, src, dst, TTL, prio, now))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestRoundTrip has each kind of router hear another one of its kind.
func TestRoundTrip(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			i := instance(k.change)
			c, _ := router(t, i)
			_, s := router(t, i)
			for n := range 3 {
				p := send(t, s, them, 200, noon.Add(time.Duration(n)*time.Second))
				h, err := c.Check(&p, noon)
				if err != nil {
					t.Fatal(err)
				}
				if h.Priority != 200 || h.Interval != time.Second || h.Source != p.Source {
					t.Errorf("heard %+v", h)
				}
			}
		})
	}
}

// TestAllocations: neither way allocates, sound or not.
func TestAllocations(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			i := instance(k.change)
			c, _ := router(t, i)
			_, s := router(t, i)
			dst, src := i.MulticastGroup, them
			if !dst.IsValid() {
				dst = us
			}
			if i.Family == conf.IPv6 {
				src = netip.MustParseAddr("fe80::2")
			}
			b, now := make([]byte, 0, 2048), noon
			var failed error
			got := testing.AllocsPerRun(100, func() {
				now = now.Add(time.Second)
				b = s.Append(b[:0], src, dst, TTL, 200, now)
				var p Packet
				if i.Family == conf.IPv6 {
					p = IPv6(src, dst, TTL, b)
				} else if p, failed = ParseIPv4(b); failed != nil {
					return
				}
				_, failed = c.Check(&p, now)
				p.msg[2]++ // and once more, with a wrong checksum
				_, _ = c.Check(&p, now)
			})
			if failed != nil {
				t.Fatal(failed)
			}
			if got != 0 {
				t.Errorf("%v allocations for one advert", got)
			}
		})
	}
}
