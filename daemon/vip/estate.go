package vip

import (
	"fmt"
	"slices"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/netif"
	"github.com/viplab/viplab/daemon/vrrp"
)

// Estate is what one virtual router has on its host: its devices, always, and
// as Master its addresses, routes and rules.
type Estate struct {
	holding
	conf    *conf.Instance
	main    *device      // of use_vmac or use_ipvlan, nil: none
	devices []*device    // all, main too
	base    []*address   // link-local addresses of devices, see sources
	promote []string     // keys of promote_secondaries that are held
	extra   vrrp.Instant // the next ExtraGARP, if it is among Host.extras
	sent    uint64       // announcements
	fail    string       // the last failure to send that was logged
}

// Estate makes the estate of i, which is not Master yet, and its devices. An
// interface that is missing is no error: Device and Fault tell of it.
func (h *Host) Estate(i *conf.Instance) (*Estate, error) {
	e := &Estate{holding: holding{host: h, prefix: "(" + i.Name + ") "}}
	e.estate = e
	specs, err := specsOf(i, &h.cfg.Global.VRRP)
	if err != nil {
		return nil, fmt.Errorf("vrrp_instance %s: %w", i.Name, err)
	}
	e.conf = i
	e.replace(planOf(i, specs), func() { e.equip(specs) })
	h.estates = append(h.estates, e)
	return e, nil
}

// equip swaps the devices of the estate for those of specs. Those that are not
// wanted any more go first: they may have names that others are to have.
func (e *Estate) equip(specs []spec) {
	var kept []*device
	for _, a := range e.base {
		if !slices.ContainsFunc(specs, func(s spec) bool { return s.identity == a.slot.device }) {
			a.drop()
		}
	}
	for _, d := range e.devices {
		if slices.ContainsFunc(specs, func(s spec) bool { return s.identity == d.identity }) {
			kept = append(kept, d)
		} else {
			e.host.dropDevice(d, e.prefix)
		}
	}
	e.main, e.devices = nil, nil
	for _, s := range specs {
		d := e.host.takeDevice(s, e.prefix)
		if slices.Contains(kept, d) {
			d.users--
		}
		e.devices = append(e.devices, d)
		if s.main {
			e.main = d
		}
	}
	e.base = slices.DeleteFunc(e.base, func(a *address) bool {
		return !slices.ContainsFunc(specs, func(s spec) bool { return s.identity == a.slot.device })
	})
	if e.on {
		e.lend()
	}
	e.promoteSecondaries()
	e.host.wall.prepare(e.conf)
}

// Device returns where adverts leave by and the interface below it, which is
// the same unless the virtual router has a device of its own, both as Observe
// knows them. A device that is missing it tries to make. An instance without an
// interface has neither.
//
// A VMAC of IPv6 has an address to send from only as Master, from Acquire to
// Release. What sends a Master's first advert needs IPV6_FREEBIND.
func (e *Estate) Device() (adverts, parent *netif.Link, err error) {
	if e.conf.Interface == "" {
		return nil, nil, nil
	}
	if parent, err = e.host.link(e.conf.Interface); err != nil {
		return nil, nil, err
	}
	if e.main == nil {
		return parent, parent, nil
	}
	if err := e.host.ensure(e.main, e.prefix); err != nil {
		return nil, parent, err
	}
	if e.conf.TransmitBase {
		return parent, parent, nil
	}
	return e.main.link, parent, nil
}

// Acquire puts on the host what a Master has: addresses, then routes, then
// rules.
func (e *Estate) Acquire() {
	e.on = true
	e.lend()
	e.acquire()
	e.logf(true, "setting VIPs.")
	if len(e.routes) > 0 {
		e.logf(true, "setting Virtual Routes")
	}
	if len(e.rules) > 0 {
		e.logf(true, "setting Virtual Rules")
	}
}

// Release takes away what Acquire has put there, in reverse, and what of its
// announcements has not been sent.
func (e *Estate) Release() {
	if len(e.rules) > 0 {
		e.logf(true, "removing Virtual Rules")
	}
	if len(e.routes) > 0 {
		e.logf(true, "removing Virtual Routes")
	}
	e.logf(true, "removing VIPs.")
	e.release()
	for _, a := range e.base {
		a.drop()
	}
	e.base = nil
	delete(e.host.extras, e)
}

// Reload brings the estate in line with i. What stays the same is not touched.
// As Master it returns the addresses that are new, to be announced.
func (e *Estate) Reload(i *conf.Instance, master bool) (fresh []conf.Address) {
	if e.on && !master {
		e.Release()
	}
	specs, err := specsOf(i, &e.host.cfg.Global.VRRP)
	if err != nil {
		e.logf(false, "%v", err)
		return nil
	}
	e.conf, e.prefix = i, "("+i.Name+") "
	fresh = e.replace(planOf(i, specs), func() { e.equip(specs) })
	if master && !e.on {
		e.Acquire()
	}
	if e.on && i.GARP.Extra.Interval > 0 && !e.host.extras[e] {
		e.extra, e.host.extras[e] = unset, true
	}
	return fresh
}

// Close takes everything away, the devices too.
func (e *Estate) Close() {
	if e.on {
		e.Release()
	}
	e.replace(plan{}, func() { e.equip(nil) })
	e.host.estates = slices.DeleteFunc(e.host.estates, func(o *Estate) bool { return o == e })
	delete(e.host.suspects, &e.holding)
}

// Held reports whether a is on its interface now because of this virtual router.
func (e *Estate) Held(a conf.Address) bool {
	for _, have := range e.addresses {
		if have.conf.Prefix == a.Prefix && have.conf.Interface == a.Interface {
			return have.held()
		}
	}
	return false
}

// GARPSent is how many gratuitous ARP packets and unsolicited neighbour
// advertisements have left.
func (e *Estate) GARPSent() uint64 { return e.sent }
