package expect

import (
	"cmp"
	"slices"
	"strings"

	"github.com/viplab/viplab/lab/timeline"
)

// Reign is a time in which a node was Master of a virtual router, as its
// advertisements show.
type Reign struct {
	Node string
	timeline.Span
	Network string
}

// Reigns infers who was Master of vrid, and when, up to to. A node is Master
// from an advertisement until it resigns (priority 0), hears a better one, or
// misses three intervals. A node that should have heard a better one but goes
// on at its own pace did not: its reign goes on too.
func Reigns(x *timeline.Index, vrid int, to timeline.Time) []Reign {
	return reignsOf(x, x.Adverts(vrid).Until(to), to)
}

// reignsOf is Reigns over a part of the advertisements: one that began before
// them seems to begin with them.
func reignsOf(x *timeline.Index, adverts timeline.Track, to timeline.Time) []Reign {
	type key struct {
		network string
		ipv6    bool
	}
	courts := map[key]*court{}
	var order []*court
	for _, e := range adverts {
		k := key{e.Frame.Network, e.Frame.IPSrc.Is6()}
		if courts[k] == nil {
			courts[k] = &court{x: x, masters: map[string]*master{}}
			order = append(order, courts[k])
		}
		courts[k].hear(e)
	}
	var reigns []Reign
	for _, c := range order {
		reigns = append(reigns, c.finish(to)...)
	}
	slices.SortStableFunc(reigns, func(a, b Reign) int {
		return cmp.Or(cmp.Compare(a.From, b.From), strings.Compare(a.Node, b.Node))
	})
	return reigns
}

// court is one virtual router on one network.
type court struct {
	x       *timeline.Index
	masters map[string]*master
	reigns  []Reign
}

// master is a node that is Master, or was until it heard a better one.
type master struct {
	from      timeline.Time
	last      *timeline.Event
	heard     timeline.Time // when it heard a better one, if beaten
	beaten    bool
	unopposed bool // the better one has resigned: it may be back at any time
}

func (c *court) hear(e *timeline.Event) {
	m := c.masters[e.Node]
	if m != nil && m.over(e) {
		c.end(e.Node, m, m.until(e.At))
		m = nil
	}
	resigns := e.Frame.VRRP.Priority == 0
	switch {
	case resigns && m != nil:
		c.end(e.Node, m, min(m.until(e.At), e.At))
	case resigns:
	case m == nil:
		c.masters[e.Node] = &master{from: e.At, last: e}
	default:
		m.last, m.beaten, m.unopposed = e, false, false
	}
	if detached(c.x, e) {
		return
	}
	for node, other := range c.masters {
		if node != e.Node {
			other.hears(e)
		}
	}
}

// over reports whether the reign ended before its node's next advertisement e.
func (m *master) over(e *timeline.Event) bool {
	if e.At > silentAt(m.last) {
		return true
	}
	// Yielding takes a Backup's wait, of three intervals at least, to undo;
	// half an interval is room for the scheduler and for an answer out of turn.
	const half = 2
	pace := m.last.Frame.VRRP.Interval
	return m.beaten && (m.unopposed || e.At > m.last.At.Add(pace+pace/half))
}

func (m *master) until(to timeline.Time) timeline.Time {
	if m.beaten {
		return m.heard
	}
	return min(silentAt(m.last), to)
}

func (m *master) hears(e *timeline.Event) {
	switch {
	case e.Frame.VRRP.Priority == 0:
		m.unopposed = true
	case !m.beaten && better(e, m.last):
		m.beaten, m.heard, m.unopposed = true, e.At, false
	}
}

// better reports whether a wins over b: by priority, then by sender's address
// (RFC 3768 6.4.3).
func better(a, b *timeline.Event) bool {
	if p, q := a.Frame.VRRP.Priority, b.Frame.VRRP.Priority; p != q {
		return p > q
	}
	return a.Frame.IPSrc.Compare(b.Frame.IPSrc) > 0
}

func (c *court) end(node string, m *master, at timeline.Time) {
	c.reigns = append(c.reigns, Reign{node, timeline.Span{From: m.from, To: at}, m.last.Frame.Network})
	delete(c.masters, node)
}

func (c *court) finish(to timeline.Time) []Reign {
	for node, m := range c.masters {
		c.end(node, m, m.until(to))
	}
	return c.reigns
}

// detached reports whether e entered a port that a fault had taken off its
// network: it was sent, but nobody heard it.
func detached(x *timeline.Index, e *timeline.Event) bool {
	port := e.Node + ":" + e.Frame.Port
	last := x.Of(timeline.KindFault).Until(e.At).Last(func(f *timeline.Event) bool {
		return f.Fault.Name == "port-detach" && f.Fault.Target == port
	})
	return last != nil && last.Fault.Phase == timeline.Begin
}
