package router

import (
	"context"
	"time"

	"github.com/viplab/viplab/daemon/vrrp"
)

const (
	// rounds is how many batches of packets are read of each socket before a
	// Backup may believe that its Master is silent, and before requests are
	// answered: more than a receive buffer holds by default. A process that was
	// stopped must hear what it has missed; a flood must not hold it up for ever.
	rounds = 16
	// events is how many messages of the kernel are read at a time.
	events = 64
)

// loop waits and serves until ctx ends.
func (r *Router) loop(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := r.wait.arm(r.deadline()); err != nil {
			return err
		}
		ready, err := r.wait.wait(len(r.pending) == 0)
		if err != nil {
			return err
		}
		if err := r.serve(ready); err != nil {
			return err
		}
	}
	return nil
}

// deadline is when the earliest alarm rings, 0 for none.
func (r *Router) deadline() vrrp.Instant {
	a, b := r.urgent.first(), r.rest.first()
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil || b != nil && b.at < a.at:
		a = b
	}
	return max(a.at, 1)
}

// serve does what is due: the adverts of Masters first, and again between any
// two batches of packets; then packets; and only then what silence means.
func (r *Router) serve(ready []int) error {
	r.breathe()
	r.pending = r.pending[:0]
	for _, fd := range ready {
		switch p := r.byFD[fd]; {
		case p != nil:
			r.pending = append(r.pending, p)
		case fd == r.monitor.FD():
			if err := r.observe(); err != nil {
				return err
			}
		}
	}
	for n := 0; n < rounds && len(r.pending) > 0; n++ {
		r.round()
	}
	at := now()
	for a := r.rest.due(at); a != nil; a = r.rest.due(at) {
		a.ring(at)
		r.breathe()
	}
	r.answer()
	return nil
}

// round reads a batch from each port that may have more. A port that is closed
// meanwhile is gone from the table.
func (r *Router) round() {
	kept := r.pending[:0]
	for _, p := range r.pending {
		if r.byFD[p.fd] == p && r.drink(p) {
			kept = append(kept, p)
		}
		r.breathe()
	}
	r.pending = kept
}

// breathe sends what Masters have to send by now. Whatever takes long calls it
// between its parts.
func (r *Router) breathe() {
	a := r.urgent.first()
	if a == nil {
		return
	}
	r.lag(a, now())
	for a = r.urgent.due(now()); a != nil; a = r.urgent.due(now()) {
		r.gather(a.at)
	}
}

// gather rings the alarm of a Master that is due since the moment lead, and those
// of adverts that may go with it: each time the thread wakes costs as much as an
// advert. With many Masters adverts may go sooner for that, by a hundredth of
// their interval with a thousand. That is only once: they keep the time.
func (r *Router) gather(lead vrrp.Instant) {
	masters := time.Duration(min(len(r.urgent.heap), 1000))
	for a := r.urgent.first(); a != nil && a.at <= lead.Add(a.period*masters/100_000); a = r.urgent.first() {
		a.ring(max(lead, now()))
	}
}

// lag tells of an alarm that rings so late that the process may want another
// place in the scheduler (min_auto_priority_delay).
func (r *Router) lag(a *alarm, at vrrp.Instant) {
	p := &r.cfg.Global.Processes
	if late := time.Duration(at - a.at); p.MaxAuto > 0 && late >= p.MinAutoDelay && r.opt.Late != nil {
		r.opt.Late(late)
	}
}
