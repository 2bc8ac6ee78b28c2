package expect

import (
	"fmt"
	"strings"

	"github.com/viplab/viplab/lab/timeline"
)

// Title implements Expectation.
func (n *Neighbour) Title() string {
	return fmt.Sprintf("%s finds %s at %s", n.Node, n.Address, n.At)
}

// judge looks at what Node's kernel last said of the address.
func (n *Neighbour) judge(r *Run, w Window) []Check {
	ro, err := r.routerOf(n.At, n.Address)
	if err != nil {
		return unevaluated(n.Node, w, err)
	}
	mac := ro.placeMAC(n.Address, w.To)
	if mac == "" {
		return unevaluated(n.Node, w, fmt.Errorf("%w: hardware address of %s", ErrUnknownMAC, n.At))
	}
	c := Check{Node: n.Node, Want: mac, At: w.To, Verdict: w.unmet(), Got: "not in the table"}
	last := r.index().OfNode(timeline.KindNeighbour, n.Node).Until(w.To).Last(func(e *timeline.Event) bool {
		return e.Neighbour.Address == n.Address
	})
	if last == nil {
		return []Check{c}
	}
	if last.Neighbour.Change == timeline.Deleted {
		c.Got = fmt.Sprintf("forgotten at %s s", last.At)
		return []Check{c}
	}
	c.Got = fmt.Sprintf("%s since %s s", last.Neighbour.MAC, last.At)
	if strings.EqualFold(last.Neighbour.MAC, mac) {
		c.Verdict, c.At = Pass, max(w.From, last.At)
	}
	return []Check{c}
}
