package vip

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/netif"
	"github.com/viplab/viplab/daemon/netif/firewall"
)

// holding is addresses, routes and rules that are put on the host together: the
// static ones, or those of a Master.
type holding struct {
	host   *Host
	prefix string  // of its lines in the log
	estate *Estate // nil: the static ones
	on     bool    // they are to be there

	addresses []*address
	routes    []*route
	rules     []*rule
}

func (s *holding) logf(detail bool, format string, args ...any) {
	s.host.log(detail, s.prefix+fmt.Sprintf(format, args...))
}

// acquire puts everything on the host.
func (s *holding) acquire() {
	s.on = true
	s.refuse()
	for _, a := range s.addresses {
		a.trust = trust{}
		a.hold()
	}
	for _, r := range s.routes {
		r.trust = trust{}
		r.hold()
	}
	for _, r := range s.rules {
		r.trust = trust{}
		r.hold()
	}
}

// release takes everything away.
func (s *holding) release() {
	s.on = false
	for _, r := range slices.Backward(s.rules) {
		r.drop()
	}
	for _, r := range slices.Backward(s.routes) {
		r.drop()
	}
	s.host.wall.gather()
	for _, a := range slices.Backward(s.addresses) {
		a.drop()
	}
	s.host.wall.flush()
}

// refuse keeps the host from the addresses that it is to have without owning
// them, before it has them.
func (s *holding) refuse() {
	var list []firewall.Place
	for _, a := range s.addresses {
		if !a.refuse || a.walled {
			continue
		}
		if link, err := s.host.slotLink(a.slot); err == nil {
			a.walled, a.place = true, firewall.Place{IP: a.addr.Prefix.Addr(), Index: link.Index}
			list = append(list, a.place)
		}
	}
	s.host.wall.refuse(list...)
}

// replace swaps what there is for p, with swap in between: when what is not
// wanted any more is gone, and nothing new is there. It returns the addresses
// that are new on the host.
func (s *holding) replace(p plan, swap func()) (fresh []conf.Address) {
	addresses := match(s.addresses, p.addresses, func(a *address, n int) bool { return a.takes(p, n) })
	routes := match(s.routes, p.routes, func(r *route, n int) bool { return r.takes(p, n) })
	rules := match(s.rules, p.rules, func(r *rule, n int) bool { return r.takes(p, n) })
	for _, r := range slices.Backward(s.rules) {
		if !slices.Contains(rules, r) {
			r.drop()
		}
	}
	for _, r := range slices.Backward(s.routes) {
		if !slices.Contains(routes, r) {
			r.drop()
		}
	}
	for _, a := range slices.Backward(s.addresses) {
		if !slices.Contains(addresses, a) {
			a.drop()
		}
	}
	if swap != nil {
		swap()
	}
	s.addresses = s.fillAddresses(addresses, p)
	s.routes = s.fillRoutes(routes, p)
	s.rules = s.fillRules(rules, p)
	if !s.on {
		return nil
	}
	for _, a := range s.addresses {
		before := a.held()
		if a.hold(); !before && a.held() {
			fresh = append(fresh, a.conf)
		}
	}
	for _, r := range s.routes {
		r.hold()
	}
	for _, r := range s.rules {
		r.hold()
	}
	return fresh
}

// match returns for each of wanted the one of have that is the same, nil for
// those that are new. None is taken twice.
func match[T, W any](have []*T, wanted []W, same func(h *T, n int) bool) []*T {
	list, used := make([]*T, len(wanted)), make([]bool, len(have))
	for n := range wanted {
		for m, h := range have {
			if !used[m] && same(h, n) {
				list[n], used[m] = h, true
				break
			}
		}
	}
	return list
}

func (s *holding) fillAddresses(list []*address, p plan) []*address {
	for n, a := range list {
		if a == nil {
			a = &address{of: s, conf: p.addresses[n], slot: p.slots[n], addr: addressOf(&p.addresses[n])}
			a.target.sent, a.target.failed = a.announced, a.unannounced
			list[n] = a
		}
		a.adopt(p.addresses[n], p.refuse)
	}
	return list
}

func (s *holding) fillRoutes(list []*route, p plan) []*route {
	for n, r := range list {
		if r == nil {
			list[n] = &route{of: s, conf: p.routes[n]}
		}
	}
	return list
}

func (s *holding) fillRules(list []*rule, p plan) []*rule {
	for n, r := range list {
		if r == nil {
			list[n] = &rule{of: s, conf: p.rules[n]}
		}
	}
	return list
}

// equalLine compares lines of the configuration, wherever they stand.
func equalLine[T any](a, b T, origin func(*T) *conf.Origin) bool {
	*origin(&a), *origin(&b) = conf.Origin{}, conf.Origin{}
	return reflect.DeepEqual(a, b)
}

// link is the interface of a slot.
func (h *Host) slotLink(s slot) (*netif.Link, error) {
	if s.device == (identity{}) {
		return h.link(s.iface)
	}
	d := h.devices[s.device]
	if d == nil || d.link == nil {
		return nil, fmt.Errorf("%w: the device of a virtual router on %s", netif.ErrNoLink, s.iface)
	}
	return d.link, nil
}
