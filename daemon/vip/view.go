package vip

import (
	"net/netip"
	"slices"

	"github.com/viplab/viplab/daemon/netif"
)

// view is what the kernel shows at one moment. Each thing is asked for once,
// however many look at it.
type view struct {
	host   *Host
	lists  map[int]*list // by interface
	routes []netif.Route
	rules  []netif.Rule
	asked  struct{ routes, rules bool }
	failed error // what could not be asked for; nothing counts as missing then
}

func (v *view) note(err error) {
	if err != nil && v.failed == nil {
		v.failed = err
		v.host.log(false, err.Error())
	}
}

// list is the addresses of an interface, and the prefixes that they have there.
type list struct {
	ips      map[netip.Addr]bool
	prefixes map[netip.Prefix]bool
}

func (l *list) add(p netip.Prefix) { l.ips[p.Addr()], l.prefixes[p] = true, true }

// has reports whether an address is where it is to be. One that the host has by
// itself may have another prefix length.
func (v *view) has(c *claim) bool {
	l := v.lists[c.index]
	if l == nil {
		l = &list{map[netip.Addr]bool{}, map[netip.Prefix]bool{}}
		v.lists[c.index] = l
		addresses, err := v.host.kernel.ListFamily(c.index, 0)
		v.note(err)
		for n := range addresses {
			l.add(addresses[n].Prefix)
		}
	}
	return v.failed != nil || l.prefixes[c.prefix] || c.own && l.ips[c.prefix.Addr()]
}

// put notes that an address is there now.
func (v *view) put(c *claim) {
	if l := v.lists[c.index]; l != nil {
		l.add(c.prefix)
	}
}

func (v *view) hasRoute(r *netif.Route) bool {
	if !v.asked.routes {
		var err error
		v.asked.routes = true
		v.routes, err = v.host.kernel.OwnRoutes()
		v.note(err)
	}
	return v.failed != nil || slices.ContainsFunc(v.routes, func(o netif.Route) bool { return r.Same(&o) })
}

func (v *view) hasRule(r *netif.Rule) bool {
	if !v.asked.rules {
		var err error
		v.asked.rules = true
		v.rules, err = v.host.kernel.OwnRules()
		v.note(err)
	}
	return v.failed != nil || slices.ContainsFunc(v.rules, func(o netif.Rule) bool { return r.Same(&o) })
}
