package vip

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/netif"
)

func prefix(text string) netip.Prefix { return netip.MustParsePrefix(text) }

func addr(text string) netip.Addr { return netip.MustParseAddr(text) }

// somewhere is a host with eth0 (3), eth1 (4) and the VRF blue (table 10).
func somewhere() finder {
	return finder{func(name string) (int, error) {
		if n := strings.Index("eth0 eth1", name); n >= 0 {
			return 3 + n/5, nil
		}
		return 0, fmt.Errorf("no such interface: %s", name)
	}, func(vrf string) (uint32, error) {
		if vrf == "blue" {
			return 10, nil
		}
		return 0, fmt.Errorf("no such interface: %s", vrf)
	}}
}

// one is a route by one way.
func one(to string, h netif.Hop) netif.Route {
	return netif.Route{Type: unix.RTN_UNICAST, Destination: prefix(to), Protocol: netif.Origin, Hops: []netif.Hop{h}}
}

func with[T any](v T, change func(*T)) T { change(&v); return v }

func TestRoutes(t *testing.T) {
	plain := one("10.9.0.0/24", netif.Hop{Index: 3})
	untracked := with(plain, func(r *netif.Route) { r.Protocol = 0 }) // which is the same in the end
	six := one("2001:db8:9::/48", netif.Hop{Via: addr("2001:db8::1"), Index: 3})
	rows := []struct {
		line string
		want netif.Route
		err  string
	}{
		{"10.9.0.0/24 dev eth0", plain, ""},
		{"default via 10.0.0.9 dev eth0", one("0.0.0.0/0", netif.Hop{Via: addr("10.0.0.9"), Index: 3}), ""},
		{"10.9.0.0/24 via 10.0.0.9 no_track", with(untracked, func(r *netif.Route) { r.Hops = []netif.Hop{{Via: addr("10.0.0.9")}} }), ""},
		{"10.9.0.0/24 via 10.5.0.9 dev eth1 onlink", one("10.9.0.0/24", netif.Hop{Via: addr("10.5.0.9"), Index: 4, OnLink: true}), ""},
		{"src 10.0.0.100 to 10.9.0.0/24 dev eth0 tos 16 table 100 scope link metric 7 realms 5/6", with(plain, func(r *netif.Route) {
			r.Source, r.TOS, r.Table, r.Scope, r.Metric, r.Realms = addr("10.0.0.100"), 16, 100, new(uint8(253)), 7, netif.Realms{From: 5, To: 6}
		}), ""},
		{"10.9.0.0/24 dev eth0 scope global", with(plain, func(r *netif.Route) { r.Scope = new(uint8(0)) }), ""},
		{"10.9.0.0/24 dev eth0 protocol static no_track", with(plain, func(r *netif.Route) { r.Protocol = 4 }), ""},
		{"10.9.0.0/24 dev eth0 no_track", untracked, ""},
		{"10.9.0.0/24 dev eth0 vrf blue", with(plain, func(r *netif.Route) { r.Table = 10 }), ""},
		{"10.9.0.0/24 dev eth0 add", with(plain, func(r *netif.Route) { r.Operation = netif.Add }), ""},
		{"10.9.0.0/24 dev eth0 append", with(plain, func(r *netif.Route) { r.Operation = netif.Append }), ""},
		{"10.9.0.0/24 dev eth0 mtu lock 1400 rtt 100 rttvar 20 rto_min 200 window 5 congctl lock bbr quickack 1", with(plain, func(r *netif.Route) {
			r.Metrics = []netif.Metric{{ID: unix.RTAX_MTU, Value: 1400, Lock: true}, {ID: unix.RTAX_WINDOW, Value: 5}, {ID: unix.RTAX_RTT, Value: 100}, {ID: unix.RTAX_RTTVAR, Value: 20},
				{ID: unix.RTAX_RTO_MIN, Value: 200}, {ID: unix.RTAX_QUICKACK, Value: 1}}
			r.Congestion, r.CongestionLock = "bbr", true
		}), ""},
		{"10.9.0.0/24 dev eth0 rtt 100ms rttvar lock 20ms rto_min 1s", with(plain, func(r *netif.Route) {
			r.Metrics = []netif.Metric{{ID: unix.RTAX_RTT, Value: 800}, {ID: unix.RTAX_RTTVAR, Value: 80, Lock: true}, {ID: unix.RTAX_RTO_MIN, Value: 1000}}
		}), ""},
		{"blackhole 10.9.0.0/24 no_track", netif.Route{Type: unix.RTN_BLACKHOLE, Destination: prefix("10.9.0.0/24"), Operation: netif.Add}, ""},
		{"10.9.0.0/24 table 100 no_track nexthop via 10.0.0.8 dev eth0 weight 3 onlink nexthop via 10.1.0.8 dev eth1 realms 7", netif.Route{Type: unix.RTN_UNICAST, Destination: prefix("10.9.0.0/24"), Table: 100,
			Hops: []netif.Hop{{Via: addr("10.0.0.8"), Index: 3, Weight: 3, OnLink: true}, {Via: addr("10.1.0.8"), Index: 4, Weight: 1, Realms: netif.Realms{To: 7}}}}, ""},
		{"10.9.0.0/24 via 10.0.0.7 or 10.0.0.8 dev eth0", netif.Route{Type: unix.RTN_UNICAST, Destination: prefix("10.9.0.0/24"), Protocol: netif.Origin,
			Hops: []netif.Hop{{Via: addr("10.0.0.7"), Index: 3, Weight: 1}, {Via: addr("10.0.0.8"), Index: 3, Weight: 1}}}, ""},
		{"10.9.0.0/24 encap ip id 5 dst 10.0.0.1 ttl 9 tos 4 flags 1 dev eth0", one("10.9.0.0/24", netif.Hop{Index: 3, Encap: &netif.Encap{Kind: netif.EncapIP, ID: 5, Destination: addr("10.0.0.1"), TTL: 9, TOS: 4, Flags: 1}}), ""},
		{"10.9.0.0/24 via 10.0.0.9 dev eth0 encap mpls 5/6", one("10.9.0.0/24", netif.Hop{Via: addr("10.0.0.9"), Index: 3, Encap: &netif.Encap{Kind: netif.EncapMPLS, Labels: []uint32{5, 6}}}), ""},
		{"2001:db8:9::/48 via 2001:db8::1 dev eth0", six, ""},
		{"2001:db8:9::/48 from 2001:db8:8::/48 via 2001:db8::1 dev eth0 expires 60 pref high", with(six, func(r *netif.Route) {
			r.From, r.Expires, r.Pref = prefix("2001:db8:8::/48"), time.Minute, 1
		}), ""},
		{"2001:db8:9::/48 via 2001:db8::1 dev eth0 pref low", with(six, func(r *netif.Route) { r.Pref = 3 }), ""},
		{"2001:db8:9::/48 encap ila 1:2:3:4 dev eth0", one("2001:db8:9::/48", netif.Hop{Index: 3, Encap: &netif.Encap{Kind: netif.EncapILA, Locator: 0x0001000200030004}}), ""},
		{"2001:db8:9::/48 encap ip6 dst 2001:db8::7 hoplimit 3 tc 2 dev eth0", one("2001:db8:9::/48", netif.Hop{Index: 3, Encap: &netif.Encap{Kind: netif.EncapIP6, Destination: addr("2001:db8::7"), TTL: 3, TOS: 2}}), ""},

		{"10.9.0.0/24 dev eth9", netif.Route{}, "route 10.9.0.0/24: no such interface: eth9"},
		{"10.9.0.0/24 dev eth0 vrf red", netif.Route{}, "route 10.9.0.0/24: no such interface: red"},
		{"10.9.0.0/24 dev eth0 table small", netif.Route{}, "route 10.9.0.0/24: table small has no number on this host"},
	}
	for _, row := range rows {
		cfg, _ := conf.Read(strings.NewReader("vrrp_instance V {\nvirtual_routes {\n"+row.line+"\n}\n}\n"), "test.conf")
		if len(cfg.Instances) == 0 || len(cfg.Instances[0].Routes) == 0 {
			t.Errorf("%s: %v", row.line, cfg.Diagnostics)
			continue
		}
		got, err := routeOf(&cfg.Instances[0].Routes[0], somewhere())
		equal(t, row.line, got, row.want)
		equal(t, row.line, text(err), row.err)
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestRules(t *testing.T) {
	plain := netif.Rule{Family: netif.IPv4, Priority: 5, Action: unix.FR_ACT_TO_TBL, Table: 1, Protocol: netif.Origin}
	rows := []struct {
		line string
		want netif.Rule
		err  string
	}{
		{"table 1 preference 5", plain, ""},
		{"inet6 table 1 preference 5", with(plain, func(r *netif.Rule) { r.Family = netif.IPv6 }), ""},
		{"not from 10.1.0.0/24 to 10.2.0.0/16 table main preference 5", with(plain, func(r *netif.Rule) {
			r.Not, r.From, r.To, r.Table = true, prefix("10.1.0.0/24"), prefix("10.2.0.0/16"), 254
		}), ""},
		{"from 2001:db8::/64 table 1 preference 5", with(plain, func(r *netif.Rule) { r.Family, r.From = netif.IPv6, prefix("2001:db8::/64") }), ""},
		{"table 1 preference 5 tos 16 fwmark 5/0xff realms 1/2 iif eth0 oif eth1 tunnel-id 7", with(plain, func(r *netif.Rule) {
			r.TOS, r.Mark, r.Realms, r.Input, r.Output, r.TunnelID = 16, &netif.Mark{Value: 5, Mask: 255}, netif.Realms{From: 1, To: 2}, "eth0", "eth1", 7
		}), ""},
		{"table 1 preference 5 suppress_prefixlength 0 suppress_ifgroup default", with(plain, func(r *netif.Rule) { r.SuppressPrefix, r.SuppressGroup = new(uint32(0)), new(uint32(0)) }), ""},
		{"table 1 preference 5 uidrange 5-10 ipproto tcp sport 5 dport 6-7", with(plain, func(r *netif.Rule) {
			r.UIDs, r.Transport, r.SourcePorts, r.DestPorts = &netif.UIDRange{First: 5, Last: 10}, 6, netif.PortRange{First: 5, Last: 5}, netif.PortRange{First: 6, Last: 7}
		}), ""},
		{"preference 5 l3mdev", with(plain, func(r *netif.Rule) { r.Table, r.L3MDev = 0, true }), ""},
		{"preference 5 goto 10", with(plain, func(r *netif.Rule) { r.Table, r.Action, r.Target = 0, unix.FR_ACT_GOTO, 10 }), ""},
		{"preference 5 nop", with(plain, func(r *netif.Rule) { r.Table, r.Action = 0, unix.FR_ACT_NOP }), ""},
		{"preference 5 type blackhole", with(plain, func(r *netif.Rule) { r.Table, r.Action = 0, unix.FR_ACT_BLACKHOLE }), ""},
		{"preference 5 type unreachable", with(plain, func(r *netif.Rule) { r.Table, r.Action = 0, unix.FR_ACT_UNREACHABLE }), ""},
		{"preference 5 type prohibit", with(plain, func(r *netif.Rule) { r.Table, r.Action = 0, unix.FR_ACT_PROHIBIT }), ""},
		{"table 1 preference 5 protocol 4 no_track", with(plain, func(r *netif.Rule) { r.Protocol = 4 }), ""},
		{"table blue preference 5", netif.Rule{}, "rule 5: table blue has no number on this host"},
	}
	r := &rig{t: t}
	for _, row := range rows {
		cfg := r.read("", "virtual_ipaddress {\n10.0.0.100/24\n}\nvirtual_rules {\n"+row.line+"\n}")
		got, err := ruleOf(&cfg.Instances[0].Rules[0])
		equal(t, row.line, got, row.want)
		equal(t, row.line, text(err), row.err)
	}
}

// TestStrange: what no configuration holds is an error, and no route.
func TestStrange(t *testing.T) {
	for _, r := range []conf.Route{{Type: "strange"}, {Pref: "strange"}, {Interface: "eth0", Encap: &conf.Encap{Kind: "strange"}}, {TOS: conf.Ident{Text: "256", ID: 256, Known: true}}} {
		r.Destination = prefix("10.0.0.0/8")
		if r.Type == "" {
			r.Type = "unicast"
		}
		if got, err := routeOf(&r, somewhere()); err == nil {
			t.Errorf("%+v became %+v", r, got)
		}
	}
	if got, err := ruleOf(&conf.Rule{Action: "strange", SuppressPrefix: -1}); err == nil {
		t.Errorf("it became %+v", got)
	}
}

func TestAddresses(t *testing.T) {
	rows := []struct {
		line string
		want netif.Address
	}{
		{"10.0.0.1", netif.Address{Prefix: prefix("10.0.0.1/32")}},
		{"10.0.0.1/24 brd + label eth0:1 scope link", netif.Address{Prefix: prefix("10.0.0.1/24"), Broadcast: addr("10.0.0.255"), Label: "eth0:1", Scope: 253}},
		{"10.0.0.1 peer 10.0.0.2 noprefixroute", netif.Address{Prefix: prefix("10.0.0.1/32"), Peer: addr("10.0.0.2"), NoPrefixRoute: true}},
		{"2001:db8::1", netif.Address{Prefix: prefix("2001:db8::1/128"), Preferred: netif.Never}},
		{"2001:db8::1 preferred_lft forever", netif.Address{Prefix: prefix("2001:db8::1/128"), Preferred: netif.Forever}},
		{"2001:db8::1/64", netif.Address{Prefix: prefix("2001:db8::1/64"), Preferred: netif.Forever}},
		{"2001:db8::1/64 preferred_lft 0", netif.Address{Prefix: prefix("2001:db8::1/64"), Preferred: netif.Never}},
		{"2001:db8::1/64 preferred_lft 60 home -nodad mngtmpaddr autojoin", netif.Address{Prefix: prefix("2001:db8::1/64"), Preferred: time.Minute, Home: true, DAD: true, ManageTemp: true, AutoJoin: true}},
	}
	r := &rig{t: t}
	for _, row := range rows {
		cfg := r.read("", "virtual_ipaddress {\n10.0.0.100/24\n}\nvirtual_ipaddress_excluded {\n"+row.line+"\n}")
		equal(t, row.line, addressOf(&cfg.Instances[0].Excluded[0]), row.want)
	}
}
