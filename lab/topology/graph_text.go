package topology

import (
	"fmt"
	"strings"
)

// Text draws the graph for a terminal: each network as a line, and the nodes
// hanging from it.
//
//	lan ─┬─ web1    enp0s3 192.168.0.3/24   httpd, keepalived
//	     └─ web2    enp0s3 192.168.0.4/24   httpd, keepalived
func (g Graph) Text() string {
	var b strings.Builder
	for _, n := range g.Networks {
		g.drawNetwork(&b, n)
	}
	g.drawLoose(&b)
	return b.String()
}

func (g Graph) drawNetwork(b *strings.Builder, n GraphNetwork) {
	if len(n.Links) == 0 {
		fmt.Fprintf(b, "%s ── (empty)\n", n.Name)
		return
	}
	notes := g.notes()
	rows := make([][]string, len(n.Links))
	for i, l := range n.Links {
		rows[i] = []string{l.Node, strings.Join(l.lines(), " "), notes[l.Node]}
	}
	lines := align(rows)
	for i, line := range lines {
		lead := strings.Repeat(" ", len(n.Name))
		if i == 0 {
			lead = n.Name
		}
		fmt.Fprintf(b, "%s %s %s\n", lead, branch(i, len(lines)), line)
	}
}

// branch is how line i of n hangs from its network.
func branch(i, n int) string {
	switch {
	case n == 1:
		return "───"
	case i == 0:
		return "─┬─"
	case i == n-1:
		return " └─"
	default:
		return " ├─"
	}
}

// drawLoose lists the nodes that are on no network.
func (g Graph) drawLoose(b *strings.Builder) {
	on := map[string]bool{}
	for _, n := range g.Networks {
		for _, l := range n.Links {
			on[l.Node] = true
		}
	}
	notes := g.notes()
	for _, n := range g.Nodes {
		if !on[n.Name] {
			fmt.Fprintln(b, strings.TrimRight("on no network: "+n.Name+"   "+notes[n.Name], " "))
		}
	}
}

func (g Graph) notes() map[string]string {
	notes := make(map[string]string, len(g.Nodes))
	for _, n := range g.Nodes {
		notes[n.Name] = strings.Join(n.Notes, ", ")
	}
	return notes
}

// align pads the columns of rows to equal width.
func align(rows [][]string) []string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len(cell))
		}
	}
	lines := make([]string, len(rows))
	for r, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			fmt.Fprintf(&b, "%-*s   ", widths[i], cell)
		}
		lines[r] = strings.TrimRight(b.String(), " ")
	}
	return lines
}
