package chart

import (
	"fmt"
	"slices"
	"strings"

	"github.com/viplab/viplab/lab/timeline"
)

// packets are what a node sent of VRRP and of announcements.
func (b *builder) packets(node string) []Lane {
	lane := Lane{Label: "packets"}
	for _, e := range b.x.OfNode(timeline.KindFrame, node).Between(b.w.From, b.w.To) {
		if class, title := packet(e); class != "" {
			lane.Ticks = append(lane.Ticks, Tick{e.At, class, fmt.Sprintf("%s at %s s", title, e.At)})
		}
	}
	if len(lane.Ticks) == 0 {
		return nil
	}
	return []Lane{lane}
}

func packet(e *timeline.Event) (class, title string) {
	f := e.Frame
	switch {
	case f.VRRP != nil && f.VRRP.Priority == 0:
		return "resign", fmt.Sprintf("advertisement of VRID %d, priority 0", f.VRRP.VRID)
	case f.VRRP != nil:
		return "advert", fmt.Sprintf("advertisement of VRID %d, priority %d", f.VRRP.VRID, f.VRRP.Priority)
	case f.ARP != nil && f.ARP.Gratuitous():
		return "garp", "gratuitous ARP for " + f.ARP.SenderIP.String()
	case f.ND != nil && f.ND.Op == "advert" && !f.ND.Solicited:
		return "garp", "unsolicited neighbour advertisement for " + f.ND.Target.String()
	}
	return "", ""
}

// palette is how many bodies have a colour of their own.
const palette = 6

// findBodies gives each HTTP body its place among the colours.
func (b *builder) findBodies() {
	b.bodies = map[string]int{}
	for _, name := range b.x.Probes() {
		for _, e := range b.x.Probe(name) {
			if _, ok := b.bodies[e.Probe.Body]; !ok && e.Probe.OK && e.Probe.Proto == "http" {
				b.bodies[e.Probe.Body] = len(b.chart.Bodies)
				b.chart.Bodies = append(b.chart.Bodies, e.Probe.Body)
			}
		}
	}
	b.chart.Bodies = b.chart.Bodies[:min(len(b.chart.Bodies), palette)]
}

// probes are what a client asked and heard: a tick for each answer, and a band
// for each time without.
func (b *builder) probes(node string) []Lane {
	var lanes []Lane
	for _, name := range b.x.Probes() {
		track := b.x.Probe(name)
		if track[0].Node != node {
			continue
		}
		lane := Lane{Label: name, Bands: b.gaps(track)}
		for _, e := range track.Between(b.w.From, b.w.To) {
			lane.Ticks = append(lane.Ticks, Tick{e.At, b.answerClass(e.Probe), answer(e)})
		}
		if len(lane.Ticks)+len(lane.Bands) > 0 {
			lanes = append(lanes, lane)
		}
	}
	return lanes
}

func (b *builder) answerClass(p *timeline.Probe) string {
	switch {
	case !p.OK:
		return "bad"
	case p.Proto != "http":
		return "ok-0"
	}
	return fmt.Sprintf("ok-%d", b.bodies[p.Body]%palette)
}

func answer(e *timeline.Event) string {
	p := e.Probe
	what := "answered"
	switch {
	case !p.OK && p.Error != "":
		what = p.Error
	case !p.OK:
		what = "failed"
	case p.Body != "":
		what = strings.ToValidUTF8(p.Body, "\uFFFD")
	}
	return fmt.Sprintf("%s request %d: %s at %s s", p.Name, p.Seq, what, e.At)
}

// gaps are the times from a good answer to the next, where requests failed
// between; from the first request where no good answer came before.
func (b *builder) gaps(track timeline.Track) []Band {
	var bands []Band
	good, failed := track[0].Probe.Sent, false
	mark := func(to timeline.Time) {
		length := to.Sub(good).Seconds()
		bands = b.band(bands, timeline.Span{From: good, To: to}, "gap", fmt.Sprintf("%.3f s", length), "no answer")
	}
	for _, e := range track.Until(b.w.To) {
		switch {
		case !e.Probe.OK:
			failed = true
		case failed:
			mark(e.At)
			failed, good = false, e.At
		default:
			good = e.At
		}
	}
	if failed {
		last := track.Until(b.w.To)
		mark(last[len(last)-1].At)
	}
	return slices.Clip(bands)
}
