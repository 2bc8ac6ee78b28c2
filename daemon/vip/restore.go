package vip

import (
	"slices"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/netif"
	"github.com/viplab/viplab/daemon/vrrp"
)

// inspect looks whether the address is where it is to be.
func (a *address) inspect(v *view, now vrrp.Instant) {
	h := a.of.host
	link, err := h.slotLink(a.slot)
	switch {
	case a.claim == nil || err != nil || a.claim.index != link.Index: // its interface has come, or gone
		if a.hold(); a.held() {
			v.put(a.claim)
			a.again(now)
		}
	case v.has(a.claim):
		a.claim.missing, a.claim.collateral, a.gone, a.given = false, false, false, false
		if a.link != nil && !slices.Equal(a.link.MAC, link.MAC) {
			a.again(now)
		}
	default:
		a.restore(link, v, now)
	}
}

// up reports whether an interface is there and administratively up, at this
// moment: the event that tells may still be under way.
func (h *Host) up(name string) bool {
	delete(h.links, name)
	link, err := h.link(name)
	return err == nil && link.Flags&unix.IFF_UP != 0
}

// again announces an address that has come back.
func (a *address) again(now vrrp.Instant) {
	if e := a.of.estate; e != nil && !slices.Contains(e.base, a) {
		b := a.of.host.queue.burst(now)
		a.announce(b, e.conf.GARP.Repeat)
		b.end()
	}
}

// restore puts the address back that is gone from link. While link is down the
// kernel may have taken it, and would again.
func (a *address) restore(link *netif.Link, v *view, now vrrp.Instant) {
	c, noted := a.claim, a.gone
	c.missing = true
	if a.conf.NoTrack {
		if a.gone = true; !noted {
			a.of.logf(false, "%s is gone from %s, and has no_track", a.conf.Prefix, link.Name)
		}
		return
	}
	if !a.of.host.up(link.Name) {
		a.gone = true
		return
	}
	if c.collateral && !noted {
		a.gone = true
	}
	if !a.removed(now) {
		if !noted {
			a.of.host.lose(a.of, a.conf.TrackGroup, "%s is removed from %s by somebody else again and again", a.conf.Prefix, link.Name)
		}
		return
	}
	if err := a.of.host.kernel.Add(link.Index, a.addr); err != nil {
		a.given = true
		a.of.host.lose(a.of, a.conf.TrackGroup, "%s was removed from %s by somebody else: %v", a.conf.Prefix, link.Name, err)
		return
	}
	c.missing, c.own, c.collateral, a.gone = false, false, false, false
	v.put(c)
	a.of.logf(false, "%s was gone from %s, and is put back", a.conf.Prefix, link.Name)
	a.again(now)
}
