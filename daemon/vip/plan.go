package vip

import (
	"fmt"
	"net"
	"net/netip"
	"slices"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/netif"
)

// plan is what is to be on the host, in the order in which it is put there.
type plan struct {
	addresses []conf.Address
	slots     []slot // of addresses
	routes    []conf.Route
	rules     []conf.Rule
	refuse    bool // the host is kept from the addresses
}

// slot is where something is put: an interface by its name, or a device of ours
// on that.
type slot struct {
	iface  string
	device identity // zero: the interface itself
}

// identity tells devices of ours apart.
type identity struct {
	parent string
	vrid   int
	family netif.Family
	name   string // empty: made of prefix and vrid
	prefix string
	mac    string // empty: the one of RFC 9568 7.3
	group  uint32 // of interfaces

	ipvlan  bool
	spread  netif.Spread // of an ipvlan
	address netip.Prefix // of an ipvlan; zero: none, or a link-local one
}

// spec is a device that an instance is to have.
type spec struct {
	identity
	main bool // adverts leave by it
	both bool // it has IPv6 though its virtual router has IPv4
}

// staticPlan is the static part of cfg.
func staticPlan(cfg *conf.Config) plan {
	p := plan{routes: cfg.StaticRoutes, rules: cfg.StaticRules}
	for _, a := range cfg.StaticAddresses {
		p.add(a, slot{iface: a.Interface})
	}
	return p
}

// planOf is what i has as Master, with the devices of specs.
func planOf(i *conf.Instance, specs []spec) plan {
	p := plan{routes: i.Routes, rules: i.Rules, refuse: !i.Accept}
	for _, a := range slices.Concat(i.Addresses, i.Excluded) {
		p.add(a, slotOf(i, &a, specs))
	}
	return p
}

// add adds an address; of those that stand twice the first counts.
func (p *plan) add(a conf.Address, s slot) {
	for n := range p.addresses {
		if p.addresses[n].Prefix == a.Prefix && p.slots[n] == s {
			return
		}
	}
	p.addresses, p.slots = append(p.addresses, a), append(p.slots, s)
}

// ownDevice reports whether an address of i is on a device other than i's main
// one: by use_vmac of its own, or, with use_vmac_addr, for being on another
// interface or of another family.
func ownDevice(i *conf.Instance, a *conf.Address) bool {
	foreign := a.Interface != i.Interface || netif.FamilyOf(a.Prefix.Addr()) != familyIn(i.Family)
	if i.IPVLAN != nil && !foreign {
		return false
	}
	return a.UseVMAC && (foreign || !i.VMAC) || i.VMACAddresses && foreign
}

// slotOf is where an address of i goes.
func slotOf(i *conf.Instance, a *conf.Address, specs []spec) slot {
	own, f := ownDevice(i, a), netif.FamilyOf(a.Prefix.Addr())
	for _, s := range specs {
		switch {
		case s.main && !own && a.Interface == i.Interface, !s.main && own && s.parent == a.Interface && s.family == f:
			return slot{a.Interface, s.identity}
		}
	}
	return slot{iface: a.Interface}
}

// specsOf are the devices of i, the main one first.
func specsOf(i *conf.Instance, g *conf.GlobalVRRP) ([]spec, error) {
	var list []spec
	f := familyIn(i.Family)
	switch {
	case i.VMAC:
		d := i.VMACDevice
		mac := ""
		if d.MAC != "" {
			hw, err := net.ParseMAC(d.MAC)
			if err != nil {
				return nil, fmt.Errorf("use_vmac: %w", err)
			}
			mac = string(hw)
		}
		list = append(list, spec{identity: identity{parent: i.Interface, vrid: i.VRID, family: f, name: d.Name, prefix: g.VMACPrefix,
			mac: mac, group: d.Group.ID}, main: true})
	case i.IPVLAN != nil:
		d := i.IPVLAN
		list = append(list, spec{identity: identity{parent: i.Interface, vrid: i.VRID, family: f, name: d.Name, prefix: g.VMACPrefix,
			group: d.Group.ID, ipvlan: true, spread: spreadOf(d.Mode), address: d.Address}, main: true})
	}
	for _, a := range slices.Concat(i.Addresses, i.Excluded) {
		f := netif.FamilyOf(a.Prefix.Addr())
		if !ownDevice(i, &a) {
			if len(list) > 0 && list[0].main && a.Interface == i.Interface && f == netif.IPv6 {
				list[0].both = true
			}
			continue
		}
		s := spec{identity: identity{parent: a.Interface, vrid: i.VRID, family: f, prefix: g.VMACAddressPrefix}}
		if !slices.ContainsFunc(list, func(o spec) bool { return o.identity == s.identity && !o.main }) {
			list = append(list, s)
		}
	}
	return list, nil
}

func spreadOf(mode string) netif.Spread {
	switch mode {
	case "private":
		return netif.Private
	case "vepa":
		return netif.VEPA
	}
	return netif.Bridge
}

// familyIn is a family of the configuration as netif has it.
func familyIn(f conf.Family) netif.Family {
	if f == conf.IPv6 {
		return netif.IPv6
	}
	return netif.IPv4
}
