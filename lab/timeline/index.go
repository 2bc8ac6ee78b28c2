package timeline

import (
	"maps"
	"net/netip"
	"slices"
)

// Index is the events of a run sorted by what they are about, so that looking
// at one window of one thing costs no more than what happened there. It takes
// further events while a run goes on. It is not safe for concurrent use.
type Index struct {
	all   Track
	kinds map[Kind]Track
	nodes map[Kind]map[string]Track // by kind, then node

	adverts   map[int]Track        // by VRID
	announced map[netip.Addr]Track // ARP by sender, ND by target
	asked     map[netip.Addr]Track // ARP requests by target, gratuitous ones left out
	addresses map[netip.Addr]Track
	questions map[netip.AddrPort]Track
	probes    map[string]Track
	unlinked  Track // links that were deleted
	networks  map[port]string
}

type port struct{ node, iface string }

// NewIndex returns an index of events, which need not be in order.
func NewIndex(events []Event) *Index {
	x := &Index{
		kinds:     map[Kind]Track{},
		nodes:     map[Kind]map[string]Track{},
		adverts:   map[int]Track{},
		announced: map[netip.Addr]Track{},
		asked:     map[netip.Addr]Track{},
		addresses: map[netip.Addr]Track{},
		questions: map[netip.AddrPort]Track{},
		probes:    map[string]Track{},
		networks:  map[port]string{},
	}
	x.Add(events)
	return x
}

// Add takes further events. Those that come late, as different sources are not
// equally quick, are put where their time belongs. Events without the payload
// of their kind are left out. The events must not be changed afterwards.
func (x *Index) Add(events []Event) {
	for i := range events {
		e := &events[i]
		if e.Kind == "" || !e.carries() {
			continue
		}
		x.all = x.all.insert(e)
		x.kinds[e.Kind] = x.kinds[e.Kind].insert(e)
		if x.nodes[e.Kind] == nil {
			x.nodes[e.Kind] = map[string]Track{}
		}
		x.nodes[e.Kind][e.Node] = x.nodes[e.Kind][e.Node].insert(e)
		switch e.Kind {
		case KindFrame:
			x.addFrame(e)
		case KindAddress:
			add(x.addresses, e.Address.Prefix.Addr(), e)
		case KindLink:
			if e.Link.Change == Deleted {
				x.unlinked = x.unlinked.insert(e)
			}
		case KindProbe:
			add(x.probes, e.Probe.Name, e)
		}
	}
}

func (x *Index) addFrame(e *Event) {
	f := e.Frame
	x.networks[port{e.Node, f.Port}] = f.Network
	if server, ok := f.Question(); ok {
		add(x.questions, server, e)
	}
	if f.VRRP != nil {
		add(x.adverts, f.VRRP.VRID, e)
	}
	if f.ARP != nil {
		add(x.announced, f.ARP.SenderIP, e)
		if f.ARP.Op == "request" && !f.ARP.Gratuitous() {
			add(x.asked, f.ARP.TargetIP, e)
		}
	}
	if f.ND != nil && f.ND.Op == "advert" {
		add(x.announced, f.ND.Target, e)
	}
}

func add[K comparable](m map[K]Track, key K, e *Event) { m[key] = m[key].insert(e) }

// All returns every event.
func (x *Index) All() Track { return x.all }

// Of returns the events of a kind.
func (x *Index) Of(k Kind) Track { return x.kinds[k] }

// OfNode returns the events of a kind on a node.
func (x *Index) OfNode(k Kind, node string) Track { return x.nodes[k][node] }

// Adverts returns the VRRP advertisements of a VRID, on all networks.
func (x *Index) Adverts(vrid int) Track { return x.adverts[vrid] }

// VRIDs returns the VRIDs that were advertised, in order.
func (x *Index) VRIDs() []int { return slices.Sorted(maps.Keys(x.adverts)) }

// Announced returns the ARP frames whose sender address is a, and the neighbour
// advertisements whose target it is.
func (x *Index) Announced(a netip.Addr) Track { return x.announced[a] }

// Asked returns the ARP requests for a, without gratuitous ones.
func (x *Index) Asked(a netip.Addr) Track { return x.asked[a] }

// Questions returns the frames that ask a server something: see Frame.Question.
func (x *Index) Questions(server netip.AddrPort) Track { return x.questions[server] }

// Addresses returns the kernel's changes of address a, on all nodes.
func (x *Index) Addresses(a netip.Addr) Track { return x.addresses[a] }

// Probe returns the outcomes of a named probe.
func (x *Index) Probe(name string) Track { return x.probes[name] }

// Probes returns the names of the probes, in order.
func (x *Index) Probes() []string { return slices.Sorted(maps.Keys(x.probes)) }

// Network returns the network that an interface of a node was seen to be on;
// empty while it has sent nothing.
func (x *Index) Network(node, iface string) string { return x.networks[port{node, iface}] }

// Nodes returns the nodes that any event names, in order.
func (x *Index) Nodes() []string {
	seen := map[string]bool{}
	for _, byNode := range x.nodes {
		for n := range byNode {
			seen[n] = true
		}
	}
	delete(seen, "")
	return slices.Sorted(maps.Keys(seen))
}

// Info returns what the run's first info event says; false without one.
func (x *Index) Info() (Info, bool) {
	if t := x.kinds[KindInfo]; len(t) > 0 {
		return *t[0].Info, true
	}
	return Info{}, false
}
