package topology

import (
	"maps"
	"net/netip"
	"slices"
)

// NodeNames lists the nodes in alphabetical order.
func (t *Topology) NodeNames() []string { return sortedKeys(t.Nodes) }

// NetworkNames lists the networks in alphabetical order.
func (t *Topology) NetworkNames() []string { return sortedKeys(t.Networks) }

// InterfaceNames lists the interfaces in alphabetical order.
func (n *Node) InterfaceNames() []string { return sortedKeys(n.Interfaces) }

// ServiceNames lists the services in alphabetical order.
func (n *Node) ServiceNames() []string { return sortedKeys(n.Services) }

// HANode is a node that runs the daemon under test.
type HANode struct {
	Node    string
	Service string // the service's name on the node
	Config  string // the file it reads, on the node
}

// HANodes lists the nodes that run the daemon under test, in alphabetical order.
func (t *Topology) HANodes() []HANode {
	var out []HANode
	for _, name := range t.NodeNames() {
		n := t.Nodes[name]
		if n == nil {
			continue
		}
		for _, service := range n.ServiceNames() {
			s := n.Services[service]
			if s == nil || s.HA == nil {
				continue
			}
			config := s.HA.Config
			setDefault(&config, DefaultHAConfig)
			out = append(out, HANode{name, service, config})
		}
	}
	return out
}

// Attachment is an address on an interface of a node.
type Attachment struct {
	Node      string
	Interface string
	Network   string
	Prefix    netip.Prefix
	Label     string // lo:0, or empty
}

// Owner finds the node that has addr on a network. Addresses of lo and dummies
// are nobody's on the wire and do not count.
func (t *Topology) Owner(addr netip.Addr) (Attachment, bool) {
	for _, name := range t.NodeNames() {
		for _, a := range t.Attachments(name) {
			if a.Network != "" && a.Prefix.Addr() == addr {
				return a, true
			}
		}
	}
	return Attachment{}, false
}

// Attachments lists the addresses of a node, interface by interface.
func (t *Topology) Attachments(node string) []Attachment {
	n := t.Nodes[node]
	if n == nil {
		return nil
	}
	var out []Attachment
	for _, name := range n.InterfaceNames() {
		i := n.Interfaces[name]
		if i == nil {
			continue
		}
		for _, prefix := range i.Addresses {
			out = append(out, Attachment{node, name, i.Network, prefix, i.Labels[prefix.String()]})
		}
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
