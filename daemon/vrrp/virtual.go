package vrrp

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/netif"
)

// virtual is a virtual router at work: its machine and what that acts on.
type virtual struct {
	router  *Router
	conf    *conf.Instance
	machine *Machine
	link    *netif.Link // as last seen; nil while it does not exist
	source  netip.Addr  // primary address
	port    *port       // nil while the interface is unfit

	own   map[netip.Addr]bool // addresses that the host has by itself (the owner's)
	holds map[netip.Addr]bool // addresses that we put there
	gripe string              // the last discarded advertisement that was logged
	fail  string              // the last failure to send that was logged
}

func (v *virtual) logf(detail bool, format string, args ...any) {
	v.router.log.Log(detail, "("+v.conf.Name+") "+fmt.Sprintf(format, args...))
}

// inspect looks at the interface and returns why it is unfit, or "".
func (v *virtual) inspect(w *view) (fault string) {
	link, err := w.link(v.conf.Interface)
	if err != nil {
		v.link = nil
		return err.Error()
	}
	v.link = link
	if !link.Fit() {
		return fmt.Sprintf("Netlink reports %s down", link.Name)
	}
	if v.source = v.primary(w); !v.source.IsValid() {
		return fmt.Sprintf("interface %s has no IPv4 address", link.Name)
	}
	return ""
}

// primary is the source of advertisements (RFC 3768 5.2.1): mcast_src_ip, or
// the source so far as long as the interface has it, or its first address that
// is not a virtual one, or, for an owner that has no other, that.
func (v *virtual) primary(w *view) netip.Addr {
	if v.conf.Source.IsValid() {
		return v.conf.Source
	}
	list, err := w.list(v.link.Index)
	if err != nil {
		v.logf(false, "%v", err)
	}
	if slices.ContainsFunc(list, func(a netif.Address) bool { return a.Prefix.Addr() == v.source }) {
		return v.source
	}
	var owned netip.Addr
	for _, a := range list {
		ip := a.Prefix.Addr()
		if !v.router.vips[ip] {
			return ip
		}
		if v.own[ip] && !owned.IsValid() {
			owned = ip
		}
	}
	return owned
}

// open gives v its socket on the interface as it is now.
func (v *virtual) open() error {
	key := portKey{v.link.Index, v.conf.MulticastGroup}
	if v.port != nil && v.port.portKey == key {
		return nil
	}
	v.shut()
	p, err := v.router.port(key, v.link.Name)
	if err != nil {
		return err
	}
	v.port = p
	return nil
}

func (v *virtual) shut() {
	if v.port != nil {
		v.router.release(v.port)
		v.port = nil
	}
}

// look inspects the interface and the addresses again after a change.
func (v *virtual) look(w *view) {
	fault := v.inspect(w)
	if fault == "" {
		if err := v.open(); err != nil {
			fault = err.Error()
		}
	}
	if fault != "" {
		v.handle(Down{fault}, now())
		v.shut()
		return
	}
	if v.machine.State() == Fault {
		v.logf(false, "Netlink reports %s up", v.link.Name)
	}
	v.handle(Up{v.source}, now())
	if ip, ok := v.missing(w); ok {
		v.handle(Lost{ip}, now())
	}
}

// missing returns an address that we put there and that is gone.
func (v *virtual) missing(w *view) (netip.Addr, bool) {
	there := map[string]map[netip.Addr]bool{}
	for _, a := range v.machine.vips() {
		if there[a.Interface] == nil {
			there[a.Interface] = v.listed(w, a)
		}
		if ip := a.Prefix.Addr(); v.holds[ip] && !there[a.Interface][ip] {
			return ip, true
		}
	}
	return netip.Addr{}, false
}

// listed returns all addresses of a's interface.
func (v *virtual) listed(w *view, a conf.Address) map[netip.Addr]bool {
	set := map[netip.Addr]bool{}
	link, err := w.link(a.Interface)
	if err != nil {
		return set
	}
	list, err := w.list(link.Index)
	if err != nil {
		v.logf(false, "%v", err)
		return v.holds
	}
	for _, have := range list {
		set[have.Prefix.Addr()] = true
	}
	return set
}

// receive hands a decoded advertisement to the machine if it passes.
func (v *virtual) receive(d *Datagram) {
	if s := v.machine.State(); s != Backup && s != Master {
		return
	}
	if err := Verify(d, v.conf); err != nil {
		if gripe := d.Source.String() + ": " + err.Error(); gripe != v.gripe {
			v.gripe = gripe
			v.logf(false, "advert from %s", gripe)
		}
		return
	}
	v.handle(Received{int(d.Advert.Priority), d.Source}, now())
}

// same reports whether i is the same virtual router with, perhaps, other values.
func (v *virtual) same(i *conf.Instance) bool {
	return i.Name == v.conf.Name && i.Interface == v.conf.Interface && i.VRID == v.conf.VRID && i.MulticastGroup == v.conf.MulticastGroup
}

// reconfigure takes new values without a change of state.
func (v *virtual) reconfigure(i *conf.Instance) {
	v.conf = i
	v.handle(Reload{i}, now())
	v.look(v.router.view())
}

// stop ends v: nothing of it stays behind.
func (v *virtual) stop() {
	v.handle(Shutdown{}, now())
	v.shut()
}
