package router

import (
	"github.com/viplab/viplab/daemon/netif"
	"github.com/viplab/viplab/daemon/vrrp"
)

// The causes of a fault that are no trackers.
const (
	causeLink        = "link"
	causeDevice      = "device"
	causeSource      = "address"
	causeSocket      = "socket"
	causeEstate      = "estate"
	causePeers       = "peers"
	causeMaintenance = "maintenance"
)

// look looks at all that v stands on, after a change of it, and has the machine
// hear of what that means.
func (v *virtual) look() {
	r := v.router
	at := v.inspect()
	again := false
	set := func(cause, text string) {
		v.tracking.Set(cause, text, text != "")
		again = again || text != "" && (cause == causeDevice || cause == causeSocket || cause == causeSource && v.iface == nil)
	}
	fault := ""
	if v.iface != nil {
		fault = v.iface.fault(v.conf.DontTrackPrimary)
	}
	set(causeLink, fault)
	set(causeDevice, at.fault)
	v.source, fault = v.findSource(at.out)
	if at.fault != "" {
		fault = "" // said already
	}
	set(causeSource, fault)
	set(causeSocket, v.open(at))
	set(causeEstate, v.estate.Fault())
	set(causePeers, v.noPeers())
	if again {
		r.rest.set(&v.retry, now().Add(retryInterval))
	}
	v.reassess("")
}

// place is where adverts leave and arrive, or why they do not. The links are nil
// without an interface, and while that does not exist.
type place struct {
	out, in *netif.Link
	fault   string
}

// inspect finds v's place.
func (v *virtual) inspect() (p place) {
	if v.iface == nil || v.iface.link == nil {
		return p
	}
	var err error
	if p.out, _, err = v.estate.Device(); err == nil {
		p.in, err = v.estate.Listen()
	}
	if err != nil {
		return place{fault: err.Error()}
	}
	return p
}

func (v *virtual) noPeers() string {
	if v.conf.Unicast.FaultNoPeer && len(v.conf.UnicastPeers) == 0 {
		return "no unicast peer"
	}
	return ""
}

// reassess has the machine hear of the priority and the fitness that result from
// all that is known. cause says what has changed, empty for no tracker.
func (v *virtual) reassess(cause string) {
	r, at := v.router, now()
	if !v.started {
		r.tryStart(v, at)
		return
	}
	if p := v.tracking.Priority(); p != v.priority {
		v.priority = p
		r.handle(v, vrrp.SetPriority{Priority: p, Cause: cause}, at)
	}
	fault := v.tracking.Fault()
	switch {
	case fault != "" && fault != v.fault:
		v.fault = fault
		r.handle(v, vrrp.Down{Fault: fault}, at)
	case fault == "" && (v.fault != "" || v.machine.Source() != v.source):
		v.fault = ""
		r.handle(v, vrrp.Up{Source: v.source}, at)
	}
}

// tryStart starts v if nothing holds it up any more.
func (r *Router) tryStart(v *virtual, at vrrp.Instant) {
	if r.delayed || !v.tracking.Ready() {
		return
	}
	v.started, v.fault, v.priority = true, v.tracking.Fault(), v.tracking.Priority()
	r.handle(v, vrrp.Startup{Source: v.source, Priority: v.priority, Fault: v.fault}, at)
}
