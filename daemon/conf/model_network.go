package conf

import (
	"math"
	"net/netip"
	"time"
)

// Forever is the lifetime of what does not end.
const Forever time.Duration = math.MaxInt64

// Address is a line of virtual_ipaddress, virtual_ipaddress_excluded or
// static_ipaddress.
type Address struct {
	Origin
	Prefix    netip.Prefix // as written, else /32 or /128
	Interface string       // dev, default the instance's interface, or default_interface for static ones
	Label     string       // at most 15 bytes; empty for IPv6
	Scope     int          // rtnetlink scope 0..255, default 0 (global)
	Broadcast netip.Addr   // brd; zero for none
	Peer      netip.Addr   // the far end of a point-to-point link; zero for none

	Home          bool // IPv6 home address (RFC 6275)
	DAD           bool // -nodad: detect duplicates, which keepalived leaves out without it
	ManageTemp    bool // mngtmpaddr: template of temporary addresses
	NoPrefixRoute bool // noprefixroute: the kernel adds no route to the prefix
	AutoJoin      bool // autojoin: join the multicast group
	// Preferred is how long the kernel takes the address for a source, in whole
	// seconds: default Forever, and 0 for an IPv6 /128.
	Preferred time.Duration
	// UseVMAC puts the address on a VMAC of Interface of its own.
	UseVMAC bool

	NoTrack    bool   // the loss of the address changes no instance's state
	TrackGroup string // static addresses: the track_group that notices its loss

	drop bool // a word was such that the line is passed over
}

// TrackGroup is a track_group: the instances that follow static objects.
type TrackGroup struct {
	Origin
	Name      string
	Instances []string // names of vrrp_instances
}

// GARPGroup is a garp_group: interfaces that share a pace of gratuitous ARP and
// unsolicited neighbour advertisements.
type GARPGroup struct {
	Origin
	GARPInterval time.Duration // 0..2147.483647 s between gratuitous ARPs, default 0
	GNAInterval  time.Duration // 0..2147.483647 s between advertisements, default 0
	Interfaces   []string
}

// Linkbeat is a line of linkbeat_interfaces: an interface whose carrier is
// polled.
type Linkbeat struct {
	Origin
	Interface string
	Method    string // MII, ETHTOOL or IOCTL; empty: the first that works
}

// Debounce is a line of interface_up_down_delays.
type Debounce struct {
	Origin
	Interface string
	Down      time.Duration // 0..255 s until a loss of the link counts
	Up        time.Duration // 0..255 s until its return counts, default Down
}
