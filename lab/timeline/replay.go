package timeline

import (
	"net/netip"
	"slices"
)

// Span is a stretch of time: From <= t < To.
type Span struct{ From, To Time }

// Holder is a kernel address as a node has it.
type Holder struct {
	Node string
	Address
}

// Holders returns who has address a at to, in the order in which they got it:
// the kernels' changes replayed from the beginning. An interface that is
// deleted takes its addresses along, whether or not the kernel said so first.
func (x *Index) Holders(a netip.Addr, to Time) []Holder {
	var held []Holder
	drop := func(node, iface string) {
		held = slices.DeleteFunc(held, func(h Holder) bool { return h.Node == node && h.Interface == iface })
	}
	x.replayAddress(a, to, func(e *Event) {
		if e.Kind == KindLink {
			drop(e.Node, e.Link.Interface)
			return
		}
		drop(e.Node, e.Address.Interface)
		if e.Address.Change != Deleted {
			held = append(held, Holder{e.Node, *e.Address})
		}
	})
	return held
}

// HolderSpans returns when each node had address a, up to to.
func (x *Index) HolderSpans(a netip.Addr, to Time) map[string][]Span {
	spans := map[string][]Span{}
	held := map[string]map[string]bool{} // interfaces that have it, by node
	x.replayAddress(a, to, func(e *Event) {
		if held[e.Node] == nil {
			held[e.Node] = map[string]bool{}
		}
		on, before := held[e.Node], len(held[e.Node])
		switch {
		case e.Kind == KindLink:
			delete(on, e.Link.Interface)
		case e.Address.Change == Deleted:
			delete(on, e.Address.Interface)
		default:
			on[e.Address.Interface] = true
		}
		switch {
		case before == 0 && len(on) > 0:
			spans[e.Node] = append(spans[e.Node], Span{e.At, to})
		case before > 0 && len(on) == 0:
			spans[e.Node][len(spans[e.Node])-1].To = e.At
		}
	})
	return spans
}

// replayAddress calls do with the changes of a and the deletions of links, in
// order of time.
func (x *Index) replayAddress(a netip.Addr, to Time, do func(*Event)) {
	addresses := x.addresses[a].Until(to)
	links := x.unlinked.Until(to)
	for len(addresses) > 0 || len(links) > 0 {
		if len(links) == 0 || len(addresses) > 0 && !after(addresses[0], links[0]) {
			do(addresses[0])
			addresses = addresses[1:]
			continue
		}
		do(links[0])
		links = links[1:]
	}
}

// Service is a service of an IPVS table with its destinations.
type Service struct {
	IPVS
	Destinations map[string]IPVS // by address:port
}

// Table replays the IPVS changes of a node up to to: services by their name.
func (x *Index) Table(node string, to Time) map[string]*Service {
	table := map[string]*Service{}
	for _, e := range x.OfNode(KindIPVS, node).Until(to) {
		row, s := *e.IPVS, table[e.IPVS.Service]
		switch {
		case row.Destination == "" && row.Change == Deleted:
			delete(table, row.Service)
		case row.Destination == "" && s != nil:
			s.IPVS = row
		case row.Destination == "":
			table[row.Service] = &Service{IPVS: row, Destinations: map[string]IPVS{}}
		case row.Change == Deleted && s == nil: // the service went first and took it along
		case row.Change == Deleted:
			delete(s.Destinations, row.Destination)
		case s == nil: // its service is told of later
			table[row.Service] = &Service{
				IPVS:         IPVS{Service: row.Service},
				Destinations: map[string]IPVS{row.Destination: row},
			}
		default:
			s.Destinations[row.Destination] = row
		}
	}
	return table
}

// Running returns the begin events of the processes of a node's service that
// run at to, oldest first.
func (x *Index) Running(node, service string, to Time) Track {
	var running Track
	for _, e := range x.OfNode(KindProcess, node).Until(to) {
		if e.Process.Service != service {
			continue
		}
		if e.Process.Phase == Begin {
			running = append(running, e)
			continue
		}
		running = slices.DeleteFunc(running, func(b *Event) bool { return b.Process.PID == e.Process.PID })
	}
	return running
}
