package expect

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/viplab/viplab/lab/timeline"
)

// Title implements Expectation.
func (g *GARP) Title() string { return fmt.Sprintf("%s announces %s", g.Node, g.Address) }

// burstSpan is how soon after the first advertisement the first burst must be
// over (the 50 ms of R3768-6.4.2-07).
const burstSpan = 50 * time.Millisecond

// judge looks at the first burst, that the advertisement came
// before it, the sender, and the second burst where the configuration has one.
func (g *GARP) judge(r *Run, w Window) []Check {
	ro, err := r.routerOf(g.Node, g.Address)
	if err != nil {
		return unevaluated(g.Node, w, err)
	}
	b := g.bursts(ro, w)
	checks := []Check{b.firstBurst(), b.order(), b.sender()}
	if ro.inst.GARP.Delay > 0 {
		checks = append(checks, b.secondBurst())
	}
	return checks
}

// bursts is the announcements of an address after one takeover.
type bursts struct {
	router
	w             Window
	address       netip.Addr
	first         *timeline.Event // the first advertisement; nil while there is none
	left          *timeline.Event // what ended the reign; nil while it lasts
	own, others   timeline.Track  // announcements after first, others' only while the reign lasts
	early         *timeline.Event // an announcement of its own before first
	one, two      timeline.Track  // own, by burst
	more          int             // what may be added to each for lesser routers heard at the takeover
	first1, last1 time.Duration   // of the first burst, after first
}

func (g *GARP) bursts(ro router, w Window) *bursts {
	b := &bursts{router: ro, w: w, address: g.Address, first: ro.rises(w)}
	if b.first == nil {
		return b
	}
	x := ro.run.index()
	b.left = ro.track().Between(b.first.At+1, w.To).First(func(e *timeline.Event) bool {
		if !ro.concerns(e) {
			return false
		}
		resigned := e.Node == ro.node && e.Frame.VRRP.Priority == 0
		return resigned || e.Node != ro.node && better(e, b.first)
	})
	end := w.To
	if b.left != nil {
		end = b.left.At
	}
	all := filter(x.Announced(g.Address).Between(w.From, w.To), isAnnouncement)
	b.own = filter(all.Between(b.first.At, w.To), func(e *timeline.Event) bool { return e.Node == ro.node })
	b.others = filter(all.Between(b.first.At, end), func(e *timeline.Event) bool { return e.Node != ro.node })
	b.early = all.Between(b.idleSince(), b.first.At-1).Last(func(e *timeline.Event) bool { return e.Node == ro.node })
	b.split()
	b.more = b.answers()
	return b
}

// answers is how many announcements may be added to a burst because the Master
// before spoke once more (higher_prio_send_advert): a Master that hears a lower
// priority announces its addresses again (garp_lower_prio_repeat), keepalived
// 2.2.7 those of its whole sync group, whose members take over at one moment.
func (b *bursts) answers() int {
	_, partners := b.partners()
	from := b.first.At + 1
	if len(partners) > 0 {
		from = b.first.At.Add(-burstSpan) // another member may have been the first
	}
	n := 0
	for _, ro := range append(partners, b.router) {
		n += len(b.lesser(ro, from))
	}
	return n * b.inst.GARP.LowerRepeat
}

// lesser are the advertisements of others at the takeover, from a moment on, that
// the router ro of the same node had no reason to yield to.
func (b *bursts) lesser(ro router, from timeline.Time) timeline.Track {
	return filter(ro.track().Between(from, b.first.At.Add(burstSpan)), func(e *timeline.Event) bool {
		return ro.concerns(e) && e.Node != b.node && e.Frame.VRRP.Priority > 0 && !better(e, b.first)
	})
}

// burst is the verdict on the size of a burst: all of it, and at most the answers
// in addition; Pending while there may be more.
func (b *bursts) burst(n int) Verdict {
	switch repeat := b.inst.GARP.Repeat; {
	case n > repeat+b.more:
		return Fail
	case n == repeat || n > repeat && (n-repeat)%b.inst.GARP.LowerRepeat == 0:
		return Pass
	}
	return Pending
}

// idleSince is from when on the node cannot have announced for an earlier reign.
func (b *bursts) idleSince() timeline.Time {
	prev := b.track().Before(b.first.At).Last(b.sent)
	if prev == nil {
		return b.w.From
	}
	return max(b.w.From, prev.At.Add(prev.Frame.VRRP.Interval))
}

// split divides own at half the delay, and leaves refreshes out.
func (b *bursts) split() {
	delay := b.inst.GARP.Delay
	half := delay / 2
	if delay == 0 {
		half = time.Second // whatever is told so late is a refresh
	}
	b.one = b.own.Until(b.first.At.Add(half))
	if len(b.one) == 0 {
		return
	}
	b.first1 = b.one[0].At.Sub(b.first.At)
	b.last1 = b.one[len(b.one)-1].At.Sub(b.first.At)
	due := b.one[0].At.Add(delay)
	b.two = b.own.Between(max(due.Add(-half), b.first.At.Add(half)+1), due.Add(half))
}

// isAnnouncement reports whether e tells everybody who has an address: a
// gratuitous ARP, or a neighbour advertisement that nobody asked for. What goes to
// the sender's own hardware address is the answer of a router that still holds
// the address to another with the same virtual MAC.
func isAnnouncement(e *timeline.Event) bool {
	if arp := e.Frame.ARP; arp != nil {
		return arp.Gratuitous() && !strings.EqualFold(e.Frame.Dst, arp.SenderMAC)
	}
	return e.Frame.ND != nil && !e.Frame.ND.Solicited
}

// noTakeover says in c that there was no reign to announce.
func (b *bursts) noTakeover(c Check) Check {
	c.Verdict, c.At = b.w.unmet(), b.w.To
	c.Got = fmt.Sprintf("%s did not become Master of VRID %d", b.node, b.inst.VRID)
	return c
}

func (b *bursts) firstBurst() Check {
	repeat, limit := b.inst.GARP.Repeat, burstSpan+b.run.Tolerance
	c := Check{Node: b.node, ID: requirement(b.inst, "R3768-6.4.2-07", "R5798-6.4.2-08"), At: b.w.To}
	if b.address.Is6() {
		c.ID = "R5798-6.4.2-09"
	}
	c.Want = fmt.Sprintf("%s for %s within %s of the first advertisement", announcements(repeat), b.address, short(limit))
	if b.first == nil {
		return b.noTakeover(c)
	}
	n := len(b.one)
	c.Got = announcements(n)
	if n > 0 {
		c.At = b.one[n-1].At
		c.Got += fmt.Sprintf(" within %s", seconds(b.last1))
	}
	switch c.Verdict = b.burst(n); {
	case b.last1 > limit:
		c.Verdict = Fail
	case c.Verdict != Pending:
	case b.w.over(b.first.At.Add(limit)):
		c.Verdict = Fail
	default:
		c.Verdict = b.w.unmet()
	}
	return c
}

func announcements(n int) string { return count(n, "announcement", "announcements") }

func (b *bursts) order() Check {
	c := Check{
		Node: b.node, ID: "R3768-6.4.2-08", Title: "the advertisement comes before the announcements",
		Want: "no announcement before the first advertisement", At: b.w.To,
	}
	switch {
	case b.first == nil:
		return b.noTakeover(c)
	case b.early != nil:
		c.Verdict, c.At = Fail, b.early.At
		c.Got = fmt.Sprintf("one %s before it", seconds(b.first.At.Sub(b.early.At)))
	case len(b.one) == 0:
		c.Verdict, c.Got = b.w.unmet(), "no announcement"
	default:
		c.Verdict, c.Got = Pass, fmt.Sprintf("the first %s after it", seconds(b.first1))
	}
	return c
}
