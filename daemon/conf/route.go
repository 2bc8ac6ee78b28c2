package conf

import (
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"time"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// failure reports what makes a line useless.
type failure func(c *schema.Context, code diag.Code, at word, format string, args ...any)

// fail reports what keepalived drops a route for.
func (r *Route) fail(c *schema.Context, code diag.Code, at word, format string, args ...any) {
	r.drop = true
	c.Errorf(code, at, "%s; the route is passed over", fmt.Sprintf(format, args...))
}

// softly reports what keepalived passes over in a route that it takes.
func (r *Route) softly(c *schema.Context, code diag.Code, at word, format string, args ...any) {
	r.soft++
	c.Errorf(code, at, format, args...)
}

// option reads an option with its words, unless it stands where none may.
func (r *Route) option(c *schema.Context, words []word, needs bool, read func(*schema.Context, *Route, []word)) {
	r.behind = ""
	switch {
	case r.closed && words[0].Text != "nexthop":
		r.softly(c, diag.MisplacedKeyword, words[0], "%s stands behind the next hops, where nothing else may; it is passed over", words[0].Text)
	case needs && len(words) < 2:
		r.fail(c, diag.MissingWord, words[0], "%s needs a word behind it", words[0].Text)
	default:
		read(c, r, words)
	}
}

func readFamily(_ *schema.Context, r *Route, words []word) {
	r.family, r.behind = 4, words[0].Text
	if words[0].Text == "inet6" {
		r.family = 6
	}
}

// prefix reads a prefix that must be right for the route to be taken.
func (r *Route) prefix(c *schema.Context, w word) prefix {
	p, corrected := readPrefix(c, w)
	r.drop = r.drop || !p.IsValid()
	if corrected {
		r.soft++
	}
	return p
}

// address reads an address that must be right for the route to be taken.
func (r *Route) address(c *schema.Context, key, w word) netip.Addr {
	ip, err := netip.ParseAddr(w.Text)
	if err != nil || ip.Zone() != "" {
		r.fail(c, diag.BadAddress, w, "%s %q is not an IP address", key.Text, w.Text)
		return netip.Addr{}
	}
	return ip
}

func readRouteSource(c *schema.Context, r *Route, words []word) {
	r.Source = r.address(c, words[0], words[1])
}

func readRouteFrom(c *schema.Context, r *Route, words []word) {
	p := r.prefix(c, words[1])
	if p.IsValid() && p.Addr().Is4() {
		r.fail(c, diag.BadFamily, words[1], "routes by sender are possible for IPv6 only")
	}
	r.From = p
}

// takeVia takes an address, and its family before it.
func takeVia(rest []word) int {
	if len(rest) > 0 && (rest[0].Text == "inet" || rest[0].Text == "inet6") {
		return 2
	}
	return 1
}

// takeAs takes an address, and "to" before it.
func takeAs(rest []word) int {
	if len(rest) > 0 && rest[0].Text == "to" {
		return 2
	}
	return 1
}

func readAs(c *schema.Context, r *Route, words []word) {
	r.softly(c, diag.NoEffect, words[0], "as is for MPLS routes only, which there are none of here; it is passed over")
}

func readRouteVia(c *schema.Context, r *Route, words []word) {
	if words[0].Text == "gw" {
		r.soft++
		c.Report(diag.Diagnostic{Span: words[0].Span, Severity: diag.Error, Code: diag.DeprecatedKeyword, Text: "gw is deprecated", Help: "write via"})
	}
	r.Via = r.gateway(c, words)
}

// gateway reads "[inet|inet6] IP" behind a keyword.
func (r *Route) gateway(c *schema.Context, words []word) netip.Addr {
	w := words[len(words)-1]
	ip := r.address(c, words[0], w)
	if family := words[1].Text; len(words) > 2 && ip.IsValid() && (family == "inet") != ip.Is4() {
		r.fail(c, diag.BadFamily, w, "%s is not an address of %s", w.Text, family)
	}
	return ip
}

// readOr reads the older form of two next hops.
func readOr(c *schema.Context, r *Route, words []word) {
	r.soft++
	c.Report(diag.Diagnostic{Span: words[0].Span, Severity: diag.Error, Code: diag.DeprecatedKeyword, Text: "or is deprecated", Help: "write nexthop via A nexthop via B"})
	r.second = r.address(c, words[0], words[1])
}

func readVRF(c *schema.Context, r *Route, words []word) {
	r.VRF = interfaceName(c, words[1], r.fail)
}

func readRouteDevice(c *schema.Context, r *Route, words []word) {
	r.Interface = interfaceName(c, words[1], r.fail)
}

// number32 reads a number of 32 bits.
func (r *Route) number32(c *schema.Context, key, w word) uint32 {
	n, err := strconv.ParseUint(w.Text, 10, 32)
	if err != nil {
		r.fail(c, diag.OutOfRange, w, "%s %q is not a number from 0 to %d", key.Text, w.Text, uint32(math.MaxUint32))
	}
	return uint32(n)
}

func readRouteMetric(c *schema.Context, r *Route, words []word) {
	r.Metric = r.number32(c, words[0], words[1])
}

func readExpires(c *schema.Context, r *Route, words []word) {
	r.Expires = time.Duration(r.number32(c, words[0], words[1])) * time.Second
}

func expiresWords(r *Route) [][]string { return number(uint64(r.Expires / time.Second)) }

func readRouteEncap(c *schema.Context, r *Route, words []word) {
	r.Encap = readEncap(c, words[1:], r.fail)
}

func readRouteRealms(c *schema.Context, r *Route, words []word) {
	r.Realms = readRealms(c, words[1], r.fail)
}

// choiceOf reads one word of a choice.
func choiceOf(at func(*Route) *string, choice ...string) func(*schema.Context, *Route, []word) {
	return func(c *schema.Context, r *Route, words []word) {
		v, ok := c.Choice(words[0], words[1], choice)
		if !ok {
			r.drop = true
		}
		*at(r) = v
	}
}
