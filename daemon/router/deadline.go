package router

import (
	"time"

	"github.com/viplab/viplab/daemon/vrrp"
)

// alarm is something that is to happen at a moment.
type alarm struct {
	at   vrrp.Instant
	slot int                    // its place in the heap, from 1; 0: it is not set
	ring func(now vrrp.Instant) // what happens
	// period is the advert interval if an advert goes out then, which may go with
	// another one; else 0.
	period time.Duration
}

// deadlines are alarms, the earliest first: a heap. The zero value has none.
type deadlines struct{ heap []deadline }

// deadline has the time beside the alarm, so that a look at the heap is one at
// memory in one place.
type deadline struct {
	at vrrp.Instant
	*alarm
}

// first is the earliest alarm, nil for none.
func (d *deadlines) first() *alarm {
	if len(d.heap) == 0 {
		return nil
	}
	return d.heap[0].alarm
}

// due returns the earliest alarm if its time has come.
func (d *deadlines) due(now vrrp.Instant) *alarm {
	if len(d.heap) > 0 && d.heap[0].at <= now {
		return d.heap[0].alarm
	}
	return nil
}

// set has a ring at the moment at, in place of another one.
func (d *deadlines) set(a *alarm, at vrrp.Instant) {
	if a.slot == 0 {
		d.heap = append(d.heap, deadline{})
		a.at = at
		d.up(deadline{at, a}, len(d.heap))
		return
	}
	if at == a.at {
		return
	}
	earlier := at < a.at
	a.at = at
	if earlier {
		d.up(deadline{at, a}, a.slot)
	} else {
		d.down(deadline{at, a}, a.slot)
	}
}

// stop undoes set.
func (d *deadlines) stop(a *alarm) {
	if a.slot == 0 {
		return
	}
	n := len(d.heap)
	last := d.heap[n-1]
	d.heap[n-1], d.heap = deadline{}, d.heap[:n-1]
	if last.alarm != a {
		d.up(last, a.slot)
		d.down(last, last.slot)
	}
	a.slot = 0
}

func (d *deadlines) put(e deadline, slot int) {
	d.heap[slot-1], e.slot = e, slot
}

// up puts e in the place slot, or in one above that fits.
func (d *deadlines) up(e deadline, slot int) {
	for slot > 1 {
		above := d.heap[slot/2-1]
		if above.at <= e.at {
			break
		}
		d.put(above, slot)
		slot /= 2
	}
	d.put(e, slot)
}

// down puts e in the place slot, or in one below that fits.
func (d *deadlines) down(e deadline, slot int) {
	for {
		low := 2 * slot
		if low > len(d.heap) {
			break
		}
		if low < len(d.heap) && d.heap[low].at < d.heap[low-1].at {
			low++
		}
		below := d.heap[low-1]
		if e.at <= below.at {
			break
		}
		d.put(below, slot)
		slot = low
	}
	d.put(e, slot)
}
