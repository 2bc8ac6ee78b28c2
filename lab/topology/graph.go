package topology

import (
	"cmp"
	"fmt"
	"strings"
)

// Graph is a topology as a picture: networks with the nodes on them.
type Graph struct {
	Title    string
	Networks []GraphNetwork
	Nodes    []GraphNode
}

// GraphNetwork is a network and who is on it.
type GraphNetwork struct {
	Name  string
	Links []GraphLink
}

// GraphLink is an interface on a network.
type GraphLink struct {
	Node      string
	Interface string
	Addresses []string
}

// GraphNode is a node and what stands on it beside its links: services, then
// addresses of lo and dummies ("lo:1 192.168.136.100/32").
type GraphNode struct {
	Name     string
	Hostname string // empty where it is the node's name
	Notes    []string
}

// Graph returns the picture of t, everything in alphabetical order.
func (t *Topology) Graph() Graph {
	g := Graph{Title: t.Title}
	for _, name := range t.NodeNames() {
		g.Nodes = append(g.Nodes, t.graphNode(name))
	}
	for _, network := range t.NetworkNames() {
		g.Networks = append(g.Networks, t.graphNetwork(network))
	}
	return g
}

func (t *Topology) graphNode(name string) GraphNode {
	node := GraphNode{Name: name}
	n := t.Nodes[name]
	if n == nil {
		return node
	}
	if n.Hostname != name {
		node.Hostname = n.Hostname
	}
	node.Notes = inSeries(n.ServiceNames())
	for _, a := range t.Attachments(name) {
		if a.Network == "" {
			node.Notes = append(node.Notes, cmp.Or(a.Label, a.Interface)+" "+a.Prefix.String())
		}
	}
	return node
}

func (t *Topology) graphNetwork(network string) GraphNetwork {
	g := GraphNetwork{Name: network}
	for _, node := range t.NodeNames() {
		n := t.Nodes[node]
		if n == nil {
			continue
		}
		for _, name := range n.InterfaceNames() {
			i := n.Interfaces[name]
			if i == nil || i.Network != network {
				continue
			}
			g.Links = append(g.Links, GraphLink{node, name, written(i.Addresses)})
		}
	}
	return g
}

// Mermaid writes the graph for Markdown pages (mermaid flowchart).
func (g Graph) Mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart TB\n")
	for _, n := range g.Networks {
		fmt.Fprintf(&b, "  %s{{%s}}\n", mermaidID("net", n.Name), mermaidText(n.Name))
	}
	for _, n := range g.Nodes {
		fmt.Fprintf(&b, "  %s[%s]\n", mermaidID("node", n.Name), mermaidText(n.lines()...))
	}
	for _, n := range g.Networks {
		for _, l := range n.Links {
			fmt.Fprintf(&b, "  %s ---|%s| %s\n", mermaidID("node", l.Node), mermaidText(l.lines()...), mermaidID("net", n.Name))
		}
	}
	return b.String()
}

// mermaidID is an identifier that mermaid takes for any name of a topology.
func mermaidID(kind, name string) string {
	return kind + "_" + strings.NewReplacer("-", "_", ".", "_").Replace(name)
}

func mermaidText(lines ...string) string { return `"` + strings.Join(lines, "<br/>") + `"` }

// Dot writes the graph for Graphviz.
func (g Graph) Dot() string {
	var b strings.Builder
	fmt.Fprintf(&b, "graph lab {\n  label=%s;\n", dotText(g.Title))
	for _, n := range g.Networks {
		fmt.Fprintf(&b, "  %s [shape=ellipse, label=%s];\n", dotText("network "+n.Name), dotText(n.Name))
	}
	for _, n := range g.Nodes {
		fmt.Fprintf(&b, "  %s [shape=box, label=%s];\n", dotText(n.Name), dotText(n.lines()...))
	}
	for _, n := range g.Networks {
		for _, l := range n.Links {
			fmt.Fprintf(&b, "  %s -- %s [label=%s];\n", dotText(l.Node), dotText("network "+n.Name), dotText(l.lines()...))
		}
	}
	b.WriteString("}\n")
	return b.String()
}

// dotText quotes lines: in a quoted string of Graphviz only the quote and the
// backslash are special.
func dotText(lines ...string) string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	for i, line := range lines {
		lines[i] = escape.Replace(line)
	}
	return `"` + strings.Join(lines, `\n`) + `"`
}

func (n GraphNode) lines() []string {
	lines := []string{n.Name}
	if n.Hostname != "" {
		lines = append(lines, n.Hostname)
	}
	return append(lines, n.Notes...)
}

func (l GraphLink) lines() []string { return append([]string{l.Interface}, l.Addresses...) }
