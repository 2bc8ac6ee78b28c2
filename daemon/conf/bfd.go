package conf

import (
	"net/netip"
	"strings"
	"time"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

type addr = netip.Addr

// maxBFDName is the longest name of a session.
const maxBFDName = 31

// bfdAddress reads an address. keepalived takes a prefix length behind it, and
// passes it over.
func bfdAddress(at func(*BFD) *addr) schema.Field {
	return schema.Field{Form: "IP", Min: 1, Max: 1,
		Read: func(c *schema.Context, obj any, words []word) {
			text, _, slash := strings.Cut(words[1].Text, "/")
			ip, err := netip.ParseAddr(text)
			if err != nil || ip.Zone() != "" {
				c.Errorf(diag.BadAddress, words[1], "%s: %q is not an IP address", words[0].Text, words[1].Text)
				return
			}
			if slash {
				c.Warnf(diag.ExtraWord, words[1], "%s takes an address without a prefix length; the length is passed over", words[0].Text)
			}
			*at(obj.(*BFD)) = ip
		},
		Print: func(obj any) [][]string { return printed(addrText(*at(obj.(*BFD)))) }}
}

// micros is a time in milliseconds, exact to the microsecond.
func micros(form string, low time.Duration, at func(*BFD) *time.Duration) schema.Field {
	f := schema.Millis(low, maxBFD, at)
	f.Form = form
	read := f.Read
	f.Read = func(c *schema.Context, obj any, words []word) {
		read(c, obj, words)
		d := at(obj.(*BFD))
		if rounded := d.Round(time.Microsecond); rounded != *d {
			c.Errorf(diag.Rounded, words[1], "%s %s has more than three decimals; %s is used", words[0].Text, words[1].Text, schema.FormatDecimal(rounded, time.Millisecond))
			*d = rounded
		}
	}
	return f
}

func (b *BFD) defaultTTL() {
	switch {
	case b.TTL != 0:
	case b.Multihop && b.Neighbor.Is6():
		b.TTL = 64
	default:
		b.TTL = 255
	}
}

// endBFD reports what keepalived drops a session for, and what it corrects.
func endBFD(c *schema.Context, cfg *Config, b *BFD, at word) bool {
	fail := func(code diag.Code, text, help string) bool {
		c.Report(diag.Diagnostic{Span: at.Span, Severity: diag.Error, Code: code, Text: "bfd_instance " + b.Name + text + "; it is passed over", Help: help})
		return false
	}
	switch {
	case len(b.Name) > maxBFDName:
		return fail(diag.TooLong, ": the name has more than 31 bytes", "")
	case cfg.trackers.known[tracker{"bfd_instance", b.Name}].at.Known():
		return fail(diag.DuplicateName, " is defined a second time", "")
	case !b.Neighbor.IsValid() && b.Given("neighbor_ip"):
		return false // reported
	case !b.Neighbor.IsValid():
		return fail(diag.MissingKeyword, " has no neighbor_ip", "write neighbor_ip ADDRESS in it")
	case b.Source.IsValid() && b.Source.Is4() != b.Neighbor.Is4():
		return fail(diag.BadFamily, ": source_ip and neighbor_ip are not of one family", "")
	case cfg.trackers.session(b):
		return fail(diag.DuplicateAddress, " has the neighbour and the source of another", "write different source_ip in both")
	}
	b.defaultTTL()
	if b.MaxHops > b.TTL {
		c.Report(diag.Diagnostic{Span: diag.Span{Pos: b.Where("max_hops"), Width: int32(len("max_hops"))}, Severity: diag.Error, Code: diag.ClashingLimits,
			Text: "max_hops is more than the TTL of packets, which is used instead"})
		b.MaxHops = b.TTL
	}
	fillListeners(nil, b)
	cfg.trackers.define("bfd_instance", at, 0, false)
	if b.VRRP {
		cfg.trackers.define("track_bfd", at, b.Weight, b.Reverse)
	}
	if b.Checker {
		cfg.trackers.define("BFD_CHECK", at, 0, false)
	}
	return true
}

// session reports whether there is a session with b's neighbour and source, and
// remembers b's. A source that is not given may be any.
func (ts *trackers) session(b *BFD) bool {
	if ts.sessions == nil {
		ts.sessions = map[[2]addr]bool{}
	}
	any := [2]addr{b.Neighbor, {}}
	old := ts.sessions[any] || ts.sessions[[2]addr{b.Neighbor, b.Source}] || !b.Source.IsValid() && ts.neighbours[b.Neighbor]
	if ts.neighbours == nil {
		ts.neighbours = map[addr]bool{}
	}
	ts.sessions[[2]addr{b.Neighbor, b.Source}] = true
	ts.neighbours[b.Neighbor] = true
	return old
}
