package conf

import (
	"net/netip"
	"time"
)

// VirtualServer is a virtual_server: a service that IPVS spreads over real
// servers. Defaults are keepalived's.
type VirtualServer struct {
	Origin
	Address netip.AddrPort // zero for fwmark services and groups; port 0 is any port of a persistent service
	FWMark  uint32         // of a fwmark service; zero for none
	Group   string         // name of a virtual_server_group
	Family  Family         // ip_family; zero where only the group knows

	Protocol  string // TCP, UDP or SCTP; default UDP, reported as an error; empty for firewall marks
	Scheduler string // lb_algo, default wlc
	// Flag1, Flag2 and Flag3 are the scheduler's own: sh-fallback and
	// mh-fallback are Flag1, sh-port and mh-port are Flag2.
	Flag1, Flag2, Flag3 bool
	OnePacket           bool       // ops: schedule each packet by itself, UDP only
	Forward             Forwarding // lb_kind, default NAT

	Persistence time.Duration // persistence_timeout, 1 s to 31 days; default 0: none
	Granularity Granularity   // persistence_granularity, default a single client
	Engine      string        // persistence_engine, at most 15 bytes

	Timing              // defaults of its checkers
	Quorum         int  // least weight of live servers, default 1, at most the sum of all
	Hysteresis     int  // below Quorum, default 0
	Weight         int  // of real servers that have none of their own, default 1
	InhibitFailure bool // inhibit_on_failure of its real servers
	Alpha, Omega   bool // start with all servers down; run the down scripts on stopping
	HASuspend      bool // check only while this host has the address

	QuorumUp, QuorumDown Command
	SMTPAlert            bool // default false, or the global smtp_alert or smtp_alert_checker
	VirtualHost          string
	SNMPName             string

	SorryServer  netip.AddrPort // zero for none
	SorryInhibit bool
	SorryForward Forwarding // default Forward
	RealServers  []*RealServer
}

// RealServer is a real_server.
type RealServer struct {
	Origin
	Address                netip.AddrPort
	Weight                 int        // 0 to 2147483647, default the virtual server's
	Forward                Forwarding // default the virtual server's
	Inhibit                bool       // inhibit_on_failure, default the virtual server's
	Alpha                  bool       // default the virtual server's
	SMTPAlert              bool       // default true, or the global one
	UpperLimit, LowerLimit uint32     // connections (uthreshold, lthreshold), default 0: no limit
	Timing                            // defaults of its checkers, default the virtual server's
	NotifyUp, NotifyDown   *Command   // nil for none
	VirtualHost            string     // default the virtual server's
	SNMPName               string
	Checkers               []*Checker // by kind, then in the file's order; none: always alive
}

// Timing says when checks are made.
type Timing struct {
	DelayLoop      time.Duration // from one check to the next, default 60 s
	ConnectTimeout time.Duration // to connect and for each reply, default 5 s
	// Retry is how often an alive server is asked again before it is given up,
	// RetryDelay how long to wait before that, Warmup the longest random wait
	// before the first check. Virtual and real servers may leave them to the
	// kind of checker: Retry is 0 then, RetryDelay and Warmup are Unset.
	Retry      int
	RetryDelay time.Duration
	Warmup     time.Duration
}

// Unset is the time that a virtual or real server does not set for its
// checkers.
const Unset time.Duration = -1

// Granularity is which part of a client's address makes it the same client for
// persistence: a mask in IPv4, a prefix length in IPv6. Zero is all of it.
type Granularity struct {
	Mask   netip.Addr
	Prefix uint8
}

// ServerGroup is a virtual_server_group: addresses and firewall marks with the
// same real servers.
type ServerGroup struct {
	Origin
	Name    string
	Entries []GroupEntry
}

// GroupEntry is a line of a virtual_server_group: addresses, or a firewall mark.
type GroupEntry struct {
	Origin
	First, Last netip.Addr // both are the address if there is only one; zero for a mark
	Port        uint16     // 0 is any port of a persistent service
	FWMark      uint32
	Family      Family // of a mark, if given
}

// SSL is the block SSL: what SSL_GET shows to servers. Without it the checker
// makes do with the system's defaults.
type SSL struct {
	Origin
	Password    string // of Key
	CA          string // file
	Certificate string // file
	Key         string // file
}
