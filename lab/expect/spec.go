package expect

import (
	"net/netip"
	"time"
)

// Item is one line of a scenario's expect list: a title, and exactly one
// expectation.
type Item struct {
	// ID is a requirement (R3768-6.4.3-05) or the scenario's own; default: the
	// expectation's word and its place.
	ID    string `yaml:"id,omitempty" json:"id,omitempty"`
	Title string `yaml:"title,omitempty" json:"title,omitempty"`

	Master       *Master       `yaml:"master,omitempty" json:"master,omitempty"`
	VIP          *VIP          `yaml:"vip,omitempty" json:"vip,omitempty"`
	ARP          *ARP          `yaml:"arp,omitempty" json:"arp,omitempty"`
	GARP         *GARP         `yaml:"garp,omitempty" json:"garp,omitempty"`
	Adverts      *Adverts      `yaml:"adverts,omitempty" json:"adverts,omitempty"`
	Takeover     *Takeover     `yaml:"takeover,omitempty" json:"takeover,omitempty"`
	SingleMaster *SingleMaster `yaml:"single-master,omitempty" json:"single-master,omitempty"`
	Neighbour    *Neighbour    `yaml:"neighbour,omitempty" json:"neighbour,omitempty"`
	Calm         *Calm         `yaml:"calm,omitempty" json:"calm,omitempty"`
	HTTP         *HTTP         `yaml:"http,omitempty" json:"http,omitempty"`
	Ping         *Ping         `yaml:"ping,omitempty" json:"ping,omitempty"`
	IPVS         *IPVS         `yaml:"ipvs,omitempty" json:"ipvs,omitempty"`
	Log          *Log          `yaml:"log,omitempty" json:"log,omitempty"`
	Mail         *Mail         `yaml:"mail,omitempty" json:"mail,omitempty"`
	Process      *Process      `yaml:"process,omitempty" json:"process,omitempty"`
	File         *File         `yaml:"file,omitempty" json:"file,omitempty"`
	Outage       *Outage       `yaml:"outage,omitempty" json:"outage,omitempty"`
	Script       *Script       `yaml:"script,omitempty" json:"script,omitempty"`
	Attempts     *Attempts     `yaml:"attempts,omitempty" json:"attempts,omitempty"`
	Server       *Server       `yaml:"server,omitempty" json:"server,omitempty"`
}

// Master expects Node, and nobody else, to be Master of VRID at the window's
// end: the last advertisement is its, with a priority other than 0, and no
// other node sent one after its first of this reign.
type Master struct {
	VRID int    `yaml:"vrid" json:"vrid"`
	Node string `yaml:"node" json:"node"`
}

// VIP expects the kernel of Node, and of no other node, to own Address at the
// window's end. An empty Node expects that nobody owns it.
type VIP struct {
	Address netip.Addr `yaml:"address" json:"address"`
	Node    string     `yaml:"node,omitempty" json:"node,omitempty"`
	// Label, when given, is the address label too (eth0:0).
	Label string `yaml:"label,omitempty" json:"label,omitempty"`
	// Prefix length, when not 0, is expected too.
	Prefix int `yaml:"prefix,omitempty" json:"prefix,omitempty"`
	// Ignore lists nodes that may own it besides (real servers of LVS-DR).
	Ignore []string `yaml:"ignore,omitempty" json:"ignore,omitempty"`
}

// ARP expects every ARP reply for Address in the window to come from Node, and
// at least one; an empty Node expects silence. A probe step must ask.
type ARP struct {
	Address netip.Addr `yaml:"address" json:"address"`
	Node    string     `yaml:"node,omitempty" json:"node,omitempty"`
}

// GARP expects the gratuitous ARPs that Node's configuration promises on
// becoming Master in this window: the first burst of garp_master_repeat for
// Address after the first advertisement, the second garp_master_delay later,
// all from Node with its own MAC as sender, broadcast.
type GARP struct {
	Address netip.Addr `yaml:"address" json:"address"`
	Node    string     `yaml:"node" json:"node"`
}

// Adverts expects at least Count advertisements of VRID from Node in the
// window, with the fields and the cadence that Node's configuration promises.
type Adverts struct {
	VRID  int    `yaml:"vrid" json:"vrid"`
	Node  string `yaml:"node" json:"node"`
	Count int    `yaml:"count,omitempty" json:"count,omitempty"` // default 3
	// Priority overrides the configured one, where a tracker has changed it.
	Priority int `yaml:"priority,omitempty" json:"priority,omitempty"`
	// Failed lists trackers of Node that have failed (a vrrp_script, an interface,
	// a process, a BFD session): their weights change the configured priority.
	Failed []string `yaml:"failed,omitempty" json:"failed,omitempty"`
}

// Takeover expects To's first advertisement of VRID in the window to come when
// To's configuration promises. From is who was Master before, if anyone: the
// time counts from its last advertisement, Skew_Time if that resigned
// (priority 0), else Master_Down_Interval. Without From it counts from when
// To's daemon began (Start), Master_Down_Interval (RFC 3768 6.4.1). With
// Preempt, From is alive with a lower priority and the time counts from To's
// start; From must fall silent afterwards. In a sync group it counts for the
// member that has to wait longest.
type Takeover struct {
	VRID int    `yaml:"vrid" json:"vrid"`
	From string `yaml:"from,omitempty" json:"from,omitempty"`
	To   string `yaml:"to" json:"to"`
	// Resigned says which formula is expected: true demands that From's last
	// advertisement carried priority 0, false that it did not. Unset: as seen.
	Resigned *bool `yaml:"resigned,omitempty" json:"resigned,omitempty"`
	Preempt  bool  `yaml:"preempt,omitempty" json:"preempt,omitempty"`
	// Priority overrides To's configured one, where a tracker or a reload has
	// changed it: Skew_Time follows.
	Priority int `yaml:"priority,omitempty" json:"priority,omitempty"`
	// Failed lists trackers of To that have failed, as in Adverts.
	Failed []string `yaml:"failed,omitempty" json:"failed,omitempty"`
}

// SingleMaster expects that no two nodes are Master of VRID at once in the
// window, other than for Allow. A node is Master from an advertisement until
// it resigns (priority 0), hears a better one, or misses three intervals; each
// overlap is reported with its duration. The VIPs of the instance are held to
// the same by their kernel owners.
type SingleMaster struct {
	VRID  int           `yaml:"vrid" json:"vrid"`
	Allow time.Duration `yaml:"allow,omitempty" json:"allow,omitempty"`
}

// Neighbour expects the kernel of Node, in its table of ARP or neighbour
// discovery at the window's end, to have Address at the hardware address that it
// has while At is Master: what Node sends there arrives.
type Neighbour struct {
	Node    string     `yaml:"node" json:"node"`
	Address netip.Addr `yaml:"address" json:"address"`
	At      string     `yaml:"at" json:"at"`
}

// Calm expects Node to answer a flood of others' advertisements of VRID, in the
// window, with no more than a burst of announcements of each address, and its
// repetition, and one advertisement besides the regular one, in each interval.
type Calm struct {
	VRID int    `yaml:"vrid" json:"vrid"`
	Node string `yaml:"node" json:"node"`
}

// HTTP expects answers of the probe named Probe in the window.
type HTTP struct {
	Probe string `yaml:"probe" json:"probe"`
	// Body, when given, is the body of every answer.
	Body string `yaml:"body,omitempty" json:"body,omitempty"`
	// Share gives the ratio of answers by body: {RS1 homepage: 2, RS2 homepage: 1}.
	// Over the window's answers each body's count is off its share by at most 1.
	Share map[string]int `yaml:"share,omitempty" json:"share,omitempty"`
	// Same expects all answers to have one body, whichever it is.
	Same bool `yaml:"same,omitempty" json:"same,omitempty"`
	// Count is how many answers there must be at least; default 1, with Share
	// four rounds of it, since fewer could not tell 2:1 from 1:1.
	Count int `yaml:"count,omitempty" json:"count,omitempty"`
	// Fails expects requests to fail instead.
	Fails bool `yaml:"fails,omitempty" json:"fails,omitempty"`
	// MaxGap is the longest time without a good answer; 0: not looked at.
	// With MaxGap, single failures are no failure of the check.
	MaxGap time.Duration `yaml:"max-gap,omitempty" json:"max-gap,omitempty"`
	// Settle looks only at the answers after the last failure or other body:
	// for a step in which the service moves. With Share, only at the latest
	// Count of those.
	Settle bool `yaml:"settle,omitempty" json:"settle,omitempty"`
}

// Ping expects answers of the ping probe named Probe.
type Ping struct {
	Probe  string        `yaml:"probe" json:"probe"`
	Count  int           `yaml:"count,omitempty" json:"count,omitempty"`
	Fails  bool          `yaml:"fails,omitempty" json:"fails,omitempty"`
	MaxGap time.Duration `yaml:"max-gap,omitempty" json:"max-gap,omitempty"`
	// Settle looks only at the answers after the last that is not as expected.
	Settle bool `yaml:"settle,omitempty" json:"settle,omitempty"`
}

// Log expects a line that contains Phrase on Node in the window.
type Log struct {
	Node   string `yaml:"node" json:"node"`
	Phrase string `yaml:"phrase" json:"phrase"`
	// Count is exact when given; 0 means at least once.
	Count int `yaml:"count,omitempty" json:"count,omitempty"`
	// Never expects no such line.
	Never bool `yaml:"never,omitempty" json:"never,omitempty"`
	// Facility, when given, looks only at what came by syslog with this facility
	// (local3).
	Facility string `yaml:"facility,omitempty" json:"facility,omitempty"`
}

// File expects the lines that were written to a file in Node's /var/log in the
// window to hold these texts, one each, in this order, others allowed between.
type File struct {
	Node string `yaml:"node" json:"node"`
	// Path is the file on the node, /var/log/NAME; messages is left to Log.
	Path  string   `yaml:"path" json:"path"`
	Lines []string `yaml:"lines" json:"lines"`
	// Only expects no other line that holds any of the texts: each came as often
	// as it is listed.
	Only bool `yaml:"only,omitempty" json:"only,omitempty"`
}

// Mail expects the mails that Node's sink received in the window to have these
// subjects, in this order, others allowed between.
type Mail struct {
	Node     string   `yaml:"node" json:"node"`
	Subjects []string `yaml:"subjects" json:"subjects"`
	// Body, when given, is a part of each expected mail's body.
	Body string `yaml:"body,omitempty" json:"body,omitempty"`
	// Only expects no other mail.
	Only bool `yaml:"only,omitempty" json:"only,omitempty"`
}

// Process expects a service of Node to run, or not, at the window's end.
type Process struct {
	Node    string `yaml:"node" json:"node"`
	Service string `yaml:"service" json:"service"`
	Running bool   `yaml:"running" json:"running"`
}

// Outage expects the longest gap in the window between two answers of a probe to
// be what the configuration promises of a takeover, no longer and no shorter:
// Skew_Time after a resignation, else what is left of Master_Down_Interval.
type Outage struct {
	Probe string `yaml:"probe" json:"probe"`
	VRID  int    `yaml:"vrid" json:"vrid"`
	From  string `yaml:"from" json:"from"`
	To    string `yaml:"to" json:"to"`
	// Script is the vrrp_script of From that first has to find out that what the
	// probe asks has failed there.
	Script string `yaml:"script,omitempty" json:"script,omitempty"`
}

// Script expects a vrrp_script of Node to be found failed, or good again, when
// its configuration promises: after fall (rise) results in a row, one each
// interval.
type Script struct {
	Node string `yaml:"node" json:"node"`
	Name string `yaml:"name" json:"name"`
	// Up expects it to be found good again.
	Up bool `yaml:"up,omitempty" json:"up,omitempty"`
	// After is what it counts from: a service of Node, whose end makes the script
	// fail and whose start makes it succeed, or a command that the step ran there.
	After string `yaml:"after" json:"after"`
}
