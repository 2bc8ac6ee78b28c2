package vip

import (
	"slices"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/netif"
	"github.com/viplab/viplab/daemon/vrrp"
)

// Observe takes an event of the kernel. What it may have taken away is looked at
// by the next Tick, which is due at once, together with what other events tell:
// what somebody else removed is put back and announced again, and Options.Lost is
// told of what cannot be kept.
func (h *Host) Observe(ev netif.Event, now vrrp.Instant) {
	switch ev.Kind {
	case netif.AddressGone:
		h.addressGone(ev, now)
	case netif.AddressAdded:
		h.addressAdded(ev, now)
	case netif.LinkChanged, netif.LinkGone:
		h.linkChanged(ev, now)
	case netif.RouteGone, netif.RouteReplaced:
		h.suspectIf(now, func(s *holding) bool {
			return slices.ContainsFunc(s.routes, func(r *route) bool { return r.held && r.want.SamePlace(ev.Route) })
		})
	case netif.RuleGone:
		h.suspectIf(now, func(s *holding) bool {
			return slices.ContainsFunc(s.rules, func(r *rule) bool { return r.held && r.want.Same(ev.Rule) })
		})
	case netif.Overrun:
		h.forgetLinks()
		h.suspectIf(now, func(*holding) bool { return true })
	}
}

// suspect has a holding looked at by the next Tick.
func (h *Host) suspect(s *holding, now vrrp.Instant) {
	if len(h.suspects) == 0 {
		h.lookAt = now
	}
	h.suspects[s] = true
}

// suspectIf has those holdings looked at that are concerned.
func (h *Host) suspectIf(now vrrp.Instant, concerned func(*holding) bool) {
	for s := range h.holdings() {
		if concerned(s) {
			h.suspect(s, now)
		}
	}
}

// addressGone: the kernel tells of no IPv4 route that goes with an address.
func (h *Host) addressGone(ev netif.Event, now vrrp.Instant) {
	if c := h.claims[place{ev.Index, ev.Address.Prefix}]; c != nil {
		for _, a := range c.users {
			h.suspect(a.of, now)
		}
	}
	h.suspectIf(now, func(s *holding) bool { return s.on && len(s.routes) > 0 })
	for _, d := range h.devices {
		if d.ipvlan && d.link != nil && d.link.Index == ev.Index && ev.IP == d.source {
			h.gripe(d, h.addressIPVLAN(d))
		}
	}
}

func (h *Host) addressAdded(ev netif.Event, now vrrp.Instant) {
	c := h.claims[place{ev.Index, ev.Address.Prefix}]
	switch {
	case c != nil && ev.Address.Duplicate:
		c.users[0].of.logf(false, "another host has %s: duplicate address detection failed", ev.IP)
	case c != nil && c.missing:
		h.suspect(c.users[0].of, now)
	case c == nil && ev.IP.Is6() && ev.IP.IsLinkLocalUnicast(): // a device may want it
		h.suspectIf(now, func(s *holding) bool { return s.on && s.estate != nil && len(s.estate.devices) > len(s.estate.base) })
	}
}

// linkChanged looks at those who have to do with a link, if the change concerns
// them.
func (h *Host) linkChanged(ev netif.Event, now vrrp.Instant) {
	old := h.links[ev.Name]
	delete(h.links, ev.Name)
	for name, l := range h.links { // it may have had another name
		if l.Index == ev.Index {
			delete(h.links, name)
		}
	}
	if ev.Kind == netif.LinkChanged {
		h.links[ev.Name] = ev.Link
		if old != nil && old.Index == ev.Index && old.Flags&watched == ev.Link.Flags&watched && slices.Equal(old.MAC, ev.Link.MAC) {
			return
		}
	}
	for _, d := range h.devices {
		switch {
		case d.link == nil || d.link.Index != ev.Index:
		case ev.Kind == netif.LinkGone:
			d.link = nil
			h.unmute(d)
		default:
			d.link = ev.Link
		}
	}
	h.suspectIf(now, func(s *holding) bool { return s.uses(ev.Name, ev.Index) })
}

// forgetLinks has all interfaces looked up anew.
func (h *Host) forgetLinks() {
	clear(h.links)
	for _, d := range h.devices {
		if d.link == nil {
			continue
		}
		var err error
		if d.link, err = h.kernel.LinkAt(d.link.Index); err != nil {
			d.link = nil
			h.unmute(d)
		}
	}
}

// watched are the flags of links that matter.
const watched = unix.IFF_UP | unix.IFF_RUNNING

// uses reports whether something of s is on an interface, or would be.
func (s *holding) uses(name string, index int) bool {
	if s.estate != nil && slices.ContainsFunc(s.estate.devices, func(d *device) bool { return d.parent == name || d.link == nil || d.link.Index == index }) {
		return true
	}
	if !s.on {
		return false
	}
	// A route may lead by any interface.
	return len(s.routes) > 0 || slices.ContainsFunc(s.addresses, func(a *address) bool {
		return a.slot.iface == name || a.claim != nil && a.claim.index == index
	})
}
