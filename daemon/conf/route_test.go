package conf

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestRouteLines(t *testing.T) {
	testLines(t, "virtual_routes", "", slices.Concat(asWritten(`
		10.1.0.0/24 dev eth0
		10.1.0.1 dev eth0
		2001:db8::/64 dev eth0
		0.0.0.0/0 via 10.0.0.5 dev eth0
		::/0 via fe80::1 dev eth0
		blackhole 10.1.0.0/24 no_track
		unreachable 10.1.0.0/24 no_track
		local 10.1.0.0/24 dev lo
		10.1.0.0/24 src 10.0.0.9 via 10.0.0.5 dev eth0
		2001:db8::/64 from 2001:db8:1::/64 dev eth0
		10.1.0.0/24 tos 0x10 dev eth0
		10.1.0.0/24 table 100 dev eth0
		10.1.0.0/24 table main dev eth0
		10.1.0.0/24 table blue dev eth0
		10.1.0.0/24 vrf blue dev eth0
		10.1.0.0/24 scope link dev eth0
		10.1.0.0/24 metric 5 dev eth0
		10.1.0.0/24 via 10.0.0.5 dev eth0 onlink
		10.1.0.0/24 dev eth0 encap ip id 5
		10.1.0.0/24 dev eth0 encap ip id 5 dst 10.0.0.9 src 10.0.0.8 tos 4 ttl 3 flags 1
		10.1.0.0/24 dev eth0 encap ip6 dst 2001:db8::9 tc 4 hoplimit 3
		10.1.0.0/24 dev eth0 encap mpls 100/200
		2001:db8::/64 dev eth0 encap ila 1:2:3:ffff
		2001:db8::/64 dev eth0 expires 100
		10.1.0.0/24 dev eth0 realms 5
		10.1.0.0/24 dev eth0 realms red/6
		2001:db8::/64 dev eth0 pref high
		10.1.0.0/24 dev eth0 ttl-propagate disabled
		10.1.0.0/24 dev eth0 features ecn
		10.1.0.0/24 dev eth0 congctl lock cubic
		10.1.0.0/24 dev eth0 append
		10.1.0.0/24 dev eth0 add
		10.1.0.0/24 protocol bird dev eth0 no_track
		10.1.0.0/24 protocol 5 no_track
		10.1.0.0/24 dev eth0 mtu lock 1400 hoplimit 64 advmss 1300 rtt lock 5 rttvar 500ms
		10.1.0.0/24 dev eth0 reordering 5 window 6 cwnd 7 ssthresh lock 8 rto_min lock 200ms
		10.1.0.0/24 dev eth0 initcwnd 5 initrwnd 6 quickack 1 fastopen_no_cookie 0
		10.1.0.0/24 no_track nexthop via 10.0.0.5 dev eth0 nexthop via 10.0.0.6 dev eth1 weight 256 onlink
		10.1.0.0/24 dev eth0 nexthop via 10.0.0.5 encap mpls 100 realms 1/2 nexthop dev eth1
	`), []lineRow{
		{"to 10.1.0.0/24 dev eth0", "10.1.0.0/24 dev eth0", ""},
		{"src 10.0.0.9 to 10.1.0.0/24 via inet 10.0.0.5 oif eth0", "10.1.0.0/24 src 10.0.0.9 via 10.0.0.5 dev eth0", ""},
		{"unicast 10.1.0.0/24 dev eth0", "10.1.0.0/24 dev eth0", ""},
		{"default dev eth0", "0.0.0.0/0 dev eth0", ""},
		{"all dev eth0", "0.0.0.0/0 dev eth0", ""},
		{"default6 dev eth0", "::/0 dev eth0", ""},
		{"inet6 to default dev eth0", "::/0 dev eth0", ""},
		{"inet6 metric 3 default dev eth0", "::/0 metric 3 dev eth0", ""},
		{"inet blackhole 10.1.0.0/24 no_track", "blackhole 10.1.0.0/24 no_track", ""},
		{"inet default dev eth0", "", "2:6: error: default is not taken for a destination directly behind inet; the route is passed over; write inet to default [missing-argument]"},
		{"inet 10.1.0.0/24 dev eth0", "", "2:6: error: 10.1.0.0/24 is not taken for a destination directly behind inet; the route is passed over; write inet to 10.1.0.0/24 [missing-argument]"},
		{"default via fe80::1 dev eth0", "::/0 via fe80::1 dev eth0", ""},
		{"10.1.0.0/24 dev eth0 dsfield 16 priority 5 prepend", "10.1.0.0/24 tos 16 metric 5 dev eth0", ""},
		{"10.1.0.0/24 dev eth0 protocol 18", "10.1.0.0/24 dev eth0", ""},
		{"10.1.0.0/24 dev eth0 rtt 1.5s", "10.1.0.0/24 dev eth0 rtt 1500ms", ""},
		{"add blackhole 10.1.0.0/24 no_track", "blackhole 10.1.0.0/24 no_track", ""},

		{"10.1.0.0/24 via 10.0.0.5", "10.1.0.0/24 via 10.0.0.5 protocol 18 no_track", `2:1: error: the route has no dev: its loss would not be noticed; add dev INTERFACE, or no_track if that is meant [not-tracked]`},
		{"10.1.0.0/24 dev eth0 protocol 5", "10.1.0.0/24 dev eth0", `2:22: error: the loss of a route is noticed by its protocol 18; 5 is passed over [no-effect]`},
		{"via 10.0.0.5 dev eth0", "", `2:1: error: DESTINATION in virtual_routes is missing [missing-argument]`},
		{"blackhole", "", `2:1: error: blackhole needs a destination behind it; the route is passed over [missing-argument]`},
		{"10.1.0 dev eth0", "", `2:1: error: "10.1.0" is not an IP address; the line is passed over [bad-address]`},
		{"10.1.0.0/33 dev eth0", "10.1.0.0 dev eth0", `2:1: error: prefix length "33" of 10.1.0.0 is not a number from 0 to 32; /32 is used [out-of-range]`},
		{"10.1.0.5/24 dev eth0", "10.1.0.5/24 dev eth0", `2:1: warning: 10.1.0.5/24 has bits behind its prefix: the kernel refuses such a route; write 10.1.0.0/24 [bad-address]`},
		{"10.1.0.0/24 device eth0", "", `2:13: error: unknown word "device" in virtual_routes [unknown-keyword]
2:20: error: unknown word "eth0" in virtual_routes [unknown-keyword]`},
		{"10.1.0.0/24 dev", "", `2:13: error: dev needs a word behind it; the route is passed over [missing-argument]`},
		{"10.1.0.0/24 via x dev eth0", "", `2:17: error: via "x" is not an IP address; the route is passed over [bad-address]`},
		{"10.1.0.0/24 via inet6 10.0.0.5 dev eth0", "", `2:23: error: 10.0.0.5 is not an address of inet6; the route is passed over [wrong-family]`},
		{"10.1.0.0/24 via 2001:db8::1 dev eth0", "", `2:1: error: the addresses of a route are to be of one family; the route is passed over [wrong-family]`},
		{"inet6 to 10.1.0.0/24 dev eth0", "", `2:1: error: the addresses of a route are to be of one family; the route is passed over [wrong-family]`},
		{"10.1.0.0/24 from 10.0.0.0/8 dev eth0", "", `2:18: error: routes by sender are possible for IPv6 only; the route is passed over [wrong-family]`},
		{"10.1.0.0/24 gw 10.0.0.5 dev eth0", "10.1.0.0/24 via 10.0.0.5 dev eth0", `2:13: error: gw is deprecated; write via [deprecated-keyword]`},
		{"10.1.0.0/24 via 10.0.0.5 or 10.0.0.6 dev eth0", "10.1.0.0/24 dev eth0 nexthop via 10.0.0.5 nexthop via 10.0.0.6", `2:26: error: or is deprecated; write nexthop via A nexthop via B [deprecated-keyword]`},
		{"10.1.0.0/24 via 10.0.0.5 or 10.0.0.6 dev eth0 nexthop via 10.0.0.7", "", `2:26: error: or is deprecated; write nexthop via A nexthop via B [deprecated-keyword]
2:1: error: or and nexthop exclude each other; the route is passed over [misplaced-keyword]`},
		{"10.1.0.0/24 dev eth0 as to 10.0.0.7", "10.1.0.0/24 dev eth0", `2:22: error: as is for MPLS routes only, which there are none of here; it is passed over [no-effect]`},
		{"10.1.0.0/24 dev eth0 tos 256", "", `2:26: error: TOS "256" is neither a name nor a number from 0 to 255; the route is passed over [out-of-range]`},
		{"10.1.0.0/24 dev eth0 table 4294967296", "", `2:28: error: routing table "4294967296" is neither a name nor a number from 0 to 4294967295; the route is passed over [out-of-range]`},
		{"10.1.0.0/24 dev eth0 metric x", "", `2:29: error: metric "x" is not a number from 0 to 4294967295; the route is passed over [out-of-range]`},
		{"10.1.0.0/24 dev eth0 mtu lock", "", `2:26: error: mtu lock needs a number behind it; the route is passed over [missing-argument]`},
		{"10.1.0.0/24 dev eth0 hoplimit lock 5", "", `2:31: error: hoplimit cannot be locked; the route is passed over [bad-choice]`},
		{"10.1.0.0/24 dev eth0 hoplimit 256", "", `2:31: error: hoplimit "256" is not a number from 0 to 255; the route is passed over [out-of-range]`},
		{"10.1.0.0/24 dev eth0 rtt 5us", "", `2:26: error: rtt "5us" is not a number from 0 to 4294967295; the route is passed over [out-of-range]`},
		{"10.1.0.0/24 dev eth0 quickack 2", "", `2:31: error: quickack "2" is not a number from 0 to 1; the route is passed over [out-of-range]`},
		{"10.1.0.0/24 dev eth0 features foo", "10.1.0.0/24 dev eth0", `2:31: error: feature "foo" is not known; it is passed over [bad-choice]`},
		{"10.1.0.0/24 dev eth0 expires 5", "", `2:22: error: expires is for IPv6 routes; the route is passed over [wrong-family]`},
		{"2001:db8::/64 dev eth0 realms 5", "", `2:24: error: realms is for IPv4 routes; the route is passed over [wrong-family]`},
		{"10.1.0.0/24 dev eth0 realms 5/", "", `2:29: error: realms "5/" lacks a realm; the route is passed over [missing-argument]`},
		{"2001:db8::/64 dev eth0 pref hihg", "", `2:29: error: pref "hihg" is none of low, medium, high; did you mean "high"? [bad-choice]`},
		{"10.1.0.0/24 dev eth0 encap", "", `2:22: error: encap needs a word behind it; the route is passed over [missing-argument]`},
		{"10.1.0.0/24 dev eth0 encap gre", "", `2:28: error: encap "gre" is none of ip, ip6, mpls, ila; the route is passed over [bad-choice]`},
		{"10.1.0.0/24 dev eth0 encap ip ttl 5", "", `2:28: error: encap ip needs dst or id; the route is passed over [missing-argument]`},
		{"10.1.0.0/24 dev eth0 encap mpls 1048576", "", `2:33: error: encap mpls: "1048576" is not a label from 0 to 1048575; the route is passed over [out-of-range]`},
		{"10.1.0.0/24 dev eth0 encap ila 1:2:3", "", `2:32: error: encap ila: "1:2:3" is not a locator of four groups; the route is passed over [bad-number]`},
		{"10.1.0.0/24 dev eth0 encap mpls", "", `2:28: error: encap mpls needs a word behind it; the route is passed over [missing-argument]`},
		{"10.1.0.0/24 dev eth0 encap mpls 1048575", "10.1.0.0/24 dev eth0 encap mpls 1048575", ""},
		{"10.1.0.0/24 dev eth0 encap ila x", "", `2:32: error: encap ila: "x" is not a locator of four groups; the route is passed over [bad-number]`},
		{"10.1.0.0/24 dev eth0 encap ip id", "", `2:31: error: id needs a word behind it; the route is passed over [missing-argument]`},
		{"10.1.0.0/24 dev eth0 encap ip id x", "", `2:34: error: encap ip: id "x" is wrong: strconv.ParseUint: parsing "x": invalid syntax; the route is passed over [bad-number]`},
		{"10.1.0.0/24 dev eth0 encap ip dst 2001:db8::1", "", `2:35: error: encap ip: dst "2001:db8::1" is wrong: not of the tunnel's family; the route is passed over [bad-number]`},
		{"10.1.0.0/24 dev eth0 congctl lock", "", `2:30: error: congctl lock needs a name behind it; the route is passed over [missing-argument]`},
		{"10.1.0.0/24 dev eth0 nexthop via 10.0.0.5 weight 0", "", `2:50: error: weight "0" of a next hop is not a number from 1 to 256; the route is passed over [out-of-range]`},
		{"10.1.0.0/24 dev eth0 nexthop via 10.0.0.5 weight 1", "10.1.0.0/24 dev eth0 nexthop via 10.0.0.5", ""},
		{"10.1.0.0/24 gw 10.0.0.5 dev eth0 mtu x", "", `2:13: error: gw is deprecated; write via [deprecated-keyword]
2:38: error: mtu "x" is not a number from 0 to 4294967295; the route is passed over [out-of-range]`},
		{"10.1.0.0/24 gw 10.0.0.5 dev /", "", `2:13: error: gw is deprecated; write via [deprecated-keyword]
2:29: error: "/" cannot be the name of an interface: that has 1 to 15 letters; the route is passed over [bad-text]`},
		{"10.1.0.0/24 gw 10.0.0.5 no_track vrf /", "", `2:13: error: gw is deprecated; write via [deprecated-keyword]
2:38: error: "/" cannot be the name of an interface: that has 1 to 15 letters; the route is passed over [bad-text]`},
		{"2001:db8::/64 gw 2001:db8::1 dev eth0 pref x", "", `2:15: error: gw is deprecated; write via [deprecated-keyword]
2:44: error: pref "x" is none of low, medium, high [bad-choice]`},
		{"10.1.0.0/24 gw 10.0.0.5 no_track nexthop dev /", "", `2:13: error: gw is deprecated; write via [deprecated-keyword]
2:46: error: "/" cannot be the name of an interface: that has 1 to 15 letters; the route is passed over [bad-text]`},
		{"10.1.0.0/24 dev eth0 nexthop via 10.0.0.5 weight 257", "", `2:50: error: weight "257" of a next hop is not a number from 1 to 256; the route is passed over [out-of-range]`},
		{"10.1.0.0/24 dev eth0 nexthop via", "", `2:30: error: via of a next hop needs a word behind it; the route is passed over [missing-argument]`},
		{"10.1.0.0/24 dev eth0 nexthop via 10.0.0.5 metric 5", "10.1.0.0/24 dev eth0 nexthop via 10.0.0.5", `2:43: error: metric stands behind the next hops, where nothing else may; it is passed over [misplaced-keyword]`},
		{"10.1.0.0/24 dev eth0 track_group G", "", `2:22: error: track_group is for static routes; it is passed over [misplaced-keyword]`},
	}))
}

func TestStaticRouteLines(t *testing.T) {
	testLines(t, "static_routes", "track_group G { }", append(asWritten("10.1.0.0/24 dev eth0 track_group G"), []lineRow{
		{"10.1.0.0/24 track_group G", "10.1.0.0/24 protocol 18 no_track", `2:1: error: the route has no dev: its loss would not be noticed; add dev INTERFACE, or no_track if that is meant [not-tracked]
2:13: error: a route without dev is in no track_group; that is passed over [not-tracked]`},
		{"10.1.0.0/24 dev eth0 track_group G track_group G", "", `2:36: error: track_group stands twice; G is passed over [repeated-keyword]`},
		{"10.1.0.0/24 dev eth0 track_group H", "10.1.0.0/24 dev eth0", `2:34: error: track_group: there is no track_group H; it is passed over [unknown-name]`},
		{"10.1.0.0/24 dev eth0 track_group G no_track", "10.1.0.0/24 dev eth0 no_track track_group G", `2:22: warning: no_track stands beside track_group, which has no effect [no-effect]`},
	}...))
}

func TestRouteValues(t *testing.T) {
	_, o, _ := lineFile(t, in("virtual_routes", "10.1.0.0/24 dev eth0 table local protocol static no_track scope host metric 7 mtu lock 1400 rtt 1s\n"+
		"throw default no_track\n2001:db8::/64 expires 90 dev eth0 encap ila 1:0:0:1 table t5\n10.2.0.0/24 no_track nexthop via 10.0.0.5 nexthop dev eth1 weight 3 realms 7"))
	want := []Route{
		{Type: "unicast", Destination: netip.MustParsePrefix("10.1.0.0/24"), Interface: "eth0", Table: Ident{"local", 255, true}, Protocol: Ident{"static", 4, true},
			Scope: Ident{"host", 254, true}, Metric: 7, Operation: "prepend", NoTrack: true,
			Metrics: []Metric{{Name: "mtu", ID: 2, Value: 1400, Lock: true}, {Name: "rtt", ID: 4, Value: 1000, Millis: true}}},
		{Type: "throw", Destination: netip.MustParsePrefix("0.0.0.0/0"), Operation: "add", NoTrack: true},
		{Type: "unicast", Destination: netip.MustParsePrefix("2001:db8::/64"), Interface: "eth0", Expires: 90 * time.Second, Operation: "prepend",
			Protocol: Ident{"18", 18, true}, Table: Ident{"t5", 0, false}, Encap: &Encap{Kind: "ila", Locator: 1<<48 | 1}},
		{Type: "unicast", Destination: netip.MustParsePrefix("10.2.0.0/24"), Operation: "prepend", NoTrack: true, NextHops: []NextHop{
			{Via: netip.MustParseAddr("10.0.0.5"), Weight: 1}, {Interface: "eth1", Weight: 3, Realms: Realms{To: Ident{"7", 7, true}}}}},
	}
	if diff := cmp.Diff(want, o.Routes, cmpopts.IgnoreTypes(Origin{}), cmpopts.IgnoreUnexported(Route{}), cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
