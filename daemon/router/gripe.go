package router

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/viplab/viplab/daemon/advert"
	"github.com/viplab/viplab/daemon/vrrp"
)

// gripeInterval is how often the log is told how many packets were discarded
// besides the first of their kind.
const gripeInterval = time.Minute

// gripes is what the log was told of packets that were not taken: of each kind
// the first at once, the others as a number now and then. A flood of them costs
// no more than counting.
type gripes struct {
	told   advert.Discards // the counts that the log knows of; 0: told of none
	from   netip.Addr      // of the last
	silent bool            // there are some that the log does not know of
}

// note reports whether a packet of from, which counts has counted as d, is to be
// logged now.
func (g *gripes) note(counts *advert.Discards, d advert.Discard, from netip.Addr) (first bool) {
	g.from = from
	if g.told[d] == 0 {
		g.told[d] = counts[d]
		return true
	}
	g.silent = true
	return false
}

// summary says what the log was not told, a line a reason.
func (g *gripes) summary(counts *advert.Discards) (lines []string) {
	if !g.silent {
		return nil
	}
	g.silent = false
	for d, n := range counts {
		if told := g.told[d]; told > 0 && n > told {
			lines = append(lines, fmt.Sprintf("%d more adverts discarded: %s (the last discarded one came from %s)", n-told, advert.Discard(d).Error(), g.from))
			g.told[d] = n
		}
	}
	return lines
}

// forget has the next of each kind logged again: things have changed.
func (g *gripes) forget() { g.told = advert.Discards{} }

// strangers are packets for virtual routers that are none of ours, by VRID.
type strangers struct {
	counts, told [256]uint64
	silent       bool
}

// note counts a packet and reports whether it is to be logged now.
func (s *strangers) note(id uint8) (first bool) {
	s.counts[id]++
	if s.told[id] == 0 {
		s.told[id] = s.counts[id]
		return true
	}
	s.silent = true
	return false
}

// summary says what the log was not told, a line a VRID.
func (s *strangers) summary() (lines []string) {
	if !s.silent {
		return nil
	}
	s.silent = false
	for id, n := range s.counts {
		if n > s.told[id] {
			lines = append(lines, fmt.Sprintf("%d more adverts with the unknown VRID %d", n-s.told[id], id))
			s.told[id] = n
		}
	}
	return lines
}

// gripe has the log told of what it was spared, after a while.
func (r *Router) gripe() {
	if r.gripes.slot == 0 {
		r.rest.set(&r.gripes, now().Add(gripeInterval))
	}
}

// summarize tells the log what it was spared.
func (r *Router) summarize(vrrp.Instant) {
	r.rest.stop(&r.gripes)
	for _, v := range r.virtuals {
		for _, line := range v.gripes.summary(&v.checker.Discards) {
			v.logf(false, "%s", line)
		}
	}
	for _, p := range r.ports {
		for _, line := range p.gripes.summary(&p.discards) {
			r.opt.Log.Log(false, p.String()+": "+line)
		}
		if p.strangers == nil || !r.cfg.Global.VRRP.LogUnknownVRIDs {
			continue
		}
		for _, line := range p.strangers.summary() {
			r.opt.Log.Log(false, p.String()+": "+line)
		}
	}
}
