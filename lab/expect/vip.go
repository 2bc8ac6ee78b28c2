package expect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/viplab/viplab/lab/timeline"
)

// Title implements Expectation.
func (v *VIP) Title() string {
	if v.Node == "" {
		return fmt.Sprintf("nobody owns %s", v.Address)
	}
	return fmt.Sprintf("%s is on %s", v.Address, v.Node)
}

func (v *VIP) judge(r *Run, w Window) []Check {
	holders := slices.DeleteFunc(r.index().Holders(v.Address, w.To), func(h timeline.Holder) bool {
		return h.Node != v.Node && slices.Contains(v.Ignore, h.Node)
	})
	c := Check{Node: v.Node, Want: v.want(), Got: describeHolders(holders), Verdict: w.unmet(), At: w.To}
	if v.met(holders) {
		c.Verdict = Pass
		if last := r.index().Addresses(v.Address).Until(w.To); len(last) > 0 {
			c.At = last[len(last)-1].At
		}
	}
	return []Check{c}
}

func (v *VIP) want() string {
	if v.Node == "" {
		return "no owner"
	}
	want := v.Node
	if v.Prefix != 0 {
		want += fmt.Sprintf(" with length /%d", v.Prefix)
	}
	if v.Label != "" {
		want += " and label " + v.Label
	}
	return want + " alone"
}

func (v *VIP) met(holders []timeline.Holder) bool {
	if v.Node == "" {
		return len(holders) == 0
	}
	right := false
	for _, h := range holders {
		if h.Node != v.Node {
			return false
		}
		right = right || (v.Prefix == 0 || h.Prefix.Bits() == v.Prefix) && (v.Label == "" || h.Label == v.Label)
	}
	return right
}

func describeHolders(holders []timeline.Holder) string {
	if len(holders) == 0 {
		return "no owner"
	}
	parts := make([]string, len(holders))
	for i, h := range holders {
		parts[i] = fmt.Sprintf("%s: %s on %s", h.Node, h.Prefix, h.Interface)
		if h.Label != "" && h.Label != h.Interface {
			parts[i] += " label " + h.Label
		}
	}
	return strings.Join(parts, "; ")
}
