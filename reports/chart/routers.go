package chart

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/timeline"
)

func (b *builder) reign() {
	b.reigns = map[int][]expect.Reign{}
	for _, vrid := range b.x.VRIDs() {
		b.reigns[vrid] = expect.Reigns(b.x, vrid, b.w.To)
	}
}

// routers are the states of a node's virtual routers: Fault where the daemon's
// log says so, else Master as the wire shows it, else Backup while it runs.
func (b *builder) routers(node string) []Lane {
	running := b.running(node)
	var lanes []Lane
	for _, vrid := range b.vridsOf(node, len(running) > 0) {
		lane := Lane{Label: fmt.Sprintf("VRID %d", vrid)}
		failing, master := b.failing(node, vrid), b.master(node, vrid)
		if len(running) > 0 { // the silence of a Master that is dead lasts longer than itself
			master = common(master, running)
		}
		for _, s := range without(without(running, master), failing) {
			lane.Bands = b.band(lane.Bands, s, "backup", "Backup", fmt.Sprintf("%s is Backup of VRID %d", node, vrid))
		}
		for _, s := range without(master, failing) {
			lane.Bands = b.band(lane.Bands, s, "master", "Master", fmt.Sprintf("%s is Master of VRID %d", node, vrid))
		}
		for _, s := range failing {
			lane.Bands = b.band(lane.Bands, s, "failing", "Fault", fmt.Sprintf("%s says Fault of VRID %d", node, vrid))
		}
		slices.SortStableFunc(lane.Bands, func(a, b Band) int { return cmp.Compare(a.From, b.From) })
		if len(lane.Bands) > 0 {
			lanes = append(lanes, lane)
		}
	}
	return lanes
}

func (b *builder) master(node string, vrid int) []timeline.Span {
	var spans []timeline.Span
	for _, r := range b.reigns[vrid] {
		if r.Node == node {
			spans = append(spans, r.Span)
		}
	}
	return spans
}

// vridsOf are the VRIDs that a node advertised and, of a router, those that
// others did on its networks.
func (b *builder) vridsOf(node string, router bool) []int {
	var own []int
	for _, vrid := range b.x.VRIDs() {
		adverts := b.x.Adverts(vrid)
		sent := func(e *timeline.Event) bool { return e.Node == node }
		shares := func(e *timeline.Event) bool { return b.x.Network(node, e.Frame.Port) == e.Frame.Network }
		if adverts.First(sent) != nil || router && adverts.First(shares) != nil {
			own = append(own, vrid)
		}
	}
	if len(own) == 0 && router { // it has not sent a frame: its networks are not known
		return b.x.VRIDs()
	}
	return own
}

// running is when a node's HA daemon ran.
func (b *builder) running(node string) []timeline.Span {
	var spans []timeline.Span
	pids := map[int]bool{}
	for _, e := range b.x.OfNode(timeline.KindProcess, node) {
		if !b.isDaemon(e.Process) && !pids[e.Process.PID] {
			continue
		}
		before := len(pids)
		if e.Process.Phase == timeline.Begin {
			pids[e.Process.PID] = true
		} else {
			delete(pids, e.Process.PID)
		}
		switch {
		case before == 0 && len(pids) > 0:
			spans = append(spans, timeline.Span{From: e.At, To: b.w.To})
		case before > 0 && len(pids) == 0:
			spans[len(spans)-1].To = e.At
		}
	}
	return spans
}

// failing is when the daemon's log has an instance in FAULT: from that line to
// its next, or to the end of the daemon.
func (b *builder) failing(node string, vrid int) []timeline.Span {
	var spans []timeline.Span
	open := false
	for _, e := range b.x.OfNode(timeline.KindLog, node) {
		instance, state, ok := transition(e.Log.Text)
		if !ok || b.vridOf(node, instance) != vrid {
			continue
		}
		if open {
			spans[len(spans)-1].To = e.At
		}
		if open = state == "FAULT"; open {
			spans = append(spans, timeline.Span{From: e.At, To: b.w.To})
		}
	}
	for i := range spans {
		for _, r := range b.running(node) {
			if r.From <= spans[i].From && r.To < spans[i].To {
				spans[i].To = max(r.To, spans[i].From)
			}
		}
	}
	return spans
}

// transition reads "(VI_1) Entering FAULT STATE".
func transition(line string) (instance, state string, ok bool) {
	_, rest, found := strings.Cut(line, "(")
	instance, rest, closed := strings.Cut(rest, ") Entering ")
	state, _, ends := strings.Cut(rest, " STATE")
	return instance, state, found && closed && ends
}

// vridOf finds which VRID an instance of a node has: the only one, or that
// which the node began to advertise when the instance said it was Master. Zero
// if that does not tell.
func (b *builder) vridOf(node, instance string) int {
	vrids := b.x.VRIDs()
	if len(vrids) == 1 {
		return vrids[0]
	}
	const near = timeline.Time(100 * time.Millisecond)
	for _, e := range b.x.OfNode(timeline.KindLog, node) {
		name, state, ok := transition(e.Log.Text)
		if !ok || name != instance || state != "MASTER" {
			continue
		}
		for _, vrid := range vrids {
			if slices.ContainsFunc(b.reigns[vrid], func(r expect.Reign) bool {
				return r.Node == node && r.From > e.At-near && r.From < e.At+near
			}) {
				return vrid
			}
		}
	}
	return 0
}
