package conf

import (
	"net/netip"
	"time"
)

// State is the initial state of an instance, as the file writes it.
type State string

// The initial states.
const (
	Backup State = "BACKUP"
	Master State = "MASTER"
)

// Instance is a vrrp_instance: one virtual router on one interface. Its fields
// hold what the daemon is to use; what a keyword of strict mode or of another
// family makes impossible is gone.
type Instance struct {
	Origin
	Name string
	// Family is that of the adverts: of the first address that the file gives,
	// IPv4 without any.
	Family    Family
	State     State         // default BACKUP; MASTER for priority 255
	Interface string        // empty only for unicast
	VRF       string        // vrf, of a unicast instance without an interface
	VRID      int           // 1..255
	Priority  int           // 1..255, default 100; 255 with state MASTER
	Version   int           // 2 or 3, default vrrp_version; 3 for IPv6
	AdvertInt time.Duration // default 1 s; whole seconds in version 2, up to 40.95 s in 3
	Strict    bool          // strict_mode, default vrrp_strict
	Preempt   bool          // default true
	// PreemptDelay is 0..1000 s, default 0; always 0 where it has no effect.
	PreemptDelay time.Duration
	// DownTimerAdverts is how many missed adverts make Master_Down_Interval
	// (with Skew_Time), 1..100, default 3.
	DownTimerAdverts int
	// TimerExpired is the highest priority of another router. A Master that
	// slept for longer than that one needs to take over steps down; 0: it does
	// not.
	TimerExpired int

	AuthType int       // 0 none, 1 PASS, 2 AH (RFC 2338 5.3.6)
	AuthPass string    // at most 8 bytes; empty for AuthType 0
	HMAC     *AuthHMAC // auth_hmac; nil: adverts are not signed

	Addresses []Address // virtual_ipaddress, in the file's order
	Excluded  []Address // virtual_ipaddress_excluded, and what no advert has room for
	Routes    []Route   // virtual_routes
	Rules     []Rule    // virtual_rules
	// NoAddresses permits an instance without Addresses.
	NoAddresses bool
	// Accept lets the host answer on Addresses that it does not own; default
	// true, false in strict mode, always true for priority 255.
	Accept             bool
	PromoteSecondaries bool // keep an address whose primary is removed

	MulticastGroup netip.Addr // the group of the adverts; zero for unicast
	Source         netip.Addr // mcast_src_ip or unicast_src_ip; zero: the interface's primary address
	TrackSource    bool       // FAULT without Source
	Unicast        Unicast
	UnicastPeers   []UnicastPeer // unicast_peer; empty: multicast

	VMAC       bool       // use_vmac
	VMACDevice VMACDevice // of VMAC
	// VMACAddresses makes VMACs for addresses on other interfaces as well
	// (use_vmac_addr); TransmitBase sends adverts from the interface below
	// (vmac_xmit_base).
	VMACAddresses bool
	TransmitBase  bool
	IPVLAN        *IPVLAN // use_ipvlan; nil: none
	GARP          GARP

	// LowerPrioNoAdvert keeps a Master that hears a lower priority from
	// answering with an advert at once, HigherPrioSendAdvert makes one that
	// hears a higher priority send a last advert. Default false; in strict mode
	// true and false.
	LowerPrioNoAdvert    bool
	HigherPrioSendAdvert bool
	OwnerIgnoreAdverts   bool // priority 255 takes no notice of adverts
	SkipCheckAddresses   bool // skip_check_adv_addr: compare address lists of a new sender only
	V3ChecksumAsV2       bool // no pseudo header in the checksum of version 3 over IPv4
	ReceiveBuffer        int  // kernel_rx_buf_size, bytes; 0: by vrrp_rx_bufs_policy
	Debug                int  // 0..4, default 0
	DontTrackPrimary     bool // the state of Interface does not matter
	Linkbeat             bool // linkbeat_use_polling
	// LVSSyncInterface is the interface of the IPVS sync daemon that follows
	// this instance; empty: none.
	LVSSyncInterface string

	TrackInterfaces, TrackScripts, TrackFiles, TrackProcesses, TrackBFDs []Track

	NotifyMaster, NotifyBackup, NotifyFault, NotifyStop, NotifyDeleted, Notify, NotifyLowerPriority Command
	// Deleted makes the removal by a reload known as DELETED, not FAULT.
	Deleted               bool
	SMTPAlert             bool
	NotifyPriorityChanges bool
}

// AuthHMAC is auth_hmac: adverts with a signature and a counter.
type AuthHMAC struct {
	Origin
	Keys      []HMACKey // one at least
	ActiveKey int       // the ID of the key to sign with, default the first
	// AntiReplay is what the counter is made of: "time" or "monotonic".
	AntiReplay string
	// TimeWindow is how far the clocks may differ, 1..300 s, default three
	// AdvertInt but 5 s at least; 0 without a clock.
	TimeWindow time.Duration
	// Mode is what becomes of unsigned adverts: "enforce" drops them,
	// "permissive" takes them, "receive-only" does not even sign its own.
	Mode string
}

// HMACKey is a key of AuthHMAC.
type HMACKey struct {
	ID int // 1..255
	// Value is as written: the text itself, "hex:" and the bytes, or "file:" and
	// the path of a file with either.
	Value string `json:"-"`
}

// GARP is the schedule of gratuitous ARP on becoming Master.
type GARP struct {
	Repeat       int           // garp_master_repeat, default 5 packets per burst
	Delay        time.Duration // garp_master_delay, default 5 s until the second burst; 0: none
	Refresh      time.Duration // garp_master_refresh, default 0: never again
	RefreshTimes int           // garp_master_refresh_repeat, default 1
	// LowerRepeat and LowerDelay are for a Master that heard a lower priority;
	// default those of global_defs, 0 in strict mode.
	LowerRepeat int
	LowerDelay  time.Duration
	Extra       ExtraGARP // garp_extra_if, default vrrp_garp_extra_if
}

// ExtraGARP is gratuitous ARP from the interfaces below VMACs.
type ExtraGARP struct {
	Interval time.Duration // 1 s..1 day, 0: never
	All      bool          // from those of addresses without a VMAC too
}

// VMACDevice is the macvlan of an instance, or what is to be special about it.
type VMACDevice struct {
	Name   string // empty: made of vmac_prefix and the VRID
	MAC    string // "02:00:00:00:00:01"; empty: the one of RFC 9568 7.3
	Notify bool   // netlink_notify_msg
	Group  Ident  // of interfaces
}

// IPVLAN is the device of use_ipvlan.
type IPVLAN struct {
	Mode    string       // bridge, private or vepa; empty: bridge
	Name    string       // empty: made of vmac_prefix and the VRID
	Address netip.Prefix // zero only for IPv6: the link-local one
	Group   Ident        // of interfaces
}

// Unicast is how an instance speaks to UnicastPeers.
type Unicast struct {
	TTL         int  // unicast_ttl 0..255, default 255
	CheckSource bool // check_unicast_src, default vrrp_check_unicast_src
	FaultNoPeer bool // unicast_fault_no_peer: FAULT without peers, not multicast
	// OldChecksum is the checksum of version 3 that old releases send: "" is
	// found out from what is heard, "always" and "never" are not.
	OldChecksum string
}

// UnicastPeer is a line of unicast_peer.
type UnicastPeer struct {
	Origin
	Address netip.Addr
	// MinTTL and MaxTTL bound the TTL of its adverts, 0..255; -1: no bound.
	MinTTL, MaxTTL int
}
