package netif

import (
	"errors"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/internal/testnet"
)

// routed is a host with addresses of both families on eth0 and lo up.
func routed(t *testing.T) *testnet.Host {
	t.Helper()
	_, h, _ := pair(t)
	h.Address("2001:db8::1/64", true)
	return h
}

// TestRoute adds a route twice, compares what the kernel has with it, and
// removes it twice.
func TestRoute(t *testing.T) {
	const eth, lo = -1, 1 // eth stands for eth0's index
	gateway := func(ip string) []Hop { return []Hop{{Via: addr(ip), Index: eth}} }
	rows := []struct {
		name string
		add  Route
		want func(*Route) // what the kernel has in place of a zero value
	}{
		{"gateway", Route{Destination: prefix("10.1.0.0/16"), Hops: gateway("10.0.0.7")}, nil},
		{"default", Route{Destination: prefix("0.0.0.0/0"), Hops: gateway("10.0.0.7")}, nil},
		{"on the link", Route{Destination: prefix("10.1.0.0/16"), Hops: []Hop{{Index: eth}}}, nil},
		{"scope", Route{Destination: prefix("10.1.0.0/16"), Hops: []Hop{{Index: eth}}, Scope: new(uint8(unix.RT_SCOPE_UNIVERSE))}, nil},
		{"source", Route{Destination: prefix("10.1.0.0/16"), Hops: gateway("10.0.0.7"), Source: addr("10.0.0.1")}, nil},
		{"table, metric, tos", Route{Destination: prefix("10.1.0.0/16"), Hops: gateway("10.0.0.7"), Table: 1000, Metric: 5, TOS: 0x10}, nil},
		{"protocol", Route{Destination: prefix("10.1.0.0/16"), Hops: gateway("10.0.0.7"), Protocol: 99}, nil},
		{"realms", Route{Destination: prefix("10.1.0.0/16"), Hops: gateway("10.0.0.7"), Realms: Realms{3, 4}}, nil},
		{"onlink", Route{Destination: prefix("10.1.0.0/16"), Hops: []Hop{{Via: addr("10.77.0.7"), Index: eth, OnLink: true}}}, nil},
		{"gateway of the other family", Route{Destination: prefix("10.1.0.0/16"), Hops: gateway("2001:db8::7")}, nil},
		{"metrics", Route{Destination: prefix("10.1.0.0/16"), Hops: gateway("10.0.0.7"), Congestion: "reno", Metrics: []Metric{
			{unix.RTAX_MTU, 1400, true}, {unix.RTAX_WINDOW, 9000, false}, {unix.RTAX_RTT, 800, false}, {unix.RTAX_RTTVAR, 120, false},
			{unix.RTAX_SSTHRESH, 10, false}, {unix.RTAX_CWND, 8, true}, {unix.RTAX_ADVMSS, 1300, false}, {unix.RTAX_REORDERING, 5, false},
			{unix.RTAX_HOPLIMIT, 9, false}, {unix.RTAX_INITCWND, 5, false}, {unix.RTAX_FEATURES, 1, false}, {unix.RTAX_RTO_MIN, 250, false},
			{unix.RTAX_INITRWND, 6, false}, {unix.RTAX_QUICKACK, 1, false}, {unix.RTAX_FASTOPEN_NO_COOKIE, 1, false}}}, nil},
		{"locked congestion control", Route{Destination: prefix("10.1.0.0/16"), Hops: gateway("10.0.0.7"), Congestion: "reno", CongestionLock: true}, nil},
		{"multipath", Route{Destination: prefix("10.1.0.0/16"), Hops: []Hop{{Via: addr("10.0.0.7"), Index: eth, Weight: 3, Realms: Realms{0, 5}, OnLink: true}, {Via: addr("10.0.0.8"), Index: eth, Weight: 256}}}, nil},
		{"blackhole", Route{Type: unix.RTN_BLACKHOLE, Destination: prefix("10.1.0.0/16")}, nil},
		{"unreachable", Route{Type: unix.RTN_UNREACHABLE, Destination: prefix("10.1.0.0/16"), Metric: 7}, nil},
		{"prohibit", Route{Type: unix.RTN_PROHIBIT, Destination: prefix("10.1.0.0/16")}, nil},
		{"throw", Route{Type: unix.RTN_THROW, Destination: prefix("10.1.0.0/16"), Table: 100}, nil},
		{"local", Route{Type: unix.RTN_LOCAL, Destination: prefix("10.1.0.0/16"), Hops: []Hop{{Index: lo}}, Table: unix.RT_TABLE_LOCAL}, nil},
		{"broadcast", Route{Type: unix.RTN_BROADCAST, Destination: prefix("10.1.255.255/32"), Hops: []Hop{{Index: eth}}}, nil},
		{"multicast", Route{Type: unix.RTN_MULTICAST, Destination: prefix("239.0.0.0/8"), Hops: []Hop{{Index: eth}}}, nil},
		{"tunnel", Route{Destination: prefix("10.1.0.0/16"), Hops: []Hop{{Index: eth, Via: addr("10.0.0.7"),
			Encap: &Encap{Kind: EncapIP, ID: 7, Destination: addr("192.0.2.1"), Source: addr("192.0.2.2"), TTL: 9, TOS: 4}}}}, nil},

		{"IPv6 gateway", Route{Destination: prefix("2001:db8:1::/48"), Hops: gateway("fe80::7")}, nil},
		{"IPv6 default", Route{Destination: prefix("::/0"), Hops: gateway("2001:db8::7"), Metric: 5}, nil},
		{"IPv6 on the link", Route{Destination: prefix("2001:db8:1::/48"), Hops: []Hop{{Index: eth}}, Table: 1000}, nil},
		{"IPv6 from", Route{Destination: prefix("2001:db8:1::/48"), From: prefix("2001:db8::/64"), Hops: gateway("fe80::7")}, nil},
		{"IPv6 source", Route{Destination: prefix("2001:db8:1::/48"), Source: addr("2001:db8::1"), Hops: gateway("fe80::7")}, nil},
		{"IPv6 preference, expiry", Route{Destination: prefix("2001:db8:1::/48"), Hops: gateway("fe80::7"), Pref: 1, Expires: time.Hour}, nil},
		{"IPv6 metrics", Route{Destination: prefix("2001:db8:1::/48"), Hops: gateway("fe80::7"), Metrics: []Metric{{unix.RTAX_MTU, 1400, false}, {unix.RTAX_HOPLIMIT, 9, false}}}, nil},
		{"IPv6 multipath", Route{Destination: prefix("2001:db8:1::/48"), Hops: []Hop{{Via: addr("fe80::7"), Index: eth, Weight: 2}, {Via: addr("fe80::8"), Index: eth, Weight: 1}}}, nil},
		{"IPv6 unreachable", Route{Type: unix.RTN_UNREACHABLE, Destination: prefix("2001:db8:1::/48")}, func(r *Route) { r.Hops = []Hop{{Index: lo}} }},
		{"IPv6 tunnel", Route{Destination: prefix("2001:db8:1::/48"), Hops: []Hop{{Index: eth, Via: addr("fe80::7"),
			Encap: &Encap{Kind: EncapIP6, ID: 7, Destination: addr("2001:db8:9::1"), TTL: 9}}}}, nil},
	}
	h := routed(t)
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			with(t, h, func(c *Conn, link *Link) error {
				for n := range row.add.Hops {
					if row.add.Hops[n].Index == eth {
						row.add.Hops[n].Index = link.Index
					}
				}
				want := row.add.withDefaults()
				want.Metric = want.metric()
				if row.want != nil {
					row.want(&want)
				}
				if err := errors.Join(c.AddRoute(row.add), c.AddRoute(row.add)); err != nil {
					return err
				}
				got, err := c.routes(want.Protocol, FamilyOf(want.Destination.Addr()))
				for n := range got {
					got[n].Expires = got[n].Expires.Round(time.Minute)
				}
				if d := diff([]Route{want}, got); d != "" {
					t.Errorf("added (-want +got)\n%s", d)
				}
				err = errors.Join(err, c.RemoveRoute(row.add), c.RemoveRoute(row.add))
				if left, _ := c.routes(want.Protocol, FamilyOf(want.Destination.Addr())); len(left) > 0 {
					t.Errorf("left: %+v", left)
				}
				return err
			})
		})
	}
}

// TestRouteOfOthers: a route of somebody else in the same place is no success,
// and stays.
func TestRouteOfOthers(t *testing.T) {
	h := routed(t)
	for _, row := range []struct{ name, destination, via, other string }{
		{"IPv4", "10.5.0.0/16", "10.0.0.7", "10.0.0.8"}, {"IPv6", "2001:db8:5::/48", "2001:db8::7", "2001:db8::8"},
	} {
		t.Run(row.name, func(t *testing.T) {
			with(t, h, func(c *Conn, eth *Link) error {
				theirs := &netlink.Route{Dst: ipnet(row.destination), Gw: addr(row.other).AsSlice(), LinkIndex: eth.Index, Protocol: unix.RTPROT_STATIC}
				if err := netlink.RouteAdd(theirs); err != nil {
					return err
				}
				r := Route{Destination: prefix(row.destination), Operation: Add, Hops: []Hop{{Via: addr(row.via), Index: eth.Index}}}
				if err := c.AddRoute(r); !errors.Is(err, unix.EEXIST) {
					t.Errorf("add: %v", err)
				}
				if err := c.RemoveRoute(r); err != nil {
					return err
				}
				n, err := c.CleanRoutes(nil)
				list, e := netlink.RouteListFiltered(netlink.FAMILY_ALL, theirs, netlink.RT_FILTER_DST)
				if n != 0 || len(list) != 1 {
					t.Errorf("%d removed, %d left", n, len(list))
				}
				return errors.Join(err, e)
			})
		})
	}
}

// TestCleanRoutes removes what a crash has left, of both families and in any
// table, but for what is to stay.
func TestCleanRoutes(t *testing.T) {
	h := routed(t)
	with(t, h, func(c *Conn, eth *Link) error {
		stays := Route{Destination: prefix("10.1.0.0/16"), Table: 100, Hops: []Hop{{Via: addr("10.0.0.7")}}}
		err := errors.Join(c.AddRoute(stays), c.AddRoute(Route{Destination: prefix("10.1.0.0/16"), Hops: stays.Hops}),
			c.AddRoute(Route{Destination: prefix("2001:db8:1::/48"), Table: 1000, Hops: []Hop{{Index: eth.Index}}}),
			c.AddRoute(Route{Destination: prefix("10.2.0.0/16"), Protocol: 99, Hops: stays.Hops}))
		n, e := c.CleanRoutes([]Route{stays})
		left, e2 := c.OwnRoutes()
		if n != 2 || len(left) != 1 || !stays.Same(&left[0]) {
			t.Errorf("%d removed, left: %+v", n, left)
		}
		if others, _ := c.routes(99, IPv4); len(others) != 1 {
			t.Errorf("of another protocol: %+v", others)
		}
		return errors.Join(err, e, e2)
	})
}

// TestRouteErrors: the kernel's words are in the error, and what no message can
// say is refused.
func TestRouteErrors(t *testing.T) {
	h := routed(t)
	with(t, h, func(c *Conn, eth *Link) error {
		err := c.AddRoute(Route{Destination: prefix("10.1.0.0/16"), Hops: []Hop{{Via: addr("10.77.0.7")}}})
		if want := "add route 10.1.0.0/16: network is unreachable: Nexthop has invalid gateway"; !errors.Is(err, unix.ENETUNREACH) || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
		for _, r := range []Route{
			{},
			{Destination: prefix("10.1.0.0/16"), Hops: []Hop{{Index: 1, Weight: 257}, {Index: 1}}},
			{Destination: prefix("10.1.0.0/16"), Hops: []Hop{{Index: 1, Encap: &Encap{Kind: EncapMPLS}}}},
			{Destination: prefix("10.1.0.0/16"), Hops: []Hop{{Index: 1, Encap: &Encap{Kind: EncapMPLS, Labels: []uint32{1 << 20}}}}},
			{Destination: prefix("10.1.0.0/16"), Hops: []Hop{{Index: 1, Encap: &Encap{}}}},
		} {
			if err := c.AddRoute(r); !errors.Is(err, ErrNotEncodable) {
				t.Errorf("%+v: %v", r, err)
			}
		}
		return nil
	})
}

// TestRouteOperation: which of two routes to the same place the kernel takes.
func TestRouteOperation(t *testing.T) {
	h := routed(t)
	for _, row := range []struct {
		name      string
		operation Operation
		via       string
	}{{"prepend", Prepend, "10.0.0.7"}, {"append", Append, "10.0.0.8"}} {
		t.Run(row.name, func(t *testing.T) {
			with(t, h, func(c *Conn, eth *Link) error {
				theirs := &netlink.Route{Dst: ipnet("10.5.0.0/16"), Gw: addr("10.0.0.8").AsSlice(), LinkIndex: eth.Index}
				r := Route{Destination: prefix("10.5.0.0/16"), Operation: row.operation, Hops: []Hop{{Via: addr("10.0.0.7"), Index: eth.Index}}}
				if err := errors.Join(netlink.RouteAdd(theirs), c.AddRoute(r)); err != nil {
					return err
				}
				got, err := netlink.RouteGet(addr("10.5.0.1").AsSlice())
				if err == nil && got[0].Gw.String() != row.via {
					t.Errorf("it goes by %s, want %s", got[0].Gw, row.via)
				}
				return errors.Join(err, c.RemoveRoute(r), netlink.RouteDel(theirs))
			})
		})
	}
}

// TestRouteMPLS makes a route with labels where the kernel has them.
func TestRouteMPLS(t *testing.T) {
	h := routed(t)
	missing := false
	with(t, h, func(c *Conn, eth *Link) error {
		r := Route{Destination: prefix("10.1.0.0/16"), Hops: []Hop{{Via: addr("10.0.0.7"), Index: eth.Index, Encap: &Encap{Kind: EncapMPLS, Labels: []uint32{100, 200}}}}}
		err := c.AddRoute(r)
		if missing = errors.Is(err, unix.EOPNOTSUPP); missing || err != nil {
			return either(missing, nil, err)
		}
		got, err := c.OwnRoutes()
		if d := diff([]Route{r.withDefaults()}, got); d != "" {
			t.Errorf("(-want +got)\n%s", d)
		}
		return errors.Join(err, c.RemoveRoute(r))
	})
	if missing {
		t.Skip("this kernel has no MPLS tunnels (CONFIG_MPLS_IPTUNNEL)")
	}
}

func TestRouteSame(t *testing.T) {
	six := Route{Destination: prefix("2001:db8:1::/48")}
	r := Route{Destination: prefix("10.1.0.0/16"), Metric: 5, Hops: []Hop{{Index: 1}}}
	rows := []struct {
		name        string
		a, b        Route
		same, place bool
	}{
		{"itself", r, r, true, true},
		{"another way", r, Route{Destination: prefix("10.1.0.0/16"), Metric: 5}, true, true},
		{"with defaults", r, r.withDefaults(), true, true},
		{"bits behind the prefix", r, Route{Destination: prefix("10.1.2.3/16"), Metric: 5}, true, true},
		{"another protocol", r, Route{Destination: prefix("10.1.0.0/16"), Metric: 5, Protocol: 4}, false, true},
		{"another type", r, Route{Destination: prefix("10.1.0.0/16"), Metric: 5, Type: unix.RTN_BLACKHOLE}, false, true},
		{"another metric", r, Route{Destination: prefix("10.1.0.0/16")}, false, false},
		{"another table", r, Route{Destination: prefix("10.1.0.0/16"), Metric: 5, Table: 100}, false, false},
		{"another tos", r, Route{Destination: prefix("10.1.0.0/16"), Metric: 5, TOS: 16}, false, false},
		{"another destination", r, Route{Destination: prefix("10.1.0.0/17"), Metric: 5}, false, false},
		{"IPv6 metric", six, Route{Destination: six.Destination, Metric: 1024}, true, true},
		{"from all", six, Route{Destination: six.Destination, From: prefix("::/0")}, true, true},
		{"from somewhere", six, Route{Destination: six.Destination, From: prefix("2001:db8::/64")}, false, false},
	}
	for _, row := range rows {
		if same, place := row.a.Same(&row.b), row.a.SamePlace(&row.b); same != row.same || place != row.place {
			t.Errorf("%s: same %v, same place %v", row.name, same, place)
		}
	}
}

// TestEncap writes and reads tunnels; the bytes of those that few kernels have
// are the ones of the netlink library.
func TestEncap(t *testing.T) {
	rows := []struct {
		name  string
		encap Encap
		same  netlink.Encap
	}{
		{"MPLS", Encap{Kind: EncapMPLS, Labels: []uint32{100, 1048575}}, &netlink.MPLSEncap{Labels: []int{100, 1048575}}},
		{"ILA", Encap{Kind: EncapILA, Locator: 0x20010db800000001}, nil},
		{"IP", Encap{Kind: EncapIP, ID: 1, Destination: addr("192.0.2.1"), Source: addr("192.0.2.2"), TTL: 3, TOS: 4, Flags: 5}, nil},
		{"IPv6", Encap{Kind: EncapIP6, ID: 1, Destination: addr("2001:db8::1"), Source: addr("2001:db8::2"), TTL: 3, TOS: 4, Flags: 5}, nil},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			req := nl.NewNetlinkRequest(unix.RTM_NEWROUTE, 0)
			if err := row.encap.put(req); err != nil {
				t.Fatal(err)
			}
			var p hopParser
			for kind, value := range attributes(req.Serialize()[unix.SizeofNlMsghdr:]) {
				p.parse(kind, value)
			}
			if got := p.hop().Encap; diff(&row.encap, got) != "" {
				t.Errorf("(-want +got)\n%s", diff(&row.encap, got))
			}
			if row.same == nil {
				return
			}
			want, err := row.same.Encode()
			if err != nil || string(want) != string(p.encap) || row.same.Type() != int(p.kind) {
				t.Errorf("got  %x of kind %d\nwant %x of kind %d, %v", p.encap, p.kind, want, row.same.Type(), err)
			}
		})
	}
}
