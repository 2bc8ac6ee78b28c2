package router

import (
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/netif"
	"github.com/viplab/viplab/daemon/vrrp"
)

// iface is an interface that virtual routers stand on or track.
type iface struct {
	router *Router
	name   string
	link   *netif.Link // nil while it does not exist
	up     bool        // as virtual routers are told
	known  bool        // up has been found out
	users  []*virtual  // those that stand on it

	debounce *conf.Debounce // nil: a change counts at once
	change   alarm          // when one counts
	beat     beat           // of linkbeat, if the interface is polled

	// What its addresses are, as long as listed says so.
	listed4, listed6 bool
	list4, list6     []netif.Address
}

// beat is what polling says of a link.
type beat struct{ polled, known, up bool }

// iface returns the interface called name, which r looks after from then on.
func (r *Router) iface(name string) *iface {
	f := r.ifaces[name]
	if f == nil {
		f = &iface{router: r, name: name}
		f.change.ring = func(vrrp.Instant) { f.settle(); f.disturb() }
		r.ifaces[name] = f
	}
	return f
}

// withIndex is the interface with that index, nil for none that anybody cares for.
func (r *Router) withIndex(index int) *iface { return r.byIndex[index] }

// take notes what the kernel says of f; nil: it is gone.
func (f *iface) take(l *netif.Link) {
	r := f.router
	if f.link != nil && r.byIndex[f.link.Index] == f {
		delete(r.byIndex, f.link.Index)
	}
	if l == nil || f.link == nil || l.Index != f.link.Index {
		f.listed4, f.listed6 = false, false
	}
	if f.link = l; l != nil {
		r.byIndex[l.Index] = f
	}
}

// fit is what f's state is at this moment, before any debounce.
func (f *iface) fit() bool {
	switch {
	case f.link == nil:
		return false
	case f.beat.polled && f.beat.known:
		return f.link.Flags&unix.IFF_UP != 0 && f.beat.up
	}
	return f.link.Fit()
}

// weigh has a change of f's state count, at once or after its delay. What is
// gone or was not known counts at once.
func (f *iface) weigh() {
	up := f.fit()
	if f.known && up == f.up {
		f.router.rest.stop(&f.change)
		return
	}
	if f.known && f.debounce != nil && f.link != nil {
		wait := f.debounce.Down
		if up {
			wait = f.debounce.Up
		}
		if wait > 0 {
			if f.change.slot == 0 {
				f.router.rest.set(&f.change, now().Add(wait))
			}
			return
		}
	}
	f.settle()
}

// settle has f's state count.
func (f *iface) settle() {
	r := f.router
	r.rest.stop(&f.change)
	up := f.fit()
	if f.known && up == f.up {
		return
	}
	if f.known {
		r.opt.Log.Log(false, "Netlink reports "+f.name+" "+upDown(up))
	}
	f.up, f.known = up, true
	r.report(vrrp.Result{Tracker: vrrp.Tracker{Kind: vrrp.Interface, Name: f.name}, Known: true, Up: up})
}

func upDown(up bool) string {
	if up {
		return "up"
	}
	return "down"
}

// fault says why f cannot be stood on; "" if it can.
func (f *iface) fault(dontTrack bool) string {
	switch {
	case f.link == nil:
		return "interface " + f.name + " does not exist"
	case !f.up && !dontTrack:
		return "Netlink reports " + f.name + " down"
	}
	return ""
}

// addresses are those of one family, in the kernel's order.
func (f *iface) addresses(family conf.Family) []netif.Address {
	if f.link == nil {
		return nil
	}
	listed, list, which := &f.listed4, &f.list4, netif.IPv4
	if family == conf.IPv6 {
		listed, list, which = &f.listed6, &f.list6, netif.IPv6
	}
	if !*listed {
		got, err := f.router.kernel.ListFamily(f.link.Index, which)
		if err != nil {
			f.router.opt.Log.Log(false, err.Error())
			return nil
		}
		*listed, *list = true, got
	}
	return *list
}
