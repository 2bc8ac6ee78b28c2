package conf

import (
	"net/netip"
	"slices"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

func routeTypes() []string {
	return []string{"unicast", "local", "broadcast", "anycast", "multicast", "throw", "unreachable", "prohibit", "blackhole", "nat", "xresolve"}
}

func takeDestination(rest []word) int {
	if slices.Contains(routeTypes(), rest[0].Text) {
		return 2
	}
	return 1
}

func readDestination(c *schema.Context, r *Route, words []word) {
	w := words[1]
	r.Type = "unicast"
	if slices.Contains(routeTypes(), w.Text) {
		if r.Type = w.Text; len(words) < 3 {
			r.fail(c, diag.MissingWord, w, "%s needs a destination behind it", w.Text)
			return
		}
		w = words[2]
	} else if r.behind != "" {
		r.drop = true
		c.Report(diag.Diagnostic{Span: w.Span, Severity: diag.Error, Code: diag.MissingWord,
			Text: w.Text + " is not taken for a destination directly behind " + r.behind + "; the route is passed over",
			Help: "write " + r.behind + " to " + w.Text})
		return
	}
	switch w.Text {
	case "default", "any", "all":
		r.anywhere = true
		return
	case "default6":
		r.Destination = everything(6)
		return
	}
	p := r.prefix(c, w)
	if p.IsValid() && p.Addr().Is4() && p.Masked() != p {
		c.Report(diag.Diagnostic{Span: w.Span, Severity: diag.Warning, Code: diag.BadAddress,
			Text: w.Text + " has bits behind its prefix: the kernel refuses such a route", Help: "write " + p.Masked().String()})
	}
	r.Destination = p
}

// everything is the prefix of all addresses of a family.
func everything(family int) netip.Prefix {
	if family == 6 {
		return netip.PrefixFrom(netip.IPv6Unspecified(), 0)
	}
	return netip.PrefixFrom(netip.IPv4Unspecified(), 0)
}

func (r *Route) destinationWords() [][]string {
	words := []string{addressText(r.Destination)}
	if r.Type != "unicast" {
		words = []string{r.Type, words[0]}
	}
	return [][]string{words}
}
