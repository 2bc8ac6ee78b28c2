package vrrp

import (
	"context"
	"slices"

	"github.com/viplab/viplab/daemon/netif"
)

// batch is how many packets of one socket are read before timers are looked
// at again, so that a flood of packets cannot hold them up.
const batch = 64

// loop waits and serves until ctx ends.
func (r *Router) loop(ctx context.Context) error {
	var fds []int
	for ctx.Err() == nil {
		if err := r.wait.arm(r.deadline()); err != nil {
			return err
		}
		fds = append(fds[:0], r.monitor.FD())
		for _, p := range r.ports {
			fds = append(fds, p.fd)
		}
		ready, err := r.wait.wait(fds)
		if err != nil {
			return err
		}
		if err := r.serve(ready); err != nil {
			return err
		}
	}
	return nil
}

// deadline is the earliest of all virtual routers, 0 for none.
func (r *Router) deadline() Instant {
	var first timer
	for _, v := range r.virtuals {
		at, on := v.machine.Deadline()
		first = timer{at, on}.earlier(first)
	}
	if !first.on {
		return 0
	}
	return max(first.at, 1)
}

// serve does what is due. Packets come before timers: a process that was
// stopped must hear what it missed before it believes a Master dead.
func (r *Router) serve(ready []int) error {
	for _, fd := range ready {
		if fd == r.monitor.FD() {
			if err := r.observe(); err != nil {
				return err
			}
		}
	}
	for _, p := range r.readyPorts(ready) {
		for range batch {
			packet := p.receive()
			if packet == nil {
				break
			}
			r.deliver(p, packet)
		}
	}
	at := now()
	for _, v := range r.virtuals {
		if due, on := v.machine.Deadline(); on && due <= at {
			v.handle(Tick{}, at)
		}
	}
	select {
	case cmd := <-r.reloads:
		r.apply(cmd.instances)
		close(cmd.finished)
	default:
	}
	return nil
}

func (r *Router) readyPorts(ready []int) []*port {
	var list []*port
	for _, fd := range ready {
		for _, p := range r.ports {
			if p.fd == fd {
				list = append(list, p)
			}
		}
	}
	return list
}

// deliver checks a packet and hands it to the virtual router of its VRID.
// Other routers' VRIDs on the same segment are no concern of ours.
func (r *Router) deliver(p *port, packet []byte) {
	d, err := Decode(packet)
	if err != nil {
		if gripe := d.Source.String() + ": " + err.Error(); gripe != p.gripe {
			p.gripe = gripe
			r.log.Log(false, "advert from "+gripe)
		}
		return
	}
	for _, v := range r.virtuals {
		if v.port == p && v.conf.VRID == int(d.Advert.VRID) {
			v.receive(&d)
		}
	}
}

// observe reads what changed in the kernel and has those concerned look.
func (r *Router) observe() error {
	var events []netif.Event
	for range batch {
		more, err := r.monitor.Read()
		if err != nil {
			return err
		}
		if len(more) == 0 {
			break
		}
		events = append(events, more...)
	}
	w := r.view()
	for _, v := range r.virtuals {
		if slices.ContainsFunc(events, v.concerns) {
			v.look(w)
		}
	}
	return nil
}

// concerns reports whether e may change what v stands on.
func (v *virtual) concerns(e netif.Event) bool {
	switch e.Kind {
	case netif.Overrun:
		return true
	case netif.AddressAdded, netif.AddressGone:
		if v.router.vips[e.IP] { // of those only a loss matters, and not one of our doing
			return e.Kind == netif.AddressGone && v.holds[e.IP]
		}
		return v.link != nil && e.Index == v.link.Index
	default:
		return e.Name == v.conf.Interface || v.link != nil && e.Index == v.link.Index
	}
}
