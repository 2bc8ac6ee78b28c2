// Package chart turns a timeline into a picture: what ran where, who was Master
// and owned the VIP, what was on the wire, what was done, what clients saw.
package chart

import (
	"slices"

	"github.com/viplab/viplab/lab/timeline"
)

// Chart is a stretch of a timeline, sorted into lanes.
type Chart struct {
	timeline.Span
	Groups []Group
	Steps  []Band // the scenario's steps
	Faults []Band // what was done to the lab; To is the heal, or From without one
	// Bodies are the answers of HTTP probes, in the order of their colours: the
	// n-th has class ok-n.
	Bodies []string
}

// Group is the lanes of a node.
type Group struct {
	Name  string
	Lanes []Lane
}

// Lane is one row: states that last, and what happens at an instant.
type Lane struct {
	Label string
	Bands []Band
	Ticks []Tick
}

// Band is a state that lasts.
type Band struct {
	timeline.Span
	Class string // what it is, for its colour: master, backup, vip ...
	Label string // written into it where there is room
	Title string // said of it when pointed at
}

// Tick is something that happened.
type Tick struct {
	At    timeline.Time
	Class string
	Title string
}

// Build sorts what x holds between from and to.
func Build(x *timeline.Index, from, to timeline.Time) *Chart {
	b := builder{x: x, w: timeline.Span{From: from, To: to}, chart: &Chart{Span: timeline.Span{From: from, To: to}}}
	b.chart.Steps = b.steps()
	b.chart.Faults = b.faults()
	b.reign()
	b.findBodies()
	for _, node := range x.Nodes() {
		g := Group{Name: node}
		g.Lanes = append(g.Lanes, b.services(node)...)
		g.Lanes = append(g.Lanes, b.routers(node)...)
		g.Lanes = append(g.Lanes, b.owners(node)...)
		g.Lanes = append(g.Lanes, b.packets(node)...)
		g.Lanes = append(g.Lanes, b.ipvs(node)...)
		g.Lanes = append(g.Lanes, b.probes(node)...)
		if len(g.Lanes) > 0 {
			b.chart.Groups = append(b.chart.Groups, g)
		}
	}
	slices.SortStableFunc(b.chart.Groups, func(a, c Group) int { return b.place(a.Name) - b.place(c.Name) })
	return b.chart
}

// place puts routers first, clients last, and what serves between.
func (b *builder) place(node string) int {
	switch {
	case len(b.routers(node)) > 0:
		return 0
	case len(b.probes(node)) == 0:
		return 1
	}
	return 2
}

// Extent is the span of what x holds, from the lab's beginning on.
func Extent(x *timeline.Index) timeline.Span {
	all := x.All()
	if len(all) == 0 {
		return timeline.Span{}
	}
	return timeline.Span{From: min(0, all[0].At), To: all[len(all)-1].At}
}

// Steps returns the spans of the steps that x holds, with their names.
func Steps(x *timeline.Index) []Band {
	b := builder{x: x, w: Extent(x)}
	return b.steps()
}
