package expect

import (
	"fmt"
	"strings"

	"github.com/viplab/viplab/lab/timeline"
)

// Where announcements go: everybody on the link (RFC 5227 1.1, RFC 4861 4.4).
const (
	broadcastMAC = "ff:ff:ff:ff:ff:ff"
	allNodesMAC  = "33:33:00:00:00:01"
)

// sender judges who announced, with which hardware address, to whom.
func (b *bursts) sender() Check {
	c := Check{Node: b.node, ID: "R5227-1.1-2.3-01", Title: "announcements come from " + b.node + " and go to everybody", At: b.w.To}
	if b.address.Is6() {
		c.ID = "R4861-4.4-02"
	}
	if b.first == nil {
		c.Want = "from " + b.node
		return b.noTakeover(c)
	}
	mac, everybody := b.addressMAC(b.address, b.first), broadcastMAC
	if b.address.Is6() {
		everybody = allNodesMAC
	}
	c.Want = fmt.Sprintf("only from %s with %s, to %s", b.node, mac, everybody)
	if len(b.others) > 0 {
		e := b.others[0]
		c.Verdict, c.At = Fail, e.At
		c.Got = fmt.Sprintf("%s announced it too, with %s at %s s", e.Node, e.Frame.Src, e.At)
		return c
	}
	for _, e := range b.own {
		if wrong := wrongFrame(e, mac, everybody); wrong != "" {
			c.Verdict, c.At, c.Got = Fail, e.At, fmt.Sprintf("%s at %s s", wrong, e.At)
			return c
		}
	}
	if len(b.own) == 0 {
		c.Verdict, c.Got = b.w.unmet(), "no announcement"
		return c
	}
	c.Verdict, c.Got = Pass, fmt.Sprintf("%s, all so", announcements(len(b.own)))
	return c
}

// wrongFrame says what is wrong with an announcement, or nothing.
func wrongFrame(e *timeline.Event, mac, everybody string) string {
	f, said := e.Frame, ""
	switch {
	case f.ARP != nil:
		said = f.ARP.SenderMAC
	case f.ND != nil:
		said = f.ND.LinkAddr
	}
	switch {
	case !strings.EqualFold(f.Src, mac):
		return "sent from " + f.Src
	case !strings.EqualFold(said, mac):
		return "says the address is at " + said
	case !strings.EqualFold(f.Dst, everybody):
		return "sent to " + f.Dst
	case f.ND != nil && !f.ND.Override:
		return "sent without the override flag"
	}
	return ""
}

// secondBurst judges the repetition garp_master_delay after the first. A
// router that is no longer Master by then must keep silent (R5227-2.4-02).
func (b *bursts) secondBurst() Check {
	delay, tolerance := promise{span: b.inst.GARP.Delay}, b.run.Tolerance
	c := Check{Node: b.node, ID: "R5227-2.3-01", Title: "second burst after garp_master_delay", At: b.w.To}
	c.Want = announcements(b.inst.GARP.Repeat) + ", " + delay.describe(tolerance, "the first")
	switch {
	case b.first == nil:
		return b.noTakeover(c)
	case len(b.one) == 0:
		c.Verdict, c.Got = b.w.unmet(), "no first burst to count from"
		return c
	}
	start := b.one[0].At
	if b.left != nil && b.left.At < delay.deadline(start, tolerance) {
		return b.withdrawn(c)
	}
	if len(b.two) == 0 {
		c.Verdict = b.w.unmet()
		c.Got = fmt.Sprintf("none until %s s, due at %s s", b.w.To, start.Add(delay.span))
		if b.w.over(delay.deadline(start, tolerance)) {
			c.Verdict = Fail
		}
		return c
	}
	d := b.two[0].At.Sub(start)
	c.At, c.ErrorSeconds = b.two[0].At, delay.deviation(d)
	c.Got = fmt.Sprintf("%s after %s", announcements(len(b.two)), seconds(d))
	switch c.Verdict = b.burst(len(b.two)); {
	case !delay.holds(d, tolerance):
		c.Verdict = Fail
	case c.Verdict != Pending:
	case b.w.over(b.two[0].At.Add(burstSpan + tolerance)):
		c.Verdict = Fail
	default:
		c.Verdict = b.w.unmet()
	}
	return c
}

// withdrawn judges the second burst of a router that was Master too briefly.
func (b *bursts) withdrawn(c Check) Check {
	c.ID, c.Title = "R5227-2.4-02", "no second burst after leaving Master"
	c.Want = fmt.Sprintf("none after %s left Master at %s s", b.node, b.left.At)
	late := b.own.Between(b.left.At.Add(b.run.Tolerance)+1, b.w.To)
	if len(late) > 0 && late[0].At <= b.one[0].At.Add(b.inst.GARP.Delay+b.run.Tolerance) {
		c.Verdict, c.At, c.Got = Fail, late[0].At, fmt.Sprintf("one at %s s", late[0].At)
		return c
	}
	c.Verdict, c.Got = Pass, "none"
	return c
}
