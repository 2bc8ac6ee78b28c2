package router

import (
	"fmt"
	"time"

	"github.com/viplab/viplab/daemon/advert"
	"github.com/viplab/viplab/daemon/vrrp"
)

// drink takes one batch of packets from p and reports whether there may be more.
func (r *Router) drink(p *port) (more bool) {
	n := r.intake.read(p.fd)
	if n == 0 {
		return false
	}
	at, day := now(), time.Now()
	for k := range n {
		r.deliver(p, k, at, day)
	}
	return n == batch
}

// deliver checks packet number k of the intake and has the virtual router of its
// VRID hear it.
func (r *Router) deliver(p *port, k int, at vrrp.Instant, day time.Time) {
	packet, err := r.intake.packet(k, p.family)
	v, id, ok := p.find(&packet)
	switch {
	case err == nil && ok && v != nil:
		v.receive(&packet, at, day, r.intake.age(k, day))
	case err == nil && ok:
		r.stranger(p, &packet, id)
	default:
		if err == nil {
			err = advert.TooShort
		}
		r.nameless(p, &packet, advert.Reason(err))
	}
}

// nameless counts a packet from which not even the VRID can be read. Protocol 51
// is used by others too.
func (r *Router) nameless(p *port, packet *advert.Packet, d advert.Discard) {
	if p.proto == advert.ProtocolAH && d == advert.BadAHHeader {
		return
	}
	p.discards[d]++
	if p.gripes.note(&p.discards, d, packet.Source) {
		r.opt.Log.Log(false, fmt.Sprintf("%s: advert from %s discarded: %s", p, packet.Source, d.Error()))
		return
	}
	r.gripe()
}

// stranger counts a packet for a virtual router that is none of ours. What is
// one of ours elsewhere is no stranger: where there is unicast, the sockets of
// both kinds get the same packet.
func (r *Router) stranger(p *port, packet *advert.Packet, id uint8) {
	if r.elsewhere(p, packet, id) {
		return
	}
	if p.strangers == nil {
		p.strangers = new(strangers)
	}
	first := p.strangers.note(id)
	if !r.cfg.Global.VRRP.LogUnknownVRIDs {
		return
	}
	if first {
		r.opt.Log.Log(false, fmt.Sprintf("%s: advert from %s with the unknown VRID %d", p, packet.Source, id))
		return
	}
	r.gripe()
}

// elsewhere reports whether a unicast packet is for a virtual router that hears
// it on another port.
func (r *Router) elsewhere(p *port, packet *advert.Packet, id uint8) bool {
	if packet.Destination.IsMulticast() {
		return false
	}
	for _, o := range r.ports {
		if o != p && o.family == p.family && o.group.IsValid() != p.group.IsValid() && len(o.heard[id]) > 0 {
			return true
		}
	}
	return false
}

// receive hands an advert that came some time ago to the machine if it passes all
// checks. It allocates nothing, unless something is to be logged. An age is not
// believed that would be more than half an advert interval: a clock was set.
func (v *virtual) receive(p *advert.Packet, at vrrp.Instant, day time.Time, age time.Duration) {
	if s := v.machine.State(); s != vrrp.Backup && s != vrrp.Master {
		return
	}
	h, err := v.checker.Check(p, day)
	if err != nil {
		v.discard(err, p)
		return
	}
	v.record.hear(&h, at)
	v.router.handle(v, vrrp.Received{Priority: h.Priority, Source: h.Source, Interval: h.Interval, Age: min(age, v.conf.AdvertInt/2)}, at)
	if master, _ := v.machine.Heard(); master != v.heard {
		v.heard = master
		v.forget(at)
	}
	if fresh := h.Notice &^ v.noticed; fresh != 0 {
		v.noticed |= fresh
		for _, line := range v.checker.NoticeText(fresh) {
			v.logf(false, "%s", line)
		}
	}
}

// forget has the log told again of what it was told before: the state or the
// Master is another. Who pretends to be many Masters gets no more lines by that.
func (v *virtual) forget(at vrrp.Instant) {
	const interval = 10 * time.Second
	if v.forgot != 0 && at.Sub(v.forgot) < interval {
		return
	}
	v.forgot = at
	v.gripes.forget()
	v.noticed = 0
}

// discard logs an advert that was not taken, if it is the first of its kind.
func (v *virtual) discard(err error, p *advert.Packet) {
	d := advert.Reason(err)
	if !v.gripes.note(&v.checker.Discards, d, p.Source) {
		v.router.gripe()
		return
	}
	if d == advert.OwnSource {
		v.logf(false, "equal priority advert received from remote host with our IP address.")
	}
	v.logf(false, "advert from %s discarded: %v", p.Source, err)
}
