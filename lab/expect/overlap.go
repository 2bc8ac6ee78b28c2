package expect

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/viplab/viplab/lab/timeline"
)

// overlap is a time in which several nodes had what one may have.
type overlap struct {
	timeline.Span
	nodes []string
}

func (o overlap) length() time.Duration { return o.To.Sub(o.From) }

// overlaps returns when more than one node had a span at once, in order,
// clipped to w. Touching overlaps are one.
func overlaps(spans map[string][]timeline.Span, w Window) []overlap {
	type edge struct {
		at    timeline.Time
		node  string
		begin bool
	}
	var edges []edge
	for node, list := range spans {
		for _, s := range list {
			from, to := max(s.From, w.From), min(s.To, w.To)
			if from < to {
				edges = append(edges, edge{from, node, true}, edge{to, node, false})
			}
		}
	}
	slices.SortFunc(edges, func(a, b edge) int {
		// Ends first: handing over at one instant is no overlap.
		return cmp.Or(cmp.Compare(a.at, b.at), rank(a.begin)-rank(b.begin), strings.Compare(a.node, b.node))
	})
	var found []overlap
	on := map[string]int{}
	for _, e := range edges {
		before := len(on)
		if e.begin {
			on[e.node]++
		} else if on[e.node]--; on[e.node] == 0 {
			delete(on, e.node)
		}
		found = step(found, e.at, before, slices.Sorted(maps.Keys(on)))
	}
	return found
}

func rank(begin bool) int {
	if begin {
		return 1
	}
	return 0
}

// byTime orders overlaps by their beginning.
func byTime(a, b overlap) int { return cmp.Compare(a.From, b.From) }

// step takes the sweep past one edge: before is how many nodes were on, now
// are those that are.
func step(found []overlap, at timeline.Time, before int, now []string) []overlap {
	switch {
	case before < 2 && len(now) >= 2:
		if n := len(found) - 1; n >= 0 && found[n].To == at {
			found[n].nodes = union(found[n].nodes, now)
			return found
		}
		return append(found, overlap{timeline.Span{From: at, To: at}, now})
	case before >= 2:
		last := &found[len(found)-1]
		last.To = at
		if len(now) >= 2 {
			last.nodes = union(last.nodes, now)
		}
	}
	return found
}

func union(a, b []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(a), b...))))
}

// judgeOverlaps passes unless an overlap lasts longer than limit. One that is
// still open in an open window may have ended without word of it here yet.
func judgeOverlaps(c Check, found []overlap, limit time.Duration, w Window) Check {
	c.Verdict, c.At = Pass, w.To
	var bad []string
	for _, o := range found {
		patience := limit
		if !w.Final && o.To == w.To {
			patience += arrival
		}
		if o.length() <= patience {
			continue
		}
		if len(bad) == 0 {
			c.At = o.From.Add(limit)
		}
		bad = append(bad, fmt.Sprintf("%s for %s from %s s", strings.Join(o.nodes, " and "), seconds(o.length()), o.From))
	}
	if len(bad) > 0 {
		c.Verdict, c.Got = Fail, list(bad, 3)
		return c
	}
	c.Got = "never two"
	if len(found) > 0 {
		longest := slices.MaxFunc(found, func(a, b overlap) int { return cmp.Compare(a.length(), b.length()) })
		c.Got = fmt.Sprintf("at most %s, %s", seconds(longest.length()), strings.Join(longest.nodes, " and "))
	}
	return c
}

// list joins the first n of parts and says how many more there are.
func list(parts []string, n int) string {
	if len(parts) <= n {
		return strings.Join(parts, "; ")
	}
	return fmt.Sprintf("%s; and %d more", strings.Join(parts[:n], "; "), len(parts)-n)
}
