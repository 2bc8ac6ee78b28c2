package netif

import (
	"net/netip"

	"golang.org/x/sys/unix"
)

// Kind is what an Event tells.
type Kind int

// The kinds. Overrun says that events were lost and everything is to be
// looked at again.
const (
	LinkChanged Kind = iota + 1
	LinkGone
	AddressAdded
	AddressGone
	Overrun
	// RouteGone and RuleGone: somebody removed one. RouteReplaced: somebody put
	// another route in the place of one, see Route.SamePlace.
	RouteGone
	RouteReplaced
	RuleGone
)

// Event is a change in the kernel.
type Event struct {
	Kind  Kind
	Index int        // the interface, of links and addresses
	Name  string     // of links
	IP    netip.Addr // of addresses

	Link    *Link    // as it is now, or was: its flags, MAC address, name ...
	Address *Address // of AddressAdded and AddressGone
	Route   *Route   // the one that is gone, or the one that replaced it
	Rule    *Rule    // of RuleGone
}

// parseEvent reads a message of a type with its flags and payload.
func parseEvent(kind, flags uint16, data []byte) (Event, bool) {
	switch kind {
	case unix.RTM_NEWADDR, unix.RTM_DELADDR:
		index, a, ok := parseAddress(data)
		return Event{Kind: either(kind == unix.RTM_DELADDR, AddressGone, AddressAdded), Index: index, IP: a.Prefix.Addr(), Address: &a}, ok
	case unix.RTM_NEWLINK, unix.RTM_DELLINK:
		l, ok := parseLink(data)
		return Event{Kind: either(kind == unix.RTM_DELLINK, LinkGone, LinkChanged), Index: l.Index, Name: l.Name, Link: &l}, ok
	case unix.RTM_NEWROUTE, unix.RTM_DELROUTE:
		r, ok := parseRoute(data)
		gone := kind == unix.RTM_DELROUTE
		return Event{Kind: either(gone, RouteGone, RouteReplaced), Route: &r}, ok && (gone || flags&unix.NLM_F_REPLACE != 0)
	case unix.RTM_DELRULE:
		r, ok := parseRule(data)
		return Event{Kind: RuleGone, Rule: &r}, ok
	}
	return Event{}, false
}
