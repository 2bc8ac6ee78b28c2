package vip

import (
	"fmt"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/netif"
)

// route is a route of a holding.
type route struct {
	of   *holding
	conf conf.Route
	want netif.Route
	held bool
	trust
	gripe string
}

// takes reports whether r is the route that the plan has at n.
func (r *route) takes(p plan, n int) bool {
	return equalLine(r.conf, p.routes[n], func(c *conf.Route) *conf.Origin { return &c.Origin })
}

// hold puts the route on the host, if it is not there.
func (r *route) hold() {
	if r.held {
		return
	}
	h := r.of.host
	want, err := routeOf(&r.conf, finder{h.index, h.table})
	if err == nil {
		err = h.kernel.AddRoute(want)
	}
	if err != nil {
		if err.Error() != r.gripe {
			r.gripe = err.Error()
			r.of.logf(false, "cannot set route: %v", err)
		}
		return
	}
	r.want, r.held, r.gripe = want, true, ""
}

// index is the number of an interface that a route names.
func (h *Host) index(name string) (int, error) {
	link, err := h.link(name)
	if err != nil {
		return 0, err
	}
	return link.Index, nil
}

// table is the routing table of a VRF.
func (h *Host) table(vrf string) (uint32, error) {
	link, err := h.link(vrf)
	if err == nil && link.Kind != "vrf" {
		err = fmt.Errorf("%s is not a VRF", vrf)
	}
	if err != nil {
		return 0, err
	}
	return link.Table, nil
}

// drop takes the route away, unless somebody else holds it too.
func (r *route) drop() {
	if !r.held {
		return
	}
	r.held = false
	for s := range r.of.host.holdings() {
		for _, o := range s.routes {
			if o.held && o.want.Same(&r.want) {
				return
			}
		}
	}
	if err := r.of.host.kernel.RemoveRoute(r.want); err != nil {
		r.of.logf(false, "%v", err)
	}
}

// rule is a rule of a holding.
type rule struct {
	of   *holding
	conf conf.Rule
	want netif.Rule
	held bool
	trust
	gripe string
}

// takes reports whether r is the rule that the plan has at n.
func (r *rule) takes(p plan, n int) bool {
	return equalLine(r.conf, p.rules[n], func(c *conf.Rule) *conf.Origin { return &c.Origin })
}

// hold puts the rule on the host, if it is not there.
func (r *rule) hold() {
	if r.held {
		return
	}
	want, err := ruleOf(&r.conf)
	if err == nil {
		err = r.of.host.kernel.AddRule(want)
	}
	if err != nil {
		if err.Error() != r.gripe {
			r.gripe = err.Error()
			r.of.logf(false, "cannot set rule: %v", err)
		}
		return
	}
	r.want, r.held, r.gripe = want, true, ""
}

// drop takes the rule away, unless somebody else holds it too.
func (r *rule) drop() {
	if !r.held {
		return
	}
	r.held = false
	for s := range r.of.host.holdings() {
		for _, o := range s.rules {
			if o.held && o.want.Same(&r.want) {
				return
			}
		}
	}
	if err := r.of.host.kernel.RemoveRule(r.want); err != nil {
		r.of.logf(false, "%v", err)
	}
}
