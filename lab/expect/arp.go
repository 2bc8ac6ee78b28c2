package expect

import (
	"errors"
	"fmt"

	"github.com/viplab/viplab/lab/timeline"
)

// ErrNotAsked says that nothing asked, so that no answer shows nothing.
var ErrNotAsked = errors.New("nobody sent a request")

// Title implements Expectation.
func (a *ARP) Title() string {
	if a.Node == "" {
		return fmt.Sprintf("nobody answers ARP for %s", a.Address)
	}
	return fmt.Sprintf("%s alone answers ARP for %s", a.Node, a.Address)
}

func (a *ARP) judge(r *Run, w Window) []Check {
	replies := filter(r.index().Announced(a.Address).Between(w.From, w.To), isReply)
	asked := a.asked(r, w)
	c := Check{Node: a.Node, ID: "R3768-6.4.3-01", Want: "every reply from " + a.Node, At: w.To}
	if a.Node == "" {
		c.ID, c.Want = "R3768-6.4.2-01", "no reply"
	}
	if wrong := replies.First(func(e *timeline.Event) bool { return e.Node != a.Node }); wrong != nil {
		c.Verdict, c.At = Fail, wrong.At
		c.Got = fmt.Sprintf("%s answered %s at %s s", wrong.Node, wrong.Frame.ARP.SenderMAC, wrong.At)
		return []Check{c}
	}
	switch {
	case asked == nil && w.Final:
		c.Verdict, c.Got = Error, ErrNotAsked.Error()
	case asked == nil:
		c.Verdict, c.Got = Pending, ErrNotAsked.Error()
	case a.Node == "" && !w.over(asked.At):
		c.Verdict, c.Got = Pending, "no reply yet"
	case a.Node == "":
		c.Verdict, c.Got = Pass, "no reply"
	case len(replies) == 0:
		c.Verdict, c.Got = w.unmet(), "no reply"
	default:
		last := replies[len(replies)-1]
		c.Verdict, c.At = Pass, last.At
		c.Got = fmt.Sprintf("%s from %s, %s", count(len(replies), "reply", "replies"), a.Node, last.Frame.ARP.SenderMAC)
	}
	return []Check{c}
}

// isReply leaves announcements out that are written as replies.
func isReply(e *timeline.Event) bool {
	arp := e.Frame.ARP
	return arp != nil && arp.Op == "reply" && !arp.Gratuitous()
}

// asked returns the last request for the address in w, seen on the wire or, if
// none got so far, told of by the probe that sent it.
func (a *ARP) asked(r *Run, w Window) *timeline.Event {
	if t := r.index().Asked(a.Address).Between(w.From, w.To); len(t) > 0 {
		return t[len(t)-1]
	}
	target := a.Address.String()
	return r.index().Of(timeline.KindProbe).Between(w.From, w.To).Last(func(e *timeline.Event) bool {
		return e.Probe.Proto == "arp" && e.Probe.Target == target
	})
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
