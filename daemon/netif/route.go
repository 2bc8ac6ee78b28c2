package netif

import (
	"net/netip"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// Operation is how a route stands to others with its destination.
type Operation int

// The operations. Prepend puts it before them, IPv6 beside them; Add demands
// that there is none.
const (
	Prepend Operation = iota
	Add
	Append
)

// Route is a route as ip-route(8) describes it. The zero values of all but
// Destination are the usual ones.
type Route struct {
	Type        uint8        // RTN_* (rtnetlink(7)), default RTN_UNICAST
	Destination netip.Prefix // 0.0.0.0/0 or ::/0 for all
	From        netip.Prefix // of the sender, IPv6 only; zero: any
	Source      netip.Addr   // the preferred source; zero: the kernel's choice
	TOS         uint8
	Table       uint32 // default RT_TABLE_MAIN
	Protocol    uint8  // default Origin
	Scope       *uint8 // rtnetlink scope; nil: as Type and the next hops have it
	Metric      uint32 // 0: the kernel's default
	Realms      Realms // IPv4 only
	Pref        uint8  // ICMPV6_ROUTER_PREF_*: 0 medium, 1 high, 3 low; IPv6 only
	// Expires is how long the route is to be there, in whole seconds, IPv6 only;
	// 0: for ever. The kernel counts it down.
	Expires        time.Duration
	Metrics        []Metric
	Congestion     string // an algorithm; empty: the kernel's default
	CongestionLock bool
	// Hops are the ways to go: one, several for a multipath route, none for a
	// route that only has a Type.
	Hops []Hop
	// Operation is for AddRoute only.
	Operation Operation
}

// Hop is a next hop of a route.
type Hop struct {
	Via    netip.Addr // the gateway, of either family; zero: the destination is on the link
	Index  int        // of the interface; 0: the one that leads to Via
	Weight int        // 1..256 among several, default 1
	OnLink bool       // take Via for reachable whatever the interface's addresses
	Realms Realms     // of several, IPv4 only; of one, those of the route count
	Encap  *Encap
	// Dead says that the kernel does not use it now: its interface is down or has
	// no carrier. It is of no meaning to AddRoute.
	Dead bool
}

// Realms are realms of ip-route(8).
type Realms struct{ From, To uint16 }

func (r Realms) flow() uint32 { return uint32(r.From)<<16 | uint32(r.To) }

func realms(flow uint32) Realms { return Realms{uint16(flow >> 16), uint16(flow)} }

// Metric is an attribute of a route that concerns its traffic.
type Metric struct {
	ID int // RTAX_* (linux/rtnetlink.h), but for RTAX_LOCK and RTAX_CC_ALGO
	// Value is what the kernel takes: RTAX_RTT is in eighths and RTAX_RTTVAR in
	// quarters of milliseconds.
	Value uint32
	Lock  bool // the kernel does not change it
}

// withDefaults returns r with what its zero values stand for.
func (r *Route) withDefaults() Route {
	full := *r
	if full.Type == 0 {
		full.Type = unix.RTN_UNICAST
	}
	if full.Table == 0 {
		full.Table = unix.RT_TABLE_MAIN
	}
	if full.Protocol == 0 {
		full.Protocol = Origin
	}
	if full.From.Bits() == 0 { // any
		full.From = netip.Prefix{}
	}
	if full.Scope == nil {
		full.Scope = new(r.scope(full.Type))
	}
	return full
}

// scope is the one that ip-route(8) takes for a type.
func (r *Route) scope(kind uint8) uint8 {
	switch {
	case FamilyOf(r.Destination.Addr()) == IPv6:
		return unix.RT_SCOPE_UNIVERSE
	case kind == unix.RTN_LOCAL || kind == unix.RTN_NAT:
		return unix.RT_SCOPE_HOST
	case kind == unix.RTN_BROADCAST || kind == unix.RTN_MULTICAST || kind == unix.RTN_ANYCAST:
		return unix.RT_SCOPE_LINK
	case kind == unix.RTN_UNICAST && len(r.Hops) > 0 && !slices.ContainsFunc(r.Hops, func(h Hop) bool { return h.Via.IsValid() }):
		return unix.RT_SCOPE_LINK
	}
	return unix.RT_SCOPE_UNIVERSE
}

// Same reports whether o is r: of the same type and protocol in the same place.
// Where they lead may differ.
func (r *Route) Same(o *Route) bool {
	a, b := r.withDefaults(), o.withDefaults()
	return a.Protocol == b.Protocol && a.Type == b.Type && r.SamePlace(o)
}

// SamePlace reports whether r and o are for the same packets at the same
// metric in the same table, so that one may have replaced the other.
func (r *Route) SamePlace(o *Route) bool {
	a, b := r.withDefaults(), o.withDefaults()
	return a.Destination.Masked() == b.Destination.Masked() && a.From.Masked() == b.From.Masked() &&
		a.TOS == b.TOS && a.Table == b.Table && a.metric() == b.metric()
}

// metric is Metric as the kernel has it: IPv6 knows no 0.
func (r *Route) metric() uint32 {
	if r.Metric == 0 && FamilyOf(r.Destination.Addr()) == IPv6 {
		return 1024 // IP6_RT_PRIO_USER (linux/ipv6_route.h)
	}
	return r.Metric
}
