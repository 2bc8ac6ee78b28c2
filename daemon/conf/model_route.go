package conf

import (
	"net/netip"
	"time"
)

// Route is a line of virtual_routes or static_routes: a route as ip-route(8)
// describes it.
type Route struct {
	Origin
	Type        string        // unicast, local, broadcast, anycast, multicast, throw, unreachable, prohibit, blackhole, nat or xresolve; default unicast
	Destination netip.Prefix  // 0.0.0.0/0 or ::/0 for default
	From        netip.Prefix  // of the sender, for IPv6; zero: any
	Source      netip.Addr    // src, the preferred source; zero: the kernel's choice
	Via         netip.Addr    // the gateway; zero: none, or NextHops
	Interface   string        // dev
	OnLink      bool          // take Via for reachable whatever the interface's prefix
	TOS         Ident         // 0..255, names of rt_dsfield
	Table       Ident         // names of rt_tables, default main
	VRF         string        // the table of that VRF, in place of Table
	Protocol    Ident         // 0..255, names of rt_protos, default 18 (keepalived); not given with NoTrack
	Scope       Ident         // 0..255, default as the kernel wants it for Type and Via
	Metric      uint32        // 0: the kernel's default
	Expires     time.Duration // whole seconds, for IPv6; 0: never
	Realms      Realms        // for IPv4
	Pref        string        // low, medium or high, for IPv6; empty: medium
	// TTLPropagate says, for MPLS, whether the TTL is copied between the headers:
	// enabled, disabled or empty, the kernel's default.
	TTLPropagate   string
	Encap          *Encap
	Metrics        []Metric
	Congestion     string // congctl: an algorithm; empty: the kernel's default
	CongestionLock bool
	NextHops       []NextHop // of a multipath route
	// Operation is how the route stands to others with its destination: prepend,
	// add (there must be none) or append. Default prepend, and add for types other
	// than unicast.
	Operation  string
	NoTrack    bool   // its loss changes no instance's state
	TrackGroup string // static routes: the track_group that notices its loss

	// While the line is read:
	family       int        // 4 or 6 by inet and inet6
	drop, closed bool       // the line is passed over; its next hops have been read
	soft         int        // errors that leave the line in place
	behind       string     // inet or inet6, if that is the word before
	anywhere     bool       // the destination is all addresses of its family
	second       netip.Addr // the gateway behind or
}

// NextHop is one way of a multipath route.
type NextHop struct {
	Via       netip.Addr
	Interface string
	Weight    int // 1..256, default 1
	OnLink    bool
	Realms    Realms
	Encap     *Encap
}

// Metric is one of the attributes of a route that concern its traffic.
type Metric struct {
	Name string // mtu, advmss, rtt ...
	ID   int    // RTAX_* (linux/rtnetlink.h)
	// Value is what the kernel gets; where Millis is set it is in milliseconds,
	// and rtt and rttvar are to be scaled by 8 and 4.
	Value  uint32
	Millis bool
	Lock   bool // the kernel does not change it
}

// Encap is a lightweight tunnel of a route.
type Encap struct {
	Kind        string // ip, ip6, mpls or ila
	ID          uint64 // of the tunnel, for ip and ip6
	Destination netip.Addr
	Source      netip.Addr
	TOS         uint8 // tos, or tc for ip6
	TTL         uint8 // ttl, or hoplimit for ip6
	Flags       uint16
	Labels      []uint32 // for mpls, the outermost first, 0..1048575
	Locator     uint64   // for ila
}

// Realms are realms of ip-route(8).
type Realms struct{ From, To Ident }

// Ident is a number of the kernel that may have a name. The zero Ident is one
// that was not given.
type Ident struct {
	Text string // as written: a number or a name
	ID   uint32
	// Known says that ID is set: Text is a number, a name that always means the
	// same, or one that a Host knows.
	Known bool
}

// Given reports whether i was given.
func (i Ident) Given() bool { return i.Text != "" }
