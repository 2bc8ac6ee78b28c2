// Package timeline holds what was seen in a lab: one ordered list of events,
// stamped with the lab's clock, that expectations are judged over and that a
// run keeps as NDJSON.
package timeline

import (
	"net/netip"
	"time"
)

// Kind says which payload of an Event is set.
type Kind string

// The kinds of events. Each names the Event field that it fills.
const (
	KindInfo      Kind = "info"      // the lab itself: kernel, clock, calibration
	KindStep      Kind = "step"      // a scenario's step begins or ends
	KindFault     Kind = "fault"     // something was done to the lab, or healed
	KindFrame     Kind = "frame"     // a frame entered a switch port
	KindAddress   Kind = "address"   // a kernel address came or went
	KindLink      Kind = "link"      // a kernel link changed
	KindNeighbour Kind = "neighbour" // what a node's kernel knows of a neighbour changed
	KindIPVS      Kind = "ipvs"      // an IPVS service or destination changed
	KindProcess   Kind = "process"   // a supervised process started or ended
	KindLog       Kind = "log"       // a log line
	KindProbe     Kind = "probe"     // a client's request and what came of it
	KindMail      Kind = "mail"      // a mail reached a node's mail sink
	KindFile      Kind = "file"      // a line was written to a file in a node's /var/log
	KindVisit     Kind = "visit"     // a client came to a hostile server
	KindManner    Kind = "manner"    // a hostile server behaves otherwise from now on
)

// Event is anything seen. Exactly the payload that Kind names is set.
type Event struct {
	Seq  uint64 `json:"seq"`
	At   Time   `json:"t"`
	Kind Kind   `json:"kind"`
	// Node is the node that sent, did or suffered it; empty for the lab itself.
	Node string `json:"node,omitempty"`

	Info      *Info      `json:"info,omitempty"`
	Step      *Step      `json:"step,omitempty"`
	Fault     *Fault     `json:"fault,omitempty"`
	Frame     *Frame     `json:"frame,omitempty"`
	Address   *Address   `json:"address,omitempty"`
	Link      *Link      `json:"link,omitempty"`
	Neighbour *Neighbour `json:"neighbour,omitempty"`
	IPVS      *IPVS      `json:"ipvs,omitempty"`
	Process   *Process   `json:"process,omitempty"`
	Log       *Log       `json:"log,omitempty"`
	Probe     *Probe     `json:"probe,omitempty"`
	Mail      *Mail      `json:"mail,omitempty"`
	File      *File      `json:"file,omitempty"`
	Visit     *Visit     `json:"visit,omitempty"`
	Manner    *Manner    `json:"manner,omitempty"`
}

// Info is the first event of a run: where it ran and how exact its clock is.
type Info struct {
	Lab     string `json:"lab"`
	Daemon  string `json:"daemon,omitempty"`
	Version string `json:"daemon_version,omitempty"`
	Backend string `json:"backend"` // host or uml
	Release string `json:"release"` // uname -r
	Clock   string `json:"clock"`   // real, virtual or ideal
	IPVS    bool   `json:"ipvs"`
	// SchedulerError is the largest lateness that calibration measured on this
	// kernel and clock, in seconds: the base of every timing tolerance.
	SchedulerError float64 `json:"scheduler_error_seconds"`
}

// Phase says whether something begins or ends.
type Phase string

// The phases of steps and faults.
const (
	Begin Phase = "begin"
	End   Phase = "end"
)

// Step marks where a scenario's step begins and ends.
type Step struct {
	Index int    `json:"index"` // from 0, in the order of the scenario file
	Name  string `json:"name"`
	Phase Phase  `json:"phase"`
}

// Fault marks an injection (Begin) and its heal (End).
type Fault struct {
	Name   string `json:"name"`   // fault's name: stop, kill-all, link-down ...
	Target string `json:"target"` // NODE, NODE:IFACE or NODE/SERVICE
	Phase  Phase  `json:"phase"`
}

// Frame is a frame on the wire, seen as it entered a switch port; Event.Node is
// the node behind that port.
type Frame struct {
	Network string `json:"network"`
	// Port is the interface of the node that the port serves: eth0.
	Port   string `json:"port"`
	Src    string `json:"src"` // source MAC
	Dst    string `json:"dst"` // destination MAC
	Length int    `json:"len"` // bytes on the wire, without FCS
	// Proto is the innermost protocol known: vrrp, arp, nd, icmp, icmpv6, tcp,
	// udp, igmp, ip, ipv6, ether.
	Proto string `json:"proto"`
	// IPSrc, IPDst and TTL are of the network layer where there is one.
	IPSrc netip.Addr `json:"ip_src,omitzero"`
	IPDst netip.Addr `json:"ip_dst,omitzero"`
	TTL   int        `json:"ttl,omitempty"`

	TCP  *TCP  `json:"tcp,omitempty"`
	UDP  *UDP  `json:"udp,omitempty"`
	Echo *Echo `json:"echo,omitempty"`
	VRRP *VRRP `json:"vrrp,omitempty"`
	ARP  *ARP  `json:"arp,omitempty"`
	ND   *ND   `json:"nd,omitempty"`
}

// Question returns which server f asks something, if it is the first packet of a
// question: a SYN, a datagram or, with port 0, an echo request. A SYN that is sent
// again is another one, with the same number.
func (f *Frame) Question() (server netip.AddrPort, ok bool) {
	switch {
	case f.TCP != nil && f.TCP.Flags == "S":
		return netip.AddrPortFrom(f.IPDst, f.TCP.DstPort), true
	case f.UDP != nil:
		return netip.AddrPortFrom(f.IPDst, f.UDP.DstPort), true
	case f.Echo != nil && !f.Echo.Reply:
		return netip.AddrPortFrom(f.IPDst, 0), true
	}
	return netip.AddrPort{}, false
}

// TCP is the header of a segment, as far as it tells connections apart.
type TCP struct {
	SrcPort uint16 `json:"src_port"`
	DstPort uint16 `json:"dst_port"`
	Seq     uint32 `json:"seq"`
	// Flags are of SYN, FIN, RST and ACK, by their first letters: S, SA, FA.
	Flags string `json:"flags"`
}

// UDP is the header of a datagram.
type UDP struct {
	SrcPort uint16 `json:"src_port"`
	DstPort uint16 `json:"dst_port"`
	// BFD is the state in a control packet (RFC 5880 4.1): AdminDown, Down, Init, Up.
	BFD string `json:"bfd,omitempty"`
}

// Echo is a request or a reply of ICMP or ICMPv6.
type Echo struct {
	Reply bool   `json:"reply,omitempty"`
	ID    uint16 `json:"id"`
	Seq   uint16 `json:"n"`
}

// VRRP is an advertisement, version 2 (RFC 3768 5.1) or 3 (RFC 9568 5.1).
type VRRP struct {
	Version  int `json:"version"`
	Type     int `json:"type"`
	VRID     int `json:"vrid"`
	Priority int `json:"priority"`
	// Interval is the advertised interval, in nanoseconds in Go and JSON alike.
	Interval   time.Duration `json:"interval_ns"`
	AuthType   int           `json:"auth_type,omitempty"` // version 2: 0 none, 1 PASS, 2 AH
	AuthData   string        `json:"auth_data,omitempty"` // version 2: the 8 bytes, in hex
	Addresses  []netip.Addr  `json:"addresses"`
	ChecksumOK bool          `json:"checksum_ok"`
}

// ARP is a request or a reply (RFC 826).
type ARP struct {
	Op        string     `json:"op"` // request or reply
	SenderMAC string     `json:"sender_mac"`
	SenderIP  netip.Addr `json:"sender_ip"`
	TargetMAC string     `json:"target_mac"`
	TargetIP  netip.Addr `json:"target_ip"`
}

// Gratuitous reports whether a announces its own address to all (RFC 5227 3): a
// request for it, or a reply that nobody asked for. The reply of a router that
// still holds the address, to the announcement of the next one, has the same
// addresses, but it is for that one alone.
func (a *ARP) Gratuitous() bool {
	if a.SenderIP != a.TargetIP || a.SenderIP.IsUnspecified() {
		return false
	}
	return a.Op == "request" || a.TargetMAC == a.SenderMAC || a.TargetMAC == "ff:ff:ff:ff:ff:ff"
}

// ND is an IPv6 neighbour solicitation or advertisement (RFC 4861).
type ND struct {
	Op        string     `json:"op"` // solicit or advert
	Target    netip.Addr `json:"target"`
	LinkAddr  string     `json:"link_addr,omitempty"`
	Override  bool       `json:"override,omitempty"`
	Solicited bool       `json:"solicited,omitempty"`
	Router    bool       `json:"router,omitempty"`
}

// Change says what became of a kernel object.
type Change string

// The changes.
const (
	Added   Change = "add"
	Changed Change = "change"
	Deleted Change = "del"
)

// Address is an address of a node's kernel that came or went.
type Address struct {
	Change    Change       `json:"change"`
	Interface string       `json:"interface"`
	Prefix    netip.Prefix `json:"prefix"`
	Label     string       `json:"label,omitempty"`
	Scope     int          `json:"scope,omitempty"` // rtnetlink scope: 0 global, 253 link, 254 host
}

// Link is a link of a node's kernel that came, went or changed.
type Link struct {
	Change    Change `json:"change"`
	Interface string `json:"interface"`
	Type      string `json:"type,omitempty"` // veth, macvlan, dummy ...
	MAC       string `json:"mac,omitempty"`
	Up        bool   `json:"up"`      // IFF_UP: administratively up
	Carrier   bool   `json:"carrier"` // IFF_LOWER_UP
}

// Neighbour is an entry that came into, or went from, a kernel's table of
// neighbours, ARP's or neighbour discovery's, or got another hardware address.
type Neighbour struct {
	Change    Change     `json:"change"`
	Interface string     `json:"interface"`
	Address   netip.Addr `json:"address"`
	MAC       string     `json:"mac"`
}

// IPVS is a change of one row of a director's table. Destination is the zero
// value where the row is the service itself.
type IPVS struct {
	Change Change `json:"change"`
	// Service is as ipvsadm -Ln writes it: "TCP 192.168.0.254:80" or "FWM 1".
	Service     string `json:"service"`
	Scheduler   string `json:"scheduler,omitempty"`
	Persistence int    `json:"persistence,omitempty"` // seconds, 0 for none
	// Mask is the prefix length that makes clients one for persistence; 0 is a
	// single client.
	Mask int `json:"mask,omitempty"`
	// Flags are the service's others, in ipvsadm's words: ops,flag-1,flag-2.
	Flags string `json:"flags,omitempty"`
	// Destination is "192.168.0.3:80"; Forward is Route, Masq, Tunnel or Local.
	Destination string `json:"destination,omitempty"`
	Forward     string `json:"forward,omitempty"`
	Weight      int    `json:"weight"`
	// Upper and Lower are the destination's thresholds, in connections; 0 for none.
	Upper uint32 `json:"upper,omitempty"`
	Lower uint32 `json:"lower,omitempty"`
}

// Process is a supervised process that started or ended.
type Process struct {
	Phase   Phase    `json:"phase"`
	Service string   `json:"service"` // the service it runs for, or the command's name
	PID     int      `json:"pid"`     // as the lab sees it
	Args    []string `json:"args,omitempty"`
	Status  int      `json:"status"`           // exit status, at End
	Signal  string   `json:"signal,omitempty"` // signal that ended it, at End
}

// Log is one line that something on a node logged.
type Log struct {
	Source   string `json:"source"` // program's name, or the service whose output it is
	Severity string `json:"severity,omitempty"`
	Facility string `json:"facility,omitempty"`
	Text     string `json:"text"`
}

// Probe is one request of a client and its outcome. Event.At is when the
// outcome was known; Sent is when the request left.
type Probe struct {
	Name    string  `json:"name"`  // the probe's name: all requests of a series share it
	Proto   string  `json:"proto"` // http, ping or arp
	Target  string  `json:"target"`
	Seq     int     `json:"n"` // from 1 within Name
	Sent    Time    `json:"sent"`
	OK      bool    `json:"ok"`
	Status  int     `json:"status,omitempty"` // HTTP status
	Body    string  `json:"body,omitempty"`   // HTTP body, white space trimmed, at most 1 KiB
	MAC     string  `json:"mac,omitempty"`    // arp: who answered
	Error   string  `json:"error,omitempty"`
	Latency float64 `json:"latency_seconds,omitempty"`
}

// Mail is a mail that a node's sink took in.
type Mail struct {
	From    string   `json:"from"` // envelope sender
	To      []string `json:"to"`   // envelope recipients
	Subject string   `json:"subject"`
	Body    string   `json:"body,omitempty"` // at most 4 KiB
}

// File is a line that a program wrote to a file of its node.
type File struct {
	Path string `json:"path"` // /var/log/keepalived.log
	Text string `json:"text"` // at most 4 KiB
}

// Visit is a client that came to a hostile server, and how it was treated.
type Visit struct {
	Service string         `json:"service"`
	From    netip.AddrPort `json:"from"` // of a ping without port
	Manner  string         `json:"manner"`
	Asked   string         `json:"asked,omitempty"` // the question, where one came
}

// Manner is a hostile server that behaves otherwise from now on.
type Manner struct {
	Service string `json:"service"`
	Do      string `json:"do"`
	On      string `json:"on,omitempty"` // the question that it is for; empty for all
}
