package conf

import "net/netip"

// Rule is a line of virtual_rules or static_rules: a policy rule as ip-rule(8)
// describes it.
type Rule struct {
	Origin
	IPv6       bool         // of From, To or inet6; default IPv4
	Not        bool         // the rule is for what its selectors do not match
	From, To   netip.Prefix // zero: all
	Preference uint32       // default one less than the line before that has none, from 16384
	TOS        Ident        // 0..255, names of rt_dsfield
	Mark       *Mark        // fwmark
	Realms     Realms
	Input      string // iif, an interface
	Output     string // oif, an interface
	TunnelID   uint64 // 0: any
	UIDs       *UIDRange
	Transport  Ident // ipproto, 1..255
	// SourcePorts and DestPorts are sport and dport; zero: any.
	SourcePorts, DestPorts PortRange

	Action Action // what becomes of a packet
	Table  Ident  // of Lookup: names of rt_tables
	Target uint32 // of Goto: a higher preference

	SuppressPrefix int    // suppress_prefixlength: pass over routes with a prefix that is no longer; -1, the default: none
	SuppressGroup  Ident  // suppress_ifgroup: pass over routes to such interfaces
	Protocol       Ident  // 0..255, default 18 (keepalived); not given with NoTrack
	NoTrack        bool   // its loss changes no instance's state
	TrackGroup     string // static rules: the track_group that notices its loss

	drop bool // while the line is read: it is passed over
	soft int  // while the line is read: errors that leave it in place
}

// Action is what a rule does with a packet.
type Action string

// The actions of rules.
const (
	Lookup      Action = "table"
	VRFLookup   Action = "l3mdev" // in the table of the packet's VRF
	Goto        Action = "goto"
	Nop         Action = "nop"
	Blackhole   Action = "blackhole"
	Prohibit    Action = "prohibit"
	Unreachable Action = "unreachable"
)

// Mark is a firewall mark with the bits of it that count.
type Mark struct{ Value, Mask uint32 }

// UIDRange is the user numbers from First to Last.
type UIDRange struct{ First, Last uint32 }

// PortRange is the ports from First to Last; zero: any.
type PortRange struct{ First, Last uint16 }
