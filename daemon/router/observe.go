package router

import (
	"fmt"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/netif"
)

// observe reads what changed in the kernel and has those concerned look.
func (r *Router) observe() error {
	for range events {
		list, err := r.monitor.Read()
		if err != nil {
			return err
		}
		if len(list) == 0 {
			break
		}
		for n := range list {
			r.event(&list[n])
			r.breathe()
		}
	}
	r.moved = true
	r.pace()
	return nil
}

// event takes a change in the kernel.
func (r *Router) event(e *netif.Event) {
	r.host.Observe(*e, now())
	switch e.Kind {
	case netif.LinkChanged:
		r.linkChanged(e.Link)
	case netif.LinkGone:
		if f := r.withIndex(e.Index); f != nil {
			f.take(nil)
			f.changed()
		}
		r.deviceChanged(e.Name)
	case netif.AddressAdded, netif.AddressGone:
		r.addressChanged(e)
		if r.opt.LogAddresses {
			r.tellAddress(e)
		}
	case netif.Overrun:
		r.lookAtAll()
	}
}

// tellAddress logs an address that came or went (--address-monitoring).
func (r *Router) tellAddress(e *netif.Event) {
	name := fmt.Sprintf("interface %d", e.Index)
	if f := r.withIndex(e.Index); f != nil {
		name = f.name
	} else if l, err := r.kernel.LinkAt(e.Index); err == nil {
		name = l.Name
	}
	what := "added to"
	if e.Kind == netif.AddressGone {
		what = "removed from"
	}
	r.opt.Log.Log(false, fmt.Sprintf("Netlink reflector reports IP %s %s %s", e.IP, what, name))
}

// linkChanged takes an interface as it is now: new, renamed, up, down, with
// another MAC address.
func (r *Router) linkChanged(l *netif.Link) {
	if f := r.withIndex(l.Index); f != nil && f.name != l.Name {
		f.take(nil)
		f.changed()
	}
	f := r.ifaces[l.Name]
	if f == nil {
		r.deviceChanged(l.Name)
		return
	}
	old := f.link
	f.take(l)
	if old == nil || old.Index != l.Index || old.Flags != l.Flags || old.MTU != l.MTU || old.Master != l.Master || old.MAC.String() != l.MAC.String() {
		f.changed()
	}
}

// deviceChanged has those look whose adverts leave by a device of their own.
func (r *Router) deviceChanged(name string) {
	for _, v := range r.virtuals {
		if v.device == name && (v.iface == nil || v.iface.name != name) {
			v.look()
		}
	}
}

// changed has all that concerns f follow its link.
func (f *iface) changed() {
	f.weigh()
	f.disturb()
}

// disturb has those look that have to do with f.
func (f *iface) disturb() {
	for _, v := range f.users {
		v.look()
		f.router.breathe()
	}
}

// addressChanged takes a new or lost address. Virtual ones are nobody's source,
// but for an owner's.
func (r *Router) addressChanged(e *netif.Event) {
	for _, v := range r.virtuals {
		if v.iface == nil && !r.virtualAddress(e.IP) {
			v.look()
		}
	}
	f := r.withIndex(e.Index)
	if f == nil {
		return
	}
	family := conf.IPv6
	if e.IP.Is4() {
		family, f.listed4 = conf.IPv4, false
	} else {
		f.listed6 = false
	}
	for _, v := range f.users {
		if v.conf.Family == family && (!r.virtualAddress(e.IP) || v.conf.Priority == owner && v.hasVirtual(e.IP)) {
			v.look()
		}
	}
}

// lookAtAll looks at everything again: events were lost.
func (r *Router) lookAtAll() {
	for _, f := range r.ifaces {
		l, err := r.kernel.Link(f.name)
		if err != nil {
			l = nil
		}
		f.take(l)
		f.listed4, f.listed6 = false, false
		f.weigh()
	}
	for _, v := range r.virtuals {
		v.look()
		r.breathe()
	}
}
