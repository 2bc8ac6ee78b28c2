package status

import (
	"net/netip"
	"time"
)

// VirtualServer is a virtual_server.
type VirtualServer struct {
	Name       string         `json:"name"`     // of the log: "[10.0.0.100]:tcp:80", "FWM 5", "[GROUP]:0"
	Protocol   string         `json:"protocol"` // TCP, UDP, SCTP; empty for firewall marks
	Family     string         `json:"family"`   // inet, inet6; empty: both
	Scheduler  string         `json:"scheduler"`
	Forward    string         `json:"forward"`   // NAT, DR, TUN
	Up         bool           `json:"up"`        // there is a quorum
	Suspended  bool           `json:"suspended"` // ha_suspend: this host does not have the address
	Weight     int            `json:"weight"`    // of all servers that are alive
	Quorum     int            `json:"quorum"`
	Hysteresis int            `json:"hysteresis"`
	Sorry      *Sorry         `json:"sorry_server,omitempty"`
	Services   []KernelServer `json:"services"`
	Servers    []RealServer   `json:"real_servers"`
}

// Sorry is a sorry server.
type Sorry struct {
	Name   string `json:"name"`
	Active bool   `json:"active"` // it stands in
}

// KernelServer is a service of the kernel that is, or is part of, a virtual
// server.
type KernelServer struct {
	Name    string `json:"name"`
	Present bool   `json:"present"` // the kernel has it
	Counters
}

// RealServer is a real_server.
type RealServer struct {
	Name       string         `json:"name"`
	Address    netip.AddrPort `json:"address"`
	Forward    string         `json:"forward"`
	Alive      bool           `json:"alive"`
	Weight     int            `json:"weight"`            // that it has while it serves
	Configured int            `json:"configured_weight"` // without what checkers make of it
	// Kernel is what the kernel has of it, all services together; nil: it is not
	// there.
	Kernel   *KernelReal `json:"kernel,omitempty"`
	Checkers []Checker   `json:"checkers"`
}

// KernelReal is a real server in the kernel.
type KernelReal struct {
	Weight     int `json:"weight"` // 0: no new connections
	Active     int `json:"active_connections"`
	Inactive   int `json:"inactive_connections"`
	Persistent int `json:"persistent_connections"`
	Counters
}

// Counters are the kernel's, since the start of a service or server.
type Counters struct {
	Connections uint64 `json:"connections"`
	PacketsIn   uint64 `json:"packets_in"`
	PacketsOut  uint64 `json:"packets_out"`
	BytesIn     uint64 `json:"bytes_in"`
	BytesOut    uint64 `json:"bytes_out"`
}

// Add adds o to c.
func (c *Counters) Add(o Counters) {
	c.Connections += o.Connections
	c.PacketsIn += o.PacketsIn
	c.PacketsOut += o.PacketsOut
	c.BytesIn += o.BytesIn
	c.BytesOut += o.BytesOut
}

// Checker is a health checker.
type Checker struct {
	Kind     string    `json:"kind"` // TCP_CHECK, HTTP_GET ...
	Up       bool      `json:"up"`
	Known    bool      `json:"known"` // there has been a result
	Last     time.Time `json:"last"`  // the end of the last check; zero: there was none
	Took     float64   `json:"took"`  // seconds
	Reason   string    `json:"reason,omitempty"`
	Failures int       `json:"failures"` // in a row, not enough yet to be down
	Next     time.Time `json:"next"`
	Checks   uint64    `json:"checks"`
}
