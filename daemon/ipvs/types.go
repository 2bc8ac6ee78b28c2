// Package ipvs programs the kernel's IP virtual server over generic netlink
// (linux/ip_vs.h, net/netfilter/ipvs/ip_vs_ctl.c) and reads it back.
package ipvs

import (
	"errors"
	"net/netip"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// Errors of the kernel's that callers decide by. What a function returns wraps
// them and says which service or server it was.
var (
	ErrNoIPVS      = errors.New("the kernel has no IPVS")
	ErrPermission  = errors.New("not permitted to program IPVS")
	ErrExists      = errors.New("exists already")
	ErrNotFound    = errors.New("not found")
	ErrNoScheduler = errors.New("the kernel does not have this scheduler")
	ErrNoEngine    = errors.New("the kernel does not have this persistence engine")
	ErrUnsupported = errors.New("the kernel cannot do this")
	// ErrInvalid is about values: what was asked for is impossible.
	ErrInvalid = errors.New("the kernel does not accept this")
	// ErrNotTried is of a change that needs one that has failed, with the error
	// of that.
	ErrNotTried = errors.New("not tried")
)

// Key identifies a service: a firewall mark and a family, or an address, a port
// and a protocol. It is comparable.
type Key struct {
	Family   conf.Family
	Protocol uint8          // unix.IPPROTO_TCP, _UDP, _SCTP; 0 for a mark
	Address  netip.AddrPort // zero for a mark; port 0 is any port of a persistent service
	Mark     uint32         // 0: none
}

// Flags are those of a service (IP_VS_SVC_F_*).
type Flags uint32

// The flags that are set from outside; Persistent goes with a Timeout.
const (
	Persistent Flags = 0x1
	OnePacket  Flags = 0x4
	Sched1     Flags = 0x8  // sh-fallback, mh-fallback
	Sched2     Flags = 0x10 // sh-port, mh-port
	Sched3     Flags = 0x20
)

// Service is a service without its servers. It is comparable.
type Service struct {
	Key
	Scheduler string
	Flags     Flags
	Timeout   time.Duration // of persistence, whole seconds; 0: not persistent
	// Mask is which part of a client's address persistence looks at: a prefix
	// length, 0 to 32 or 128; IPv4 masks with holes are what IPv4Mask is for, which
	// wins if it is valid.
	Prefix   uint8
	IPv4Mask netip.Addr
	Engine   string // of persistence ("sip"); empty: none
}

// Server is a real server of a service. It is comparable. Address identifies it
// within its service; its family may differ from the service's with TUN.
type Server struct {
	Address      netip.AddrPort
	Weight       int // 0 to 2147483647; 0: no new connections
	Forward      conf.Forwarding
	Upper, Lower uint32 // connections; 0: no limit
}

// Counters are the kernel's, since the start of the service or server.
type Counters struct {
	Connections, PacketsIn, PacketsOut, BytesIn, BytesOut uint64
	// Rates are per second, as the kernel estimates them every 2 s.
	ConnectionRate, PacketRateIn, PacketRateOut, ByteRateIn, ByteRateOut uint64
}

// Entry is a service as the kernel has it.
type Entry struct {
	Service
	Counters
	Servers []ServerEntry
}

// ServerEntry is a real server as the kernel has it.
type ServerEntry struct {
	Server
	Counters
	Active, Inactive, Persistent int // connections
}

// Change is one command to the kernel.
type Change struct {
	Op      Op
	Service Service // all of it for AddService and EditService; else its Key
	Server  Server  // all of it for AddServer and EditServer; its Address for RemoveServer
}

// Op is what a Change does.
type Op uint8

// The operations.
const (
	AddService Op = 1 + iota
	EditService
	RemoveService // with its servers
	AddServer
	EditServer
	RemoveServer
)

// Timeouts are lvs_timeouts; 0 leaves a value as it is.
type Timeouts struct{ TCP, TCPFin, UDP time.Duration }

// Daemon is a connection synchronisation daemon (lvs_sync_daemon).
type Daemon struct {
	Master    bool // it sends; else it receives
	Interface string
	SyncID    uint8
	MaxLen    uint16     // bytes of a message; 0: the kernel's default
	Group     netip.Addr // multicast group, zero: the kernel's default (224.0.0.81)
	Port      uint16     // 0: the kernel's default (8848)
	TTL       uint8      // 0: the kernel's default (1)
}
