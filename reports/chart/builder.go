package chart

import (
	"cmp"
	"fmt"
	"net/netip"
	"path"
	"slices"

	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/timeline"
)

// builder gathers lanes of the window w.
type builder struct {
	x      *timeline.Index
	w      timeline.Span
	chart  *Chart
	reigns map[int][]expect.Reign // by VRID
	bodies map[string]int
}

// clip cuts a span to the window; false if nothing is left of it.
func (b *builder) clip(s timeline.Span) (timeline.Span, bool) {
	s = timeline.Span{From: max(s.From, b.w.From), To: min(s.To, b.w.To)}
	return s, s.From < s.To
}

// band appends a band as far as it lies in the window.
func (b *builder) band(bands []Band, s timeline.Span, class, label, title string) []Band {
	cut, ok := b.clip(s)
	if !ok {
		return bands
	}
	said := fmt.Sprintf("%s: %s s to %s s (%.6f s)", title, s.From, s.To, s.To.Sub(s.From).Seconds())
	return append(bands, Band{cut, class, label, said})
}

func (b *builder) steps() []Band {
	var bands []Band
	begun := map[int]*timeline.Event{}
	for _, e := range b.x.Of(timeline.KindStep) {
		if e.Step.Phase == timeline.Begin {
			begun[e.Step.Index] = e
			continue
		}
		if from := begun[e.Step.Index]; from != nil {
			bands = b.step(bands, from, e.At)
			delete(begun, e.Step.Index)
		}
	}
	for _, from := range begun { // one at most: the run was cut short in it
		bands = b.step(bands, from, b.w.To)
	}
	return bands
}

func (b *builder) step(bands []Band, begin *timeline.Event, to timeline.Time) []Band {
	class := "step-even"
	if begin.Step.Index%2 == 1 {
		class = "step-odd"
	}
	return b.band(bands, timeline.Span{From: begin.At, To: to}, class, begin.Step.Name, "step "+begin.Step.Name)
}

// faults pairs each injection with its heal.
func (b *builder) faults() []Band {
	var bands []Band
	open := map[string]int{} // by name and target: place in bands
	for _, e := range b.x.Of(timeline.KindFault) {
		f := e.Fault
		key := f.Name + " " + f.Target
		if f.Phase == timeline.Begin {
			open[key] = len(bands)
			bands = append(bands, Band{timeline.Span{From: e.At, To: e.At}, "fault", key,
				fmt.Sprintf("%s at %s s", key, e.At)})
			continue
		}
		if n, ok := open[key]; ok {
			bands[n].To = e.At
			bands[n].Title += fmt.Sprintf(", healed at %s s", e.At)
			delete(open, key)
		}
	}
	return slices.DeleteFunc(bands, func(f Band) bool {
		begins, heals := b.w.From <= f.From && f.From <= b.w.To, b.w.From <= f.To && f.To <= b.w.To
		return !begins && !heals
	})
}

// services are the processes of a node, a lane for each service.
func (b *builder) services(node string) []Lane {
	var lanes []Lane
	place := map[string]int{}
	begun := map[string]map[int]timeline.Time{} // by service and process
	finish := func(service string, pid int, to timeline.Time, how string) {
		from, ok := begun[service][pid]
		if !ok {
			return
		}
		delete(begun[service], pid)
		lane := &lanes[place[service]]
		lane.Bands = b.band(lane.Bands, timeline.Span{From: from, To: to}, "process", "", fmt.Sprintf("%s, process %d%s", service, pid, how))
	}
	for _, e := range b.x.OfNode(timeline.KindProcess, node) {
		p := e.Process
		if _, ok := place[p.Service]; !ok {
			place[p.Service] = len(lanes)
			lanes = append(lanes, Lane{Label: p.Service})
			begun[p.Service] = map[int]timeline.Time{}
		}
		if p.Phase == timeline.Begin {
			begun[p.Service][p.PID] = e.At
			continue
		}
		finish(p.Service, p.PID, e.At, ended(p))
	}
	for service, pids := range begun {
		for pid := range pids {
			finish(service, pid, b.w.To, "")
		}
	}
	for i := range lanes {
		slices.SortStableFunc(lanes[i].Bands, func(a, c Band) int { return cmp.Compare(a.From, c.From) })
	}
	return slices.DeleteFunc(lanes, func(l Lane) bool { return len(l.Bands) == 0 })
}

func ended(p *timeline.Process) string {
	if p.Signal != "" {
		return ", ended by " + p.Signal
	}
	return fmt.Sprintf(", ended with status %d", p.Status)
}

// owners are the virtual addresses that a node's kernel had.
func (b *builder) owners(node string) []Lane {
	var lanes []Lane
	for _, a := range b.virtual() {
		lane := Lane{Label: a.String()}
		for _, s := range b.x.HolderSpans(a, b.w.To)[node] {
			lane.Bands = b.band(lane.Bands, s, "vip", "VIP", fmt.Sprintf("%s owns %s", node, a))
		}
		if len(lane.Bands) > 0 {
			lanes = append(lanes, lane)
		}
	}
	return lanes
}

// virtual are the addresses that were ever advertised.
func (b *builder) virtual() []netip.Addr {
	var all []netip.Addr
	seen := map[netip.Addr]bool{}
	for _, vrid := range b.x.VRIDs() {
		for _, e := range b.x.Adverts(vrid) {
			for _, a := range e.Frame.VRRP.Addresses {
				if !seen[a] {
					seen[a] = true
					all = append(all, a)
				}
			}
		}
	}
	return all
}

// ipvs are the changes of a director's table.
func (b *builder) ipvs(node string) []Lane {
	lane := Lane{Label: "IPVS"}
	for _, e := range b.x.OfNode(timeline.KindIPVS, node).Between(b.w.From, b.w.To) {
		what := e.IPVS.Service
		if e.IPVS.Destination != "" {
			what += fmt.Sprintf(" -> %s weight %d", e.IPVS.Destination, e.IPVS.Weight)
		}
		lane.Ticks = append(lane.Ticks, Tick{e.At, "ipvs", fmt.Sprintf("%s %s at %s s", e.IPVS.Change, what, e.At)})
	}
	if len(lane.Ticks) == 0 {
		return nil
	}
	return []Lane{lane}
}

// isDaemon reports whether p is the HA daemon of the run.
func (b *builder) isDaemon(p *timeline.Process) bool {
	info, _ := b.x.Info()
	program := p.Service
	if len(p.Args) > 0 {
		program = path.Base(p.Args[0])
	}
	return slices.Contains([]string{"vipd", "keepalived", "vrrpd", "heartbeat", info.Daemon}, program)
}
