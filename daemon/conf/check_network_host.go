package conf

import (
	"strconv"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// checkNetworkHost holds interfaces and names of static objects and of what the
// routes and rules of instances say against the host.
func checkNetworkHost(c *schema.Context, cfg *Config, host *Host) {
	h := &hostCheck{c: c, known: make(map[string]bool, len(host.Interfaces)), names: host.Names}
	for _, name := range host.Interfaces {
		h.known[name] = true
	}
	for n := range cfg.StaticAddresses {
		a := &cfg.StaticAddresses[n]
		h.link(a.Interface, &a.Origin, "dev")
	}
	cfg.StaticRoutes = h.routes(cfg.StaticRoutes)
	cfg.StaticRules = h.rules(cfg.StaticRules)
	for _, g := range cfg.GARPGroups {
		for _, name := range g.Interfaces {
			h.link(name, &g.Origin, "interface", "interfaces")
		}
	}
	for n := range cfg.Linkbeats {
		h.link(cfg.Linkbeats[n].Interface, &cfg.Linkbeats[n].Origin)
	}
	for n := range cfg.Debounces {
		h.link(cfg.Debounces[n].Interface, &cfg.Debounces[n].Origin)
	}
}

// hostCheck is a host, and what to report against it.
type hostCheck struct {
	c     *schema.Context
	known map[string]bool // interfaces; nil: they may come and go
	names Names
}

// link reports an interface that the host does not have. It is pointed at by the
// first of the keywords that o was given.
func (h *hostCheck) link(name string, o *Origin, keywords ...string) {
	if name == "" || h.known == nil || h.known[name] {
		return
	}
	at := where(o, name)
	for _, k := range keywords {
		if pos := o.Where(k); pos.Known() {
			at = optionAt(o, k, at)
			break
		}
	}
	h.c.Report(diag.Diagnostic{Span: at.Span, Severity: diag.Fatal, Code: diag.UnknownInterface,
		Text: "there is no interface " + name + " on this host", Help: "ip link shows those that there are"})
}

// routes checks a list of routes and returns those that the host can have.
func (h *hostCheck) routes(list []Route) []Route {
	kept := list[:0]
	for n := range list {
		if h.route(&list[n]) {
			kept = append(kept, list[n])
		}
	}
	return kept
}

func (h *hostCheck) route(r *Route) bool {
	h.link(r.Interface, &r.Origin, "dev")
	ok := h.ident(tosNames(), &r.TOS, &r.Origin, "tos")
	ok = h.ident(tableNames(), &r.Table, &r.Origin, "table") && ok
	ok = h.ident(protocolNames(), &r.Protocol, &r.Origin, "protocol") && ok
	ok = h.ident(scopeNames(), &r.Scope, &r.Origin, "scope") && ok
	ok = h.realms(&r.Realms, &r.Origin, "realms") && ok
	for n := range r.NextHops {
		hop := &r.NextHops[n]
		h.link(hop.Interface, &r.Origin, "nexthop")
		ok = h.realms(&hop.Realms, &r.Origin, "nexthop") && ok
	}
	if r.VRF != "" && h.known != nil && !h.known[r.VRF] {
		h.c.Errorf(diag.UnknownInterface, optionAt(&r.Origin, "vrf", where(&r.Origin, "vrf")), "there is no VRF %s on this host; the route is passed over", r.VRF)
		ok = false
	}
	return ok
}

func (h *hostCheck) realms(r *Realms, o *Origin, keyword string) bool {
	from := h.ident(realmNames(), &r.From, o, keyword)
	return h.ident(realmNames(), &r.To, o, keyword) && from
}

// rules checks a list of rules and returns those that the host can have.
func (h *hostCheck) rules(list []Rule) []Rule {
	kept := list[:0]
	for n := range list {
		r := &list[n]
		h.link(r.Input, &r.Origin, "iif")
		h.link(r.Output, &r.Origin, "oif")
		ok := h.ident(tosNames(), &r.TOS, &r.Origin, "tos")
		ok = h.ident(tableNames(), &r.Table, &r.Origin, "table") && ok
		ok = h.ident(groupNames(), &r.SuppressGroup, &r.Origin, "suppress_ifgroup") && ok
		ok = h.ident(transportNames(), &r.Transport, &r.Origin, "ipproto") && ok
		if ok = h.realms(&r.Realms, &r.Origin, "realms") && ok; ok {
			kept = append(kept, *r)
		}
	}
	return kept
}

// ident finds the number of a name, and reports whether there is one.
func (h *hostCheck) ident(t nameTable, i *Ident, o *Origin, keyword string) bool {
	if i.Known || !i.Given() || h.names == nil {
		return true
	}
	n, ok := h.names[t.file][i.Text]
	if ok {
		i.ID, i.Known = n, true
		return true
	}
	d := diag.Diagnostic{Span: optionAt(o, keyword, where(o, keyword)).Span, Severity: diag.Error, Code: diag.UnknownName,
		Text: "this host knows no " + t.what + " " + strconv.Quote(i.Text) + "; the line is passed over"}
	d.Help = t.near(i.Text, h.names[t.file])
	h.c.Report(d)
	return false
}
