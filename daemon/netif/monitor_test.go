package netif

import (
	"errors"
	"fmt"
	"net"
	"testing"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/internal/testnet"
)

// await reads events until one is as wanted.
func await(t *testing.T, m *Monitor, want func(Event) bool) Event {
	t.Helper()
	for { // ends with the event, or with the test binary's own time-out
		if _, err := unix.Poll([]unix.PollFd{{Fd: int32(m.FD()), Events: unix.POLLIN}}, -1); err != nil && err != unix.EINTR {
			t.Fatal(err)
		}
		events, err := m.Read()
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if want(e) {
				return e
			}
		}
	}
}

func monitor(t *testing.T, h *testnet.Host, watches ...Watch) *Monitor {
	t.Helper()
	var m *Monitor
	h.Do(func() (err error) { m, err = NewMonitor(watches...); return err })
	t.Cleanup(m.Close)
	return m
}

// change does something to eth0 of h.
func change(h *testnet.Host, f func(netlink.Link) error) {
	h.Do(func() error {
		l, err := netlink.LinkByName("eth0")
		if err != nil {
			return err
		}
		return f(l)
	})
}

// TestMonitor expects an event of each kind for what is done to an interface.
func TestMonitor(t *testing.T) {
	sw, h := testnet.New(t), testnet.New(t)
	sw.Switch()
	h.Plug(sw, "p1", "10.0.0.1/24")
	m := monitor(t, h, WatchIPv6)
	var index int
	h.Do(func() error { ifc, err := net.InterfaceByName("eth0"); index = ifc.Index; return err })
	mac := net.HardwareAddr{2, 0, 0, 0, 0, 9}
	address := func(kind Kind, ip string) func(Event) bool {
		return func(e Event) bool {
			return e.Kind == kind && e.Index == index && e.IP == addr(ip) && e.Address.Prefix.Addr() == addr(ip)
		}
	}
	link := func(is func(*Link) bool) func(Event) bool {
		return func(e Event) bool { return e.Kind == LinkChanged && e.Index == index && is(e.Link) }
	}
	rows := []struct {
		name string
		do   func()
		want func(Event) bool
	}{
		{"address added", func() { h.Address("10.0.0.9/24", true) }, address(AddressAdded, "10.0.0.9")},
		{"address gone", func() { h.Address("10.0.0.9/24", false) }, address(AddressGone, "10.0.0.9")},
		{"IPv6 address added", func() { h.Address("2001:db8::9/64", true) }, address(AddressAdded, "2001:db8::9")},
		{"IPv6 address gone", func() { h.Address("2001:db8::9/64", false) }, address(AddressGone, "2001:db8::9")},
		{"carrier lost", func() { sw.Link("p1", false) }, link(func(l *Link) bool { return l.Flags&unix.IFF_UP != 0 && !l.Fit() })},
		{"carrier back", func() { sw.Link("p1", true) }, link((*Link).Fit)},
		{"another MAC address", func() { change(h, func(l netlink.Link) error { return netlink.LinkSetHardwareAddr(l, mac) }) },
			link(func(l *Link) bool { return l.MAC.String() == mac.String() })},
		{"set down", func() { h.Link("eth0", false) }, link(func(l *Link) bool { return l.Flags&unix.IFF_UP == 0 })},
		{"renamed", func() { change(h, func(l netlink.Link) error { return netlink.LinkSetName(l, "lan") }) }, link(func(l *Link) bool { return l.Name == "lan" })},
		{"link gone", func() { h.Remove("lan") }, func(e Event) bool { return e.Kind == LinkGone && e.Name == "lan" && e.Index == index }},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			row.do()
			await(t, m, row.want)
		})
	}
}

// TestMonitorBridge: an interface that leaves a bridge is not gone.
func TestMonitorBridge(t *testing.T) {
	sw, h := testnet.New(t), testnet.New(t)
	sw.Switch()
	h.Plug(sw, "p1", "10.0.0.1/24")
	m := monitor(t, sw)
	sw.Do(func() error {
		l, err := netlink.LinkByName("p1")
		if err != nil {
			return err
		}
		return netlink.LinkSetNoMaster(l)
	})
	sw.Do(func() error {
		lo, err := netlink.LinkByName("lo")
		if err != nil {
			return err
		}
		return netlink.AddrAdd(lo, &netlink.Addr{IPNet: ipnet("10.9.9.9/32")})
	})
	await(t, m, func(e Event) bool {
		if e.Kind == LinkGone {
			t.Errorf("%s is said to be gone", e.Name)
		}
		return e.Kind == AddressAdded
	})
}

// TestMonitorQuiet: what is not watched makes no events.
func TestMonitorQuiet(t *testing.T) {
	_, h, _ := pair(t)
	m := monitor(t, h)
	h.Address("2001:db8::9/64", true)
	with(t, h, func(c *Conn, eth *Link) error {
		return c.AddRule(Rule{Priority: 100})
	})
	h.Address("10.0.0.9/24", true)
	await(t, m, func(e Event) bool {
		if e.Kind != LinkChanged && e.IP != addr("10.0.0.9") {
			t.Errorf("got %+v", e)
		}
		return e.IP == addr("10.0.0.9")
	})
}

// TestMonitorOverrun: too many changes are said to be, and what comes after
// that is told again.
func TestMonitorOverrun(t *testing.T) {
	_, h, _ := pair(t)
	m := monitor(t, h)
	if err := unix.SetsockoptInt(m.FD(), unix.SOL_SOCKET, unix.SO_RCVBUF, 1); err != nil {
		t.Fatal(err)
	}
	for n := range 200 {
		h.Address(fmt.Sprintf("10.0.1.%d/32", n), true)
	}
	await(t, m, func(e Event) bool { return e.Kind == Overrun })
	if events, err := m.Read(); len(events) != 0 || err != nil {
		t.Errorf("events from before are left: %v, %v", events, err)
	}
	if err := unix.SetsockoptInt(m.FD(), unix.SOL_SOCKET, unix.SO_RCVBUF, 1<<20); err != nil {
		t.Fatal(err)
	}
	h.Address("10.0.0.9/24", true)
	await(t, m, func(e Event) bool { return e.Kind == AddressAdded && e.IP == addr("10.0.0.9") })
}

// TestMonitorRoutes: somebody removes or replaces a route or a rule of ours.
func TestMonitorRoutes(t *testing.T) {
	_, h, _ := pair(t)
	h.Address("2001:db8::1/64", true)
	m := monitor(t, h, WatchRoutes, WatchRules)
	for _, row := range []struct{ name, destination, via, other string }{
		{"IPv4", "10.5.0.0/16", "10.0.0.7", "10.0.0.8"}, {"IPv6", "2001:db8:5::/48", "2001:db8::7", "2001:db8::8"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, rule := Route{Destination: prefix(row.destination)}, Rule{From: prefix(row.destination), Priority: 100, Table: 7}
			theirs := &netlink.Route{Dst: ipnet(row.destination), Gw: addr(row.other).AsSlice(), Protocol: unix.RTPROT_STATIC}
			with(t, h, func(c *Conn, eth *Link) error {
				r.Hops, theirs.LinkIndex = []Hop{{Via: addr(row.via), Index: eth.Index}}, eth.Index
				return errors.Join(c.AddRoute(r), c.AddRule(rule), netlink.RouteReplace(theirs))
			})
			e := await(t, m, func(e Event) bool { return e.Kind == RouteReplaced })
			if !r.SamePlace(e.Route) || r.Same(e.Route) || e.Route.Hops[0].Via != addr(row.other) {
				t.Errorf("replaced by %+v", e.Route)
			}
			with(t, h, func(c *Conn, eth *Link) error {
				return errors.Join(netlink.RouteDel(theirs), c.AddRoute(r), netlink.RouteDel(&netlink.Route{Dst: ipnet(row.destination)}))
			})
			await(t, m, func(e Event) bool { return e.Kind == RouteGone && r.Same(e.Route) })
			with(t, h, func(c *Conn, eth *Link) error { return c.RemoveRule(rule) })
			await(t, m, func(e Event) bool { return e.Kind == RuleGone && rule.Same(e.Rule) })
		})
	}
}

// TestMonitorLinkDown shows what the kernel tells of routes whose interface goes
// down: nothing of IPv4.
func TestMonitorLinkDown(t *testing.T) {
	h := routed(t)
	m := monitor(t, h, WatchRoutes)
	with(t, h, func(c *Conn, eth *Link) error {
		return errors.Join(c.AddRoute(Route{Destination: prefix("10.5.0.0/16"), Hops: []Hop{{Via: addr("10.0.0.7"), Index: eth.Index}}}),
			c.AddRoute(Route{Destination: prefix("2001:db8:5::/48"), Hops: []Hop{{Via: addr("fe80::7"), Index: eth.Index}}}))
	})
	h.Link("eth0", false)
	await(t, m, func(e Event) bool {
		if e.Kind == RouteGone && FamilyOf(e.Route.Destination.Addr()) == IPv4 && e.Route.Protocol == Origin {
			t.Errorf("it tells of %+v: look whether WatchRoutes can say so", e.Route)
		}
		return e.Kind == LinkChanged && e.Link.Flags&unix.IFF_UP == 0
	})
	with(t, h, func(c *Conn, eth *Link) error {
		list, err := c.OwnRoutes()
		if len(list) > 0 {
			t.Errorf("left: %+v", list)
		}
		return err
	})
}

// TestMonitorFlood: new routes never reach the socket.
func TestMonitorFlood(t *testing.T) {
	_, h, _ := pair(t)
	m := monitor(t, h, WatchRoutes)
	with(t, h, func(c *Conn, eth *Link) error {
		for n := range 10 {
			r := Route{Destination: prefix(fmt.Sprintf("10.5.%d.0/24", n)), Hops: []Hop{{Via: addr("10.0.0.7")}}}
			if err := c.AddRoute(r); err != nil {
				return err
			}
		}
		return nil
	})
	for {
		n, _, err := unix.Recvfrom(m.FD(), m.buf, 0)
		if err == unix.EAGAIN {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if kind := number16(m.buf[4:n]); kind == unix.RTM_NEWROUTE {
			t.Fatal("a new route came through the filter")
		}
	}
}

// TestParseEvent: a new route is no event, one that replaces another is.
func TestParseEvent(t *testing.T) {
	route := make([]byte, unix.SizeofRtMsg)
	route[0] = unix.AF_INET
	for _, row := range []struct {
		kind, flags uint16
		want        Kind
	}{
		{unix.RTM_NEWROUTE, 0, 0}, {unix.RTM_NEWROUTE, unix.NLM_F_CREATE, 0}, {unix.RTM_NEWROUTE, unix.NLM_F_REPLACE, RouteReplaced},
		{unix.RTM_DELROUTE, 0, RouteGone}, {unix.RTM_DELRULE, 0, RuleGone}, {unix.RTM_NEWRULE, 0, 0},
	} {
		if e, ok := parseEvent(row.kind, row.flags, route); ok != (row.want != 0) || ok && e.Kind != row.want {
			t.Errorf("%d with flags %x: %+v, %v", row.kind, row.flags, e, ok)
		}
	}
}

func FuzzParseEvent(f *testing.F) {
	f.Add(uint16(unix.RTM_NEWADDR), uint16(0), []byte{2, 24, 0, 0, 1, 0, 0, 0, 8, 0, 2, 0, 10, 0, 0, 1})
	f.Add(uint16(unix.RTM_DELLINK), uint16(0), make([]byte, unix.SizeofIfInfomsg))
	f.Add(uint16(unix.RTM_NEWROUTE), uint16(unix.NLM_F_REPLACE), make([]byte, unix.SizeofRtMsg))
	f.Add(uint16(unix.RTM_DELROUTE), uint16(0), append([]byte{2, 16, 0, 0, 254, 18, 0, 1, 0, 0, 0, 0}, 12, 0, unix.RTA_MULTIPATH, 0, 8, 0, 0, 1, 1, 0, 0, 0))
	f.Add(uint16(unix.RTM_DELRULE), uint16(0), append([]byte{10, 0, 16, 0, 7, 0, 0, 1, 0, 0, 0, 0}, 8, 0, unix.FRA_PRIORITY, 0, 1, 0, 0, 0))
	f.Fuzz(func(t *testing.T, kind, flags uint16, data []byte) {
		if e, ok := parseEvent(kind, flags, data); ok && e.Kind == 0 {
			t.Errorf("an event of no kind: %+v", e)
		}
	})
}
