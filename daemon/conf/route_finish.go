package conf

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// finish makes the checks that need the whole line, and reports whether the
// route is to be taken. at is the line's first word; ok says that no word was
// wrong.
func (r *Route) finish(c *schema.Context, at word, ok bool) bool {
	if r.drop || !ok && r.soft == 0 {
		return false
	}
	if r.second.IsValid() && len(r.NextHops) > 0 {
		r.fail(c, diag.MisplacedKeyword, at, "or and nexthop exclude each other")
		return false
	}
	if r.second.IsValid() {
		r.NextHops = []NextHop{{Via: r.Via, Weight: 1}, {Via: r.second, Weight: 1}}
		r.Via, r.second = netip.Addr{}, netip.Addr{}
	}
	if !r.oneFamily(c, at) {
		return false
	}
	slices.SortFunc(r.Metrics, func(a, b Metric) int { return cmp.Compare(a.ID, b.ID) })
	if r.Operation == "" {
		r.Operation = r.defaultOperation()
	}
	r.tracking(c, at)
	r.closed, r.soft, r.family, r.behind, r.anywhere = false, 0, 0, "", false
	return true
}

func (r *Route) defaultOperation() string {
	if r.Type == "unicast" {
		return "prepend"
	}
	return "add"
}

// oneFamily finds the family of the route, which all of its addresses must have.
func (r *Route) oneFamily(c *schema.Context, at word) bool {
	addrs := []netip.Addr{r.Source, r.Via, r.From.Addr(), r.Destination.Addr()}
	for _, h := range r.NextHops {
		addrs = append(addrs, h.Via)
	}
	family := r.family
	for _, a := range addrs {
		f := 6
		switch {
		case !a.IsValid():
			continue
		case a.Is4():
			f = 4
		}
		if family == 0 {
			family = f
		}
		if f != family {
			r.fail(c, diag.BadFamily, at, "the addresses of a route are to be of one family")
			return false
		}
	}
	if r.anywhere {
		r.Destination = everything(family)
	}
	return r.familyOptions(c, at, family == 6)
}

// familyOptions refuses what a route of the other family may have.
func (r *Route) familyOptions(c *schema.Context, at word, six bool) bool {
	for _, o := range []struct {
		name     string
		set, six bool
		family   string
	}{
		{"expires", r.Expires > 0, true, "IPv6"},
		{"pref", r.Pref != "", true, "IPv6"},
		{"realms", r.Realms.To.Given(), false, "IPv4"},
	} {
		if o.set && o.six != six {
			r.fail(c, diag.BadFamily, optionAt(&r.Origin, o.name, at), "%s is for %s routes", o.name, o.family)
			return false
		}
	}
	return true
}

// optionAt is the place of an option of a line, for messages.
func optionAt(o *Origin, name string, otherwise word) word {
	pos := o.Where(name)
	if !pos.Known() {
		return otherwise
	}
	return word{Text: name, Span: diag.Span{Pos: pos, Width: int32(len(name))}}
}

// tracking is what routes and rules have in common of the tracking of their loss.
type tracking struct {
	kind     string
	origin   *Origin
	noTrack  bool
	group    string // track_group
	protocol *Ident
}

// untracked reports whether the loss is not to be noticed. What is to be gets
// the daemon's own protocol, by which it is.
func (t tracking) untracked(c *schema.Context, at word) bool {
	if t.noTrack {
		if t.group != "" {
			c.Warnf(diag.NoEffect, optionAt(t.origin, "track_group", at), "no_track stands beside track_group, which has no effect")
		}
		return true
	}
	if t.protocol.Given() && t.protocol.ID != ownProtocol().ID {
		c.Errorf(diag.NoEffect, optionAt(t.origin, "protocol", at), "the loss of a %s is noticed by its protocol 18; %s is passed over", t.kind, t.protocol.Text)
	}
	*t.protocol = ownProtocol()
	return false
}

// tracking finds out whether the loss of the route can be noticed: keepalived
// needs its interface for that, and its own protocol.
func (r *Route) tracking(c *schema.Context, at word) {
	if (tracking{"route", &r.Origin, r.NoTrack, r.TrackGroup, &r.Protocol}).untracked(c, at) || r.Interface != "" {
		return
	}
	c.Report(diag.Diagnostic{Span: at.Span, Severity: diag.Error, Code: diag.NotTracked,
		Text: "the route has no dev: its loss would not be noticed", Help: "add dev INTERFACE, or no_track if that is meant"})
	r.NoTrack = true
	if r.TrackGroup != "" {
		c.Errorf(diag.NotTracked, optionAt(&r.Origin, "track_group", at), "a route without dev is in no track_group; that is passed over")
		r.TrackGroup = ""
	}
}
