package expect

import (
	"fmt"
	"net/netip"

	"github.com/viplab/viplab/lab/timeline"
)

// Title implements Expectation.
func (c *Calm) Title() string {
	return fmt.Sprintf("%s keeps calm about others that advertise VRID %d", c.Node, c.VRID)
}

// judge counts the announcements of each address, then the advertisements.
func (c *Calm) judge(r *Run, w Window) []Check {
	ro, err := r.router(c.Node, c.VRID)
	if err != nil {
		return unevaluated(c.Node, w, err)
	}
	intervals := int(w.To.Sub(w.From)/ro.inst.AdvertInt) + 1 // one that has begun counts
	var checks []Check
	for _, v := range virtual(ro.inst) {
		// A burst, and the repetition of the one before after garp_lower_prio_delay.
		limit := 2 * ro.inst.GARP.LowerRepeat * intervals
		sent := len(ro.announced(v.Prefix.Addr(), w))
		checks = append(checks, atMost(Check{
			Node: c.Node, Title: "announcements of " + v.Prefix.Addr().String(),
			Want: fmt.Sprintf("at most %d in %s", limit, short(w.To.Sub(w.From))), At: w.To,
		}, sent, limit, w))
	}
	// The regular one, and an answer.
	limit := 2 * intervals
	checks = append(checks, atMost(Check{
		Node: c.Node, Title: "advertisements",
		Want: fmt.Sprintf("at most %d in %s", limit, short(w.To.Sub(w.From))), At: w.To,
	}, len(ro.own(w.From, w.To)), limit, w))
	checks[0].Title = "" // the first bears the expectation's
	return checks
}

// announced are the router's announcements of an address in w.
func (ro router) announced(a netip.Addr, w Window) timeline.Track {
	return filter(ro.run.index().Announced(a).Between(w.From, w.To), func(e *timeline.Event) bool {
		return e.Node == ro.node && isAnnouncement(e)
	})
}

// atMost judges a count. What is too much for the window so far may not be too
// much for the whole one.
func atMost(c Check, n, limit int, w Window) Check {
	c.Verdict, c.Got = Pass, fmt.Sprint(n)
	if n > limit {
		c.Verdict = w.unmet()
	}
	return c
}
