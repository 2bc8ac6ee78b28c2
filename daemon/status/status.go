// Package status is what a running vipd tells of itself: plain values that its
// processes fill, and that `vipd status`, the metrics and the state files
// show. Its JSON is a contract with scripts.
package status

import (
	"net/netip"
	"time"
)

// Schema names the form of Status in JSON.
const Schema = "vipd.status/1"

// Status is all of a daemon at one moment.
type Status struct {
	Schema  string    `json:"schema"`
	Version string    `json:"version"` // of vipd
	PID     int       `json:"pid"`     // of the parent
	Started time.Time `json:"started"`
	Now     time.Time `json:"now"` // when this was taken
	Config  string    `json:"config"`
	// Loaded is when the running configuration was read. Refused is what was
	// wrong with a later one that was not taken; empty: nothing.
	Loaded  time.Time `json:"loaded"`
	Refused string    `json:"refused,omitempty"`

	Processes []Process  `json:"processes"`
	Instances []Instance `json:"instances"`
	Groups    []Group    `json:"groups"`
	Trackers  []Tracker  `json:"trackers"`
	Receive   Receive    `json:"receive"`
	Lost      Lost       `json:"lost"`

	VirtualServers []VirtualServer `json:"virtual_servers"`
	// IPVS is why IPVS cannot be programmed; empty: it can, or need not.
	IPVS string `json:"ipvs,omitempty"`
}

// Merge adds what a child knows.
func (s *Status) Merge(o *Status) {
	s.Instances = append(s.Instances, o.Instances...)
	s.Groups = append(s.Groups, o.Groups...)
	s.Trackers = append(s.Trackers, o.Trackers...)
	s.VirtualServers = append(s.VirtualServers, o.VirtualServers...)
	s.Receive.UnknownVRID += o.Receive.UnknownVRID
	for reason, n := range o.Receive.Discards {
		if s.Receive.Discards == nil {
			s.Receive.Discards = map[string]uint64{}
		}
		s.Receive.Discards[reason] += n
	}
	s.Lost.Events += o.Lost.Events
	s.Lost.Lines += o.Lost.Lines
	s.Lost.Mails += o.Lost.Mails
	if o.IPVS != "" {
		s.IPVS = o.IPVS
	}
}

// Process is a child of the daemon.
type Process struct {
	Name     string    `json:"name"` // "vrrp", "checkers"
	PID      int       `json:"pid"`
	Started  time.Time `json:"started"`
	Restarts int       `json:"restarts"`
}

// Instance is a virtual router.
type Instance struct {
	Name      string `json:"name"`
	Group     string `json:"group,omitempty"` // its sync group
	Interface string `json:"interface"`       // of the configuration
	Device    string `json:"device"`          // that adverts leave by: Interface or a VMAC
	Family    string `json:"family"`          // "IPv4", "IPv6"
	Version   int    `json:"version"`         // of VRRP: 2, 3
	VRID      int    `json:"vrid"`

	State       string     `json:"state"`  // INIT, BACKUP, MASTER, FAULT
	Wanted      string     `json:"wanted"` // the configuration's "state"
	Since       time.Time  `json:"since"`  // of the last transition
	Cause       string     `json:"cause"`  // of the last transition, a sentence
	Priority    Priority   `json:"priority"`
	Faults      []string   `json:"faults"` // why it is in FAULT
	Maintenance bool       `json:"maintenance"`
	Source      netip.Addr `json:"source"` // of its adverts; zero: none yet

	// Master is whom a Backup hears; zero: nobody.
	Master         netip.Addr `json:"master"`
	MasterPriority int        `json:"master_priority"`

	// Intervals in seconds: its own, the Master's as it has learnt it (version 3),
	// and Master_Down_Interval.
	AdvertInterval float64 `json:"advert_interval"`
	MasterInterval float64 `json:"master_interval"`
	MasterDown     float64 `json:"master_down_interval"`

	Addresses []Address `json:"addresses"`
	Timers    []Timer   `json:"timers"` // those that run, the next first
	Peers     []Peer    `json:"peers"`  // routers heard, by address
	// Discards counts adverts that were not taken, by reason.
	Discards map[string]uint64 `json:"discards"`
	Stats    Stats             `json:"stats"`
}

// Priority is an effective priority and what makes it up.
type Priority struct {
	Base      int    `json:"base"`
	Effective int    `json:"effective"`
	Parts     []Part `json:"parts"`
}

// Part is what one tracker adds to a priority now.
type Part struct {
	Tracker string `json:"tracker"` // "script chk_nginx"
	Weight  int    `json:"weight"`  // what it adds at this moment
	Text    string `json:"text"`    // "failed", "up", "3 of 2 processes"
}

// Address is a virtual address.
type Address struct {
	Prefix    netip.Prefix `json:"prefix"`
	Interface string       `json:"interface"`
	Excluded  bool         `json:"excluded"` // not in adverts
	Held      bool         `json:"held"`     // on the interface now, by us
}

// Timer is something that will happen.
type Timer struct {
	Name string  `json:"name"` // "advert", "master down", "preempt delay", "gratuitous ARP", ...
	In   float64 `json:"in"`   // seconds from now
}

// Peer is a router whose adverts were taken.
type Peer struct {
	Address  netip.Addr `json:"address"`
	Priority int        `json:"priority"` // of its last advert
	Interval float64    `json:"interval"` // seconds, as its last advert says
	Heard    time.Time  `json:"heard"`
	Adverts  uint64     `json:"adverts"`
}

// Stats are the counters of keepalived's statistics file, and few more.
type Stats struct {
	AdvertsReceived   uint64 `json:"adverts_received"`
	AdvertsSent       uint64 `json:"adverts_sent"`
	BecameMaster      uint64 `json:"became_master"`
	ReleasedMaster    uint64 `json:"released_master"`
	LengthErrors      uint64 `json:"length_errors"`
	TTLErrors         uint64 `json:"ttl_errors"`
	TypeErrors        uint64 `json:"type_errors"`
	VersionErrors     uint64 `json:"version_errors"`
	ChecksumErrors    uint64 `json:"checksum_errors"`
	IntervalErrors    uint64 `json:"interval_errors"`
	AddressListErrors uint64 `json:"address_list_errors"`
	AuthTypeInvalid   uint64 `json:"auth_type_invalid"`
	AuthTypeMismatch  uint64 `json:"auth_type_mismatch"`
	AuthFailures      uint64 `json:"auth_failures"`
	PriorityZeroRx    uint64 `json:"priority_zero_received"`
	PriorityZeroTx    uint64 `json:"priority_zero_sent"`
	GARPSent          uint64 `json:"garp_sent"` // gratuitous ARP and unsolicited NA
	SendErrors        uint64 `json:"send_errors"`
}

// Group is a sync group.
type Group struct {
	Name    string    `json:"name"`
	State   string    `json:"state"`
	Since   time.Time `json:"since"`
	Members []string  `json:"members"`
}

// Tracker is something that instances follow.
type Tracker struct {
	Kind  string `json:"kind"` // interface, script, file, process, bfd
	Name  string `json:"name"`
	Known bool   `json:"known"` // it has had a result
	Up    bool   `json:"up"`
	Text  string `json:"text"` // its last result, in words
}

// Receive is about packets that reached no virtual router.
type Receive struct {
	UnknownVRID uint64            `json:"unknown_vrid"`
	Discards    map[string]uint64 `json:"discards"`
}

// Lost counts notifications that were not delivered.
type Lost struct {
	Events uint64 `json:"events"`
	Lines  uint64 `json:"lines"` // that FIFOs did not take
	Mails  uint64 `json:"mails"`
}
