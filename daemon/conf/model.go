// Package conf reads keepalived.conf: tokens, blocks with positions, a keyword
// schema, and the typed model that the daemon runs and the lab judges by.
package conf

import (
	"net/netip"
	"time"
)

// Config is a whole configuration with defaults applied.
type Config struct {
	Path           string // the file it was read from
	Global         Global
	Instances      []*Instance
	VirtualServers []*VirtualServer
	Scripts        []*Script
	// Diagnostics is all that was found wrong, warnings too.
	Diagnostics Diagnostics
}

// Global is global_defs.
type Global struct {
	RouterID       string // empty: the host's name
	NotifyEmail    []string
	NotifyFrom     string
	SMTPServer     netip.AddrPort // default port 25
	SMTPTimeout    time.Duration  // smtp_connect_timeout, default 30 s
	MulticastGroup netip.Addr     // vrrp_mcast_group4, default 224.0.0.18
}

// State is the initial state of an instance, as the file writes it.
type State string

// The initial states.
const (
	Backup State = "BACKUP"
	Master State = "MASTER"
)

// Instance is a vrrp_instance: one virtual router on one interface.
type Instance struct {
	Name      string
	Pos       Pos
	State     State // default BACKUP
	Interface string
	VRID      int           // 1..255
	Priority  int           // 1..255, default 100; 255 with state MASTER
	Version   int           // 2 or 3, default 2
	AdvertInt time.Duration // default 1 s; whole seconds in version 2
	Preempt   bool          // default true
	// DownTimerAdverts is how many missed adverts make Master_Down_Interval
	// (with Skew_Time), 1..100, default 3.
	DownTimerAdverts int

	PreemptDelay time.Duration // 0..1000 s, default 0
	AuthType     int           // 0 none, 1 PASS, 2 AH (RFC 2338 5.3.6)
	AuthPass     string        // at most 8 bytes for PASS
	Addresses    []Address     // virtual_ipaddress, in the file's order
	Excluded     []Address     // virtual_ipaddress_excluded

	MulticastGroup netip.Addr   // the group the instance uses
	Source         netip.Addr   // mcast_src_ip; zero: the interface's primary address
	UnicastPeers   []netip.Addr // unicast_peer; empty: multicast
	VMAC           bool         // use_vmac
	GARP           GARP
	// LowerPrioNoAdvert keeps a Master that hears a lower priority from
	// answering with an advert at once, HigherPrioSendAdvert makes one that
	// hears a higher priority send a last advert. Default false.
	LowerPrioNoAdvert    bool
	HigherPrioSendAdvert bool

	// Command lines, split into words. One that a shell must read (it holds
	// operators such as && or <) is "/bin/sh", "-c" and the line.
	NotifyMaster, NotifyBackup, NotifyFault, NotifyStop, Notify []string
	TrackScripts                                                []TrackScript
	SMTPAlert                                                   bool
}

// Address is one line of virtual_ipaddress.
type Address struct {
	Prefix    netip.Prefix // as written, else /32 or /128
	Interface string       // dev, default the instance's interface
	Label     string
	Scope     int        // rtnetlink scope, default 0 (global)
	Broadcast netip.Addr // brd; zero for none
}

// GARP is the schedule of gratuitous ARP on becoming Master.
type GARP struct {
	Repeat       int           // garp_master_repeat, default 5 packets per burst
	Delay        time.Duration // garp_master_delay, default 5 s until the second burst; 0: none
	Refresh      time.Duration // garp_master_refresh, default 0: never again
	RefreshTimes int           // garp_master_refresh_repeat, default 1
	// LowerRepeat and LowerDelay are for a Master that heard a lower priority;
	// default Repeat and Delay.
	LowerRepeat int
	LowerDelay  time.Duration
}

// Script is a vrrp_script.
type Script struct {
	Name     string
	Command  []string      // as NotifyMaster of Instance
	Interval time.Duration // default 1 s
	Timeout  time.Duration // default Interval
	Weight   int           // -253..253, default 0
	Rise     int           // default 1
	Fall     int           // default 1
}

// TrackScript is a use of a Script by an instance.
type TrackScript struct {
	Name   string
	Weight int // the script's own unless the instance overrides it
}

// VirtualServer is a virtual_server.
type VirtualServer struct {
	Pos            Pos
	Address        netip.AddrPort // zero for fwmark services and groups
	FWMark         uint32
	Group          string        // name of a virtual_server_group
	Protocol       string        // TCP, UDP or SCTP; default UDP, reported as an error; empty for FWMark
	DelayLoop      time.Duration // default 60 s
	Scheduler      string        // lb_algo, default wlc
	Forward        string        // lb_kind: NAT, DR or TUN, default NAT
	Persistence    time.Duration // persistence_timeout, default 0: none
	Warmup         time.Duration // default DelayLoop: the first check comes at a random moment within it
	Quorum         int           // default 1
	Hysteresis     int           // default 0
	SorryServer    netip.AddrPort
	SorryInhibit   bool
	InhibitFailure bool
	RealServers    []*RealServer
}

// RealServer is a real_server with its checker.
type RealServer struct {
	Pos     Pos
	Address netip.AddrPort
	Weight  int      // default 1
	Forward string   // default the virtual server's
	Inhibit bool     // inhibit_on_failure, default the virtual server's
	Checker *Checker // nil: always alive
}

// Checker is a health checker of a real server.
type Checker struct {
	Kind           string        // HTTP_GET, SSL_GET, TCP_CHECK ...
	ConnectTimeout time.Duration // default 5 s
	Retry          int           // nb_get_retry or retry, default 1; MISC 0, DNS 3
	RetryDelay     time.Duration // delay_before_retry, default 3 s for HTTP and SSL, delay_loop for DNS, else 1 s
	DelayLoop      time.Duration // default the virtual server's
	Warmup         time.Duration // default the virtual server's
	ConnectPort    uint16        // default the server's port
	URLs           []URL
}

// URL is a url block of HTTP_GET or SSL_GET.
type URL struct {
	Path        string
	StatusCodes []int // empty: 200..299
	Digest      string
	VirtualHost string
}

// Pos is a place in a configuration file. Line and Column count from 1.
type Pos struct {
	File   string
	Line   int
	Column int
}
