package vip

import (
	"net/netip"
	"slices"

	"github.com/viplab/viplab/daemon/netif"
)

// place is an address on an interface, as the kernel tells them apart.
type place struct {
	index  int
	prefix netip.Prefix
}

// claim is an address that is kept on an interface for one or more holdings.
type claim struct {
	place
	addr    netif.Address
	users   []*address
	own     bool // the host has it by itself: it is not ours to take away
	missing bool // it was there and is gone
	// collateral says that the kernel may have removed it along with another of
	// its subnet, which we removed.
	collateral bool
}

// hasItself reports whether an interface has an address that we have not put
// there.
func (h *Host) hasItself(index int, ip netip.Addr) bool {
	list, err := h.kernel.ListFamily(index, netif.FamilyOf(ip))
	if err != nil {
		h.log(false, err.Error())
	}
	return slices.ContainsFunc(list, func(have netif.Address) bool { return have.Prefix.Addr() == ip && have.Origin != netif.Origin })
}

// endanger notes what the kernel may have removed along with c: without
// promote_secondaries, the other addresses of a subnet go with the first.
func (h *Host) endanger(c *claim) {
	if c.prefix.IsSingleIP() || c.prefix.Addr().Is6() {
		return
	}
	for _, o := range h.claims {
		if o.index == c.index && o.prefix.Masked() == c.prefix.Masked() {
			o.collateral = true
		}
	}
}
