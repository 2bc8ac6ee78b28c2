package vrrp

import (
	"errors"
	"net/netip"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/netif"
)

// handle lets e happen and carries out what comes of it. What is done is
// logged after it: first things first.
func (v *virtual) handle(e Event, at Instant) {
	for _, a := range v.machine.Handle(e, at) {
		switch a := a.(type) {
		case SendAdvert:
			v.send(a.Priority)
		case AddAddresses:
			v.add(a.Addresses)
		case RemoveAddresses:
			v.remove(a.Addresses)
		case SendGARP:
			v.garp(a.Addresses, a.Repeat)
		case Enter:
			v.entered(a)
		case Say:
			v.logf(a.Detail, "%s", a.Text)
		}
	}
}

func (v *virtual) entered(a Enter) {
	v.gripe = ""
	switch {
	case a.To == Initialize:
	case a.From == Initialize && a.To == Backup:
		v.logf(false, "Entering %v STATE (init)", a.To)
	default:
		v.logf(false, "Entering %v STATE", a.To)
	}
}

// send multicasts an advertisement, unless the interface or its address is
// gone: that would reach nobody, or come from nowhere. A failure is logged when it begins; the
// next one is tried all the same.
func (v *virtual) send(prio int) {
	if v.port == nil || v.link == nil || !v.link.Fit() || !v.source.IsValid() {
		return
	}
	a := advert(v.conf, prio)
	fail := ""
	if err := v.port.send(v.source, &a); err != nil {
		fail = err.Error()
	}
	if fail != v.fail && fail != "" {
		v.logf(false, "%s", fail)
	}
	if v.fail = fail; fail == "" && prio == 0 {
		v.logf(false, "sent 0 priority")
	}
}

// device finds the interface of an address and the address as netif has it.
func (v *virtual) device(a conf.Address) (*netif.Link, netif.Address, error) {
	addr := netif.Address{Prefix: a.Prefix, Label: a.Label, Scope: a.Scope, Broadcast: a.Broadcast}
	if v.link != nil && a.Interface == v.link.Name {
		return v.link, addr, nil
	}
	link, err := v.router.kernel.Link(a.Interface)
	return link, addr, err
}

func (v *virtual) add(list []conf.Address) {
	defer v.logf(true, "setting VIPs.")
	for _, a := range list {
		ip := a.Prefix.Addr()
		if v.hostOwns(a) {
			continue
		}
		link, addr, err := v.device(a)
		if err == nil {
			err = v.router.kernel.Add(link.Index, addr)
		}
		if err != nil {
			v.logf(false, "%v", err)
			continue
		}
		v.holds[ip] = true
	}
}

func (v *virtual) remove(list []conf.Address) {
	defer v.logf(true, "removing VIPs.")
	for _, a := range list {
		if v.own[a.Prefix.Addr()] {
			continue
		}
		delete(v.holds, a.Prefix.Addr())
		if link, addr, err := v.device(a); errors.Is(err, netif.ErrNoLink) {
			continue // and so is the address
		} else if err != nil {
			v.logf(false, "%v", err)
		} else if err := v.router.kernel.Remove(link.Index, addr); err != nil {
			v.logf(false, "%v", err)
		}
	}
}

// garp broadcasts repeat rounds, all addresses in each.
func (v *virtual) garp(list []conf.Address, repeat int) {
	type target struct {
		link *netif.Link
		ip   netip.Addr
	}
	var targets []target
	for _, a := range list {
		link, _, err := v.device(a)
		if err != nil || link.Loopback() {
			continue
		}
		targets = append(targets, target{link, a.Prefix.Addr()})
		defer v.logf(true, "Sending/queueing gratuitous ARPs on %s for %s", link.Name, a.Prefix.Addr())
	}
	for range repeat {
		for _, t := range targets {
			if err := v.router.announce.Announce(t.link, t.ip); err != nil {
				v.logf(false, "%v", err)
				return
			}
		}
	}
}

// hostOwns reports whether the host has a by itself, and notes that: the
// owner's address, which is not ours to take away.
func (v *virtual) hostOwns(a conf.Address) bool {
	ip := a.Prefix.Addr()
	if v.conf.Priority == owner && !v.holds[ip] && !v.own[ip] {
		if have, found := v.find(a); found && have.Origin != netif.Origin {
			v.own[ip] = true
		}
	}
	return v.own[ip]
}

// find looks a up in the kernel, whatever its prefix length.
func (v *virtual) find(a conf.Address) (netif.Address, bool) {
	link, _, err := v.device(a)
	if err != nil {
		return netif.Address{}, false
	}
	list, err := v.router.kernel.List(link.Index)
	if err != nil {
		v.logf(false, "%v", err)
	}
	for _, have := range list {
		if have.Prefix.Addr() == a.Prefix.Addr() {
			return have, true
		}
	}
	return netif.Address{}, false
}

// clean removes virtual addresses that a crash left behind.
func (v *virtual) clean() {
	for _, a := range v.machine.vips() {
		have, found := v.find(a)
		if !found || v.hostOwns(a) {
			continue
		}
		v.logf(false, "removing residual address %s", have.Prefix)
		link, _, err := v.device(a)
		if err == nil {
			err = v.router.kernel.Remove(link.Index, have)
		}
		if err != nil {
			v.logf(false, "%v", err)
		}
	}
}
