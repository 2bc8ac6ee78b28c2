package dump

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/viplab/viplab/daemon/conf"
)

// line gathers the words of a route or rule.
type line struct{ strings.Builder }

// add appends words if on.
func (l *line) add(on bool, format string, args ...any) {
	if on {
		if l.Len() > 0 {
			l.WriteByte(' ')
		}
		fmt.Fprintf(l, format, args...)
	}
}

func (p pair) routes() []string {
	var texts []string
	for i := range p.conf.Routes {
		texts = append(texts, p.route(&p.conf.Routes[i]))
	}
	return texts
}

// route is "prepend 10.9.0.0/24 via inet 192.168.0.1 dev eth0 proto 18".
func (p pair) route(r *conf.Route) string {
	var l line
	l.add(true, "%s", r.Operation)
	l.add(r.Type != "" && r.Type != "unicast", "%s", r.Type)
	l.add(true, "%s", destination(r.Destination))
	l.add(r.From.IsValid(), "from %s", r.From)
	l.add(r.Via.IsValid(), "via %s %s", family(r.Via), r.Via)
	l.add(r.Interface != "", "dev %s", r.Interface)
	l.add(r.Table.Given(), "table %d", r.Table.ID)
	l.add(r.Source.IsValid(), "src %s", r.Source)
	l.add(r.TOS.Given(), "tos %#02x", r.TOS.ID)
	l.add(r.Scope.Given(), "scope %s", scope(int(r.Scope.ID)))
	l.add(true, "proto %d", protocol(r.Protocol))
	l.add(r.Metric != 0, "metric %d", r.Metric)
	l.add(r.OnLink, "onlink")
	for _, m := range r.Metrics {
		l.add(true, "%s %d", m.Name, m.Value)
	}
	for _, h := range r.NextHops {
		l.add(true, "nexthop")
		l.add(h.Via.IsValid(), "via %s %s", family(h.Via), h.Via)
		l.add(h.Interface != "", "dev %s", h.Interface)
		l.add(true, "weight %d", max(h.Weight, 1))
	}
	l.add(r.NoTrack, "no_track")
	return l.String()
}

func rules(list []conf.Rule) []string {
	var texts []string
	for i := range list {
		texts = append(texts, rule(&list[i]))
	}
	return texts
}

// rule is "from 10.0.0.0/8 priority 7 tos 0x0 protocol 18 lookup 100".
func rule(r *conf.Rule) string {
	var l line
	l.add(r.Not, "not")
	l.add(r.From.IsValid(), "from %s", r.From)
	l.add(!r.From.IsValid(), "from all")
	l.add(r.To.IsValid(), "to %s", r.To)
	l.add(true, "priority %d", r.Preference)
	if m := r.Mark; m != nil {
		l.add(true, "fwmark %#x/%#x", m.Value, m.Mask)
	}
	l.add(r.Input != "", "iif %s", r.Input)
	l.add(r.Output != "", "oif %s", r.Output)
	l.add(true, "tos %#x", r.TOS.ID)
	l.add(true, "protocol %d", protocol(r.Protocol))
	switch r.Action {
	case conf.Lookup, "":
		l.add(true, "lookup %d", table(r.Table))
	case conf.Goto:
		l.add(true, "goto %d", r.Target)
	default:
		l.add(true, "%s", r.Action)
	}
	l.add(r.NoTrack, "no_track")
	return l.String()
}

func destination(p netip.Prefix) string {
	if p.Bits() == 0 {
		return "default"
	}
	return p.String()
}

func family(ip netip.Addr) string {
	if ip.Is6() {
		return "inet6"
	}
	return "inet"
}

// protocol is 18 (keepalived), table 254 (main), unless given.
func protocol(i conf.Ident) uint32 {
	if i.Given() {
		return i.ID
	}
	return 18
}

func table(i conf.Ident) uint32 {
	if i.Given() {
		return i.ID
	}
	return 254
}
