package vip

import (
	"fmt"
	"net"
	"net/netip"
	"slices"

	"github.com/viplab/viplab/daemon/netif"
)

// device is an interface that we have made for virtual routers: as long as they
// are there, Master or not.
type device struct {
	spec
	link  *netif.Link // as last seen; nil: it is not there
	users int
	muted int // the index of the interface that is muted; 0: none
	// source is the address that an ipvlan has of its own; zero: none.
	source netip.Addr
	gripe  string
}

// takeDevice makes the device of s, or shares the one that there is.
func (h *Host) takeDevice(s spec, prefix string) *device {
	d := h.devices[s.identity]
	if d == nil {
		d = &device{spec: s}
		h.devices[s.identity] = d
	} else if s.both && !d.both {
		d.both, d.link = true, nil // it is there, and to be mended
	}
	d.users++
	h.gripe(d, h.ensure(d, prefix))
	return d
}

// dropDevice takes the device away when nobody shares it any more.
func (h *Host) dropDevice(d *device, prefix string) {
	if d.users--; d.users > 0 {
		return
	}
	delete(h.devices, d.identity)
	h.unmute(d)
	if d.link == nil {
		return
	}
	delete(h.links, d.link.Name)
	if err := h.made.Remove(h.kernel, d.link); err != nil {
		h.log(false, prefix+err.Error())
	}
}

// ensure makes the device if it is not there.
func (h *Host) ensure(d *device, prefix string) error {
	if d.link != nil {
		return nil
	}
	link, err := h.made.Ensure(h.kernel, netif.VMAC{Parent: d.parent, VRID: d.vrid, Family: d.family, Name: d.name, Prefix: d.prefix,
		MAC: net.HardwareAddr(d.mac), Group: d.group, BothFamilies: d.both, IPVLAN: d.ipvlan, Spread: d.spread})
	if link == nil {
		return err
	}
	if err != nil { // only sysctls
		h.log(false, prefix+err.Error())
	}
	d.link, h.links[link.Name], d.gripe = link, link, ""
	if !d.ipvlan && d.muted == 0 {
		d.muted = link.Index
		h.wall.mute(link.Index)
	}
	if d.ipvlan {
		return h.addressIPVLAN(d)
	}
	return nil
}

func (h *Host) unmute(d *device) {
	if d.muted != 0 {
		h.wall.unmute(d.muted)
		d.muted = 0
	}
}

// addressIPVLAN gives an ipvlan the address that it is to have, or a link-local
// one that the other ipvlans of its interface do not have.
func (h *Host) addressIPVLAN(d *device) error {
	prefix := d.address
	if !prefix.IsValid() {
		if len(d.link.MAC) != 6 || d.family != netif.IPv6 {
			return nil
		}
		prefix = netip.PrefixFrom(linkLocal(d.link.MAC, d.vrid), 64)
	}
	d.source = prefix.Addr()
	if err := h.kernel.Add(d.link.Index, netif.Address{Prefix: prefix}); err != nil {
		return fmt.Errorf("%s: %w", d.link.Name, err)
	}
	return nil
}

// linkLocal is a link-local address made of the MAC address of an interface that
// several devices share, as the kernel makes one of such (addrconf_ifid_eui48
// with a dev_id, net/ipv6/addrconf.c).
func linkLocal(mac net.HardwareAddr, id int) netip.Addr {
	return netip.AddrFrom16([16]byte{0: 0xfe, 1: 0x80, 8: mac[0], mac[1], mac[2], byte(id >> 8), byte(id), mac[3], mac[4], mac[5]})
}

// sources returns the link-local addresses that the devices of a Master are to
// have: those of the interfaces below. Adverts of IPv6 come from there. As a
// Backup they have none: what asks for the address of the interface would be
// answered from the virtual router's MAC address, too, and switches would learn
// that in the wrong place.
func (e *Estate) sources() []*address {
	var list []*address
	for _, d := range e.devices {
		if slices.ContainsFunc(e.base, func(a *address) bool { return a.slot.device == d.identity }) {
			continue
		}
		if d.link == nil || d.ipvlan || d.family != netif.IPv6 && !d.both {
			continue
		}
		ip, ok := e.host.linkLocalOf(d.parent)
		if !ok {
			continue
		}
		a := &address{of: &e.holding, slot: slot{d.parent, d.identity}, addr: netif.Address{Prefix: netip.PrefixFrom(ip, 64), Preferred: netif.Never}}
		a.conf.Prefix, a.conf.Interface = a.addr.Prefix, d.parent
		list = append(list, a)
	}
	return list
}

// lend gives the devices of a Master their sources, as far as they have none.
func (e *Estate) lend() {
	fresh := e.sources()
	for _, a := range fresh {
		a.hold()
	}
	e.base = append(e.base, fresh...)
}

// linkLocalOf is the link-local address that an interface has by itself.
func (h *Host) linkLocalOf(name string) (netip.Addr, bool) {
	link, err := h.link(name)
	if err != nil {
		return netip.Addr{}, false
	}
	list, err := h.kernel.ListFamily(link.Index, netif.IPv6)
	if err != nil {
		h.log(false, err.Error())
	}
	n := slices.IndexFunc(list, func(a netif.Address) bool {
		return a.Prefix.Addr().IsLinkLocalUnicast() && a.Origin != netif.Origin && h.claims[place{link.Index, a.Prefix}] == nil
	})
	if n < 0 {
		return netip.Addr{}, false
	}
	return list[n].Prefix.Addr(), true
}

// promoteSecondaries keeps, on the interfaces of the instance's addresses, what
// an address whose primary goes would take with it.
func (e *Estate) promoteSecondaries() {
	before := e.promote
	e.promote = nil
	if e.conf.PromoteSecondaries {
		for _, name := range e.interfaces() {
			key := "ipv4/conf/" + name + "/promote_secondaries"
			if err := e.host.sysctls.Hold(key, "1"); err != nil {
				e.logf(false, "%v", err)
				continue
			}
			e.promote = append(e.promote, key)
		}
	}
	for _, key := range before {
		if err := e.host.sysctls.Release(key); err != nil {
			e.logf(false, "%v", err)
		}
	}
}

// interfaces are those that the instance has IPv4 addresses on, without devices
// of ours.
func (e *Estate) interfaces() []string {
	var list []string
	for _, a := range planOf(e.conf, nil).addresses {
		if a.Prefix.Addr().Is4() && a.Interface != "" && !slices.Contains(list, a.Interface) {
			list = append(list, a.Interface)
		}
	}
	return list
}
