package vip

import (
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/netif"
)

// addressOf is a as netif has it.
func addressOf(a *conf.Address) netif.Address {
	addr := netif.Address{Prefix: a.Prefix, Label: a.Label, Scope: a.Scope, Broadcast: a.Broadcast, Peer: a.Peer,
		DAD: a.DAD, Home: a.Home, ManageTemp: a.ManageTemp, NoPrefixRoute: a.NoPrefixRoute, AutoJoin: a.AutoJoin}
	if a.Prefix.Addr().Is6() {
		switch a.Preferred {
		case conf.Forever:
			addr.Preferred = netif.Forever
		case 0:
			addr.Preferred = netif.Never
		default:
			addr.Preferred = a.Preferred
		}
	}
	return addr
}

// finder finds what a route names.
type finder struct {
	index func(iface string) (int, error)
	table func(vrf string) (uint32, error)
}

// number is the number of an Ident that was given, at most high.
func number(what string, i conf.Ident, high uint32) (uint32, error) {
	switch {
	case i.Given() && !i.Known:
		return 0, fmt.Errorf("%s %s has no number on this host", what, i.Text)
	case i.ID > high:
		return 0, fmt.Errorf("%s %d is too high", what, i.ID)
	}
	return i.ID, nil
}

// routeOf is r as netif has it.
func routeOf(r *conf.Route, find finder) (netif.Route, error) {
	to := netif.Route{Destination: r.Destination, From: r.From, Source: r.Source, Metric: r.Metric, Expires: r.Expires,
		Congestion: r.Congestion, CongestionLock: r.CongestionLock}
	t := &translation{}
	to.Type = t.routeType(r.Type)
	to.TOS = uint8(t.number("TOS", r.TOS, 255))
	to.Table = t.number("table", r.Table, 1<<32-1)
	to.Protocol = uint8(t.number("protocol", r.Protocol, 255))
	if r.Scope.Given() {
		to.Scope = new(uint8(t.number("scope", r.Scope, 255)))
	}
	to.Realms = t.realms(r.Realms)
	to.Pref = t.pref(r.Pref)
	for _, m := range r.Metrics {
		to.Metrics = append(to.Metrics, metricOf(m))
	}
	switch r.Operation {
	case "add":
		to.Operation = netif.Add
	case "append":
		to.Operation = netif.Append
	}
	if r.VRF != "" {
		var err error
		to.Table, err = find.table(r.VRF)
		t.fail(err)
	}
	hops := r.NextHops
	if len(hops) == 0 && (r.Via.IsValid() || r.Interface != "" || r.Encap != nil) {
		hops = []conf.NextHop{{Via: r.Via, Interface: r.Interface, OnLink: r.OnLink, Encap: r.Encap}}
	}
	for n := range hops {
		hop := &hops[n]
		name := hop.Interface
		if name == "" && len(r.NextHops) > 0 {
			name = r.Interface
		}
		to.Hops = append(to.Hops, t.hop(hop, name, find))
	}
	if t.err != nil {
		return netif.Route{}, fmt.Errorf("route %s: %w", r.Destination, t.err)
	}
	return to, nil
}

// translation keeps the first thing that went wrong.
type translation struct{ err error }

func (t *translation) fail(err error) {
	if t.err == nil {
		t.err = err
	}
}

func (t *translation) number(what string, i conf.Ident, high uint32) uint32 {
	n, err := number(what, i, high)
	t.fail(err)
	return n
}

func (t *translation) realms(r conf.Realms) netif.Realms {
	return netif.Realms{From: uint16(t.number("realm", r.From, 65535)), To: uint16(t.number("realm", r.To, 65535))}
}

func (t *translation) hop(h *conf.NextHop, name string, find finder) netif.Hop {
	hop := netif.Hop{Via: h.Via, Weight: h.Weight, OnLink: h.OnLink, Realms: t.realms(h.Realms), Encap: t.encap(h.Encap)}
	if name != "" {
		index, err := find.index(name)
		t.fail(err)
		hop.Index = index
	}
	return hop
}

func (t *translation) encap(e *conf.Encap) *netif.Encap {
	if e == nil {
		return nil
	}
	to := &netif.Encap{ID: e.ID, Destination: e.Destination, Source: e.Source, TTL: e.TTL, TOS: e.TOS, Flags: e.Flags, Labels: e.Labels, Locator: e.Locator}
	switch e.Kind {
	case "ip":
		to.Kind = netif.EncapIP
	case "ip6":
		to.Kind = netif.EncapIP6
	case "mpls":
		to.Kind = netif.EncapMPLS
	case "ila":
		to.Kind = netif.EncapILA
	default:
		t.fail(fmt.Errorf("encap %s is not known", e.Kind))
	}
	return to
}

// routeType is a type of route by its name (linux/rtnetlink.h).
func (t *translation) routeType(name string) uint8 {
	for n, s := range []string{"", "unicast", "local", "broadcast", "anycast", "multicast", "blackhole", "unreachable", "prohibit", "throw", "nat", "xresolve"} {
		if s == name {
			return uint8(n)
		}
	}
	t.fail(fmt.Errorf("type %s is not known", name))
	return 0
}

// pref is a preference of a router by its name (RFC 4191 2.1).
func (t *translation) pref(name string) uint8 {
	switch name {
	case "", "medium":
		return 0
	case "high":
		return 1
	case "low":
		return 3
	}
	t.fail(fmt.Errorf("pref %s is not known", name))
	return 0
}

// metricOf scales a metric as the kernel wants it: the round trip time in
// eighths and its variance in quarters of milliseconds.
func metricOf(m conf.Metric) netif.Metric {
	value := m.Value
	if m.Millis {
		switch m.ID {
		case unix.RTAX_RTT:
			value *= 8
		case unix.RTAX_RTTVAR:
			value *= 4
		}
	}
	return netif.Metric{ID: m.ID, Value: value, Lock: m.Lock}
}
