package vip

import (
	"errors"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/netif"
	"github.com/viplab/viplab/daemon/netif/firewall"
)

// owner is the priority of the owner of the addresses (RFC 3768 5.3.4).
const owner = 255

// address is an address of a holding.
type address struct {
	of     *holding
	conf   conf.Address
	slot   slot
	addr   netif.Address
	refuse bool   // the host is to be kept from it
	claim  *claim // nil: it is not to be there, or its interface is missing
	walled bool   // the host is kept from it, by place
	place  firewall.Place

	trust
	gripe  string
	target target
	link   *netif.Link // that target.frame was made for
}

// held reports whether the address is on its interface.
func (a *address) held() bool { return a.claim != nil && !a.claim.missing }

// takes reports whether a is the address that the plan has at n, so that nothing
// need be done.
func (a *address) takes(p plan, n int) bool {
	want := addressOf(&p.addresses[n])
	want.Preferred = a.addr.Preferred // that can be changed in place
	return a.slot == p.slots[n] && a.addr == want
}

// adopt takes what may change without the address being touched.
func (a *address) adopt(c conf.Address, refuse bool) {
	a.conf, a.refuse = c, refuse
	want := addressOf(&c)
	if want.Preferred != a.addr.Preferred {
		a.addr = want
		if a.held() && !a.claim.own {
			a.claim.addr = want
			if err := a.of.host.kernel.Add(a.claim.index, want); err != nil {
				a.of.logf(false, "%v", err)
			}
		}
	}
	if a.claim != nil {
		a.wall()
	}
}

// hold puts the address on its interface, if it is not there.
func (a *address) hold() {
	h := a.of.host
	link, err := h.slotLink(a.slot)
	if a.claim != nil && (err != nil || a.claim.index != link.Index) { // its interface is another one now
		a.drop()
	}
	if a.claim != nil {
		return
	}
	if err == nil {
		err = a.put(link)
		if errors.Is(err, unix.ENODEV) { // another interface has taken the name
			delete(h.links, link.Name)
			if link, err = h.slotLink(a.slot); err == nil {
				err = a.put(link)
			}
		}
	}
	if err != nil {
		a.complain("cannot set "+a.conf.Prefix.String(), err)
		return
	}
	a.gripe = ""
}

// complain logs what goes wrong, once.
func (a *address) complain(what string, err error) {
	if gripe := what + ": " + err.Error(); gripe != a.gripe {
		a.gripe = gripe
		a.of.logf(false, "%s", gripe)
	}
}

// put puts the address on link.
func (a *address) put(link *netif.Link) error {
	h, at := a.of.host, place{link.Index, a.addr.Prefix}
	c := h.claims[at]
	if c == nil {
		c = &claim{place: at, addr: a.addr}
		if a.mayOwn() {
			c.own = h.hasItself(link.Index, a.addr.Prefix.Addr())
		}
	}
	a.claim = c
	a.wall()
	if len(c.users) == 0 && !c.own {
		if err := h.kernel.Add(link.Index, a.addr); err != nil {
			a.unwall()
			a.claim = nil
			return err
		}
	}
	c.users = append(c.users, a)
	h.claims[at] = c
	return nil
}

// mayOwn reports whether the host may have the address by itself.
func (a *address) mayOwn() bool {
	return a.of.estate == nil || a.of.estate.conf.Priority == owner
}

// drop takes the address away, unless somebody else holds it too.
func (a *address) drop() {
	c, h := a.claim, a.of.host
	a.target.left = 0
	if c == nil {
		a.unwall()
		return
	}
	a.claim = nil
	c.users = slices.DeleteFunc(c.users, func(o *address) bool { return o == a })
	if len(c.users) == 0 {
		delete(h.claims, c.place)
		if !c.own {
			if err := h.kernel.Remove(c.index, c.addr); err != nil {
				a.of.logf(false, "%v", err)
			}
			h.endanger(c)
		}
	}
	a.unwall()
}

// wall keeps the host from the address, or does not any more.
func (a *address) wall() {
	if !a.refuse {
		a.unwall()
		return
	}
	if a.walled && a.place.Index != a.claim.index { // the interface is another one now
		a.unwall()
	}
	if !a.walled {
		a.walled, a.place = true, firewall.Place{IP: a.addr.Prefix.Addr(), Index: a.claim.index}
		a.of.host.wall.refuse(a.place)
	}
}

func (a *address) unwall() {
	if a.walled {
		a.walled = false
		a.of.host.wall.accept(a.place)
	}
}
