package conf

import (
	"net/netip"
	"time"
)

// BFD is a bfd_instance: a session of RFC 5880.
type BFD struct {
	Origin
	Name       string        // at most 31 bytes
	Neighbor   netip.Addr    // the remote end
	Source     netip.Addr    // of Neighbor's family; zero: the kernel's choice
	MinRx      time.Duration // Required Min RX Interval, 1..4294967 ms, default 10 ms
	MinTx      time.Duration // Desired Min TX Interval, 1..4294967 ms, default 10 ms
	IdleTx     time.Duration // the interval while the session is down, 1000..4294967 ms, default 1000 ms
	Multiplier int           // Detect Mult, 1..255, default 5
	Passive    bool          // wait for the neighbour's first packet, default false
	TTL        int           // of packets sent, 1..255, default 255; 64 for IPv6 over several hops
	MaxHops    int           // by how much the TTL of a packet may have dropped, 0..TTL, default 0; -1: it is not looked at
	Multihop   bool          // RFC 5883, port 4784, default false
	Weight     int           // -253..253 for VRRP, default 0: down is FAULT
	Reverse    bool          // up counts as down, default false
	VRRP       bool          // VRRP hears of it: default true, unless only checker is given
	Checker    bool          // health checks hear of it: default true, unless only vrrp is given
}
