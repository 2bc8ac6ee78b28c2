package router

import (
	"fmt"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/vrrp"
)

// later is an action that may wait until all that others are waiting for is
// done: a line for the log, something to tell.
type later struct {
	v *virtual // nil: of a sync group, or of the host
	a vrrp.Action
}

// handle lets e happen to v and carries out what comes of it, for other members
// of its group too. First things first: what is done is logged and told after it.
func (r *Router) handle(v *virtual, e vrrp.Event, at vrrp.Instant) {
	r.at, r.acting = at, true
	r.touched = append(r.touched[:0], v)
	r.system.Handle(v.machine, e, at, r.do)
	r.finish()
}

// regroup gives the virtual routers their sync groups.
func (r *Router) regroup(list []*conf.SyncGroup) {
	r.at, r.acting = now(), true
	r.touched = r.touched[:0]
	r.system.SetGroups(list, r.at, r.do)
	r.finish()
}

// finish does what remains after all actions of an event.
func (r *Router) finish() {
	r.acting = false
	for _, t := range r.touched {
		t.rearm()
	}
	r.tell()
	r.pace()
}

// whose is the virtual router of m, most often the one that was meant last.
func (r *Router) whose(m *vrrp.Machine) *virtual {
	if n := len(r.touched); n > 0 && r.touched[n-1].machine == m {
		return r.touched[n-1]
	}
	return r.machines[m]
}

// act carries out an action. Lines and transitions wait for tell.
func (r *Router) act(m *vrrp.Machine, a vrrp.Action) {
	v := r.whose(m)
	if v != nil && (len(r.touched) == 0 || r.touched[len(r.touched)-1] != v) {
		r.touched = append(r.touched, v)
	}
	switch a := a.(type) {
	case vrrp.SendAdvert:
		v.send(a.Priority)
	case vrrp.Acquire:
		v.estate.Acquire()
		r.moved = true
	case vrrp.Release:
		if r.leaving {
			r.releases = append(r.releases, v)
			return
		}
		v.estate.Release()
		r.moved = true
	case vrrp.Update:
		v.estate.Reload(v.conf, true)
		r.moved = true
	case vrrp.Announce:
		v.estate.Announce(a.Addresses, a.Repeat, r.at)
		r.moved = true
	default:
		r.later = append(r.later, later{v, a})
	}
}

// tell does what act left for later.
func (r *Router) tell() {
	for n := 0; n < len(r.later); n++ {
		l := r.later[n]
		r.later[n] = later{}
		switch a := l.a.(type) {
		case vrrp.Say:
			if l.v == nil {
				r.opt.Log.Log(a.Detail, a.Text)
				continue
			}
			l.v.logf(a.Detail, "%s", a.Text)
		case vrrp.Enter:
			l.v.entered(a, r.at)
		case vrrp.GroupEnter:
			r.groupEntered(a, r.at)
		case vrrp.Changed:
			l.v.changed(a.Priority)
		case vrrp.LowerHeard:
			l.v.lowerHeard()
		}
	}
	r.later = r.later[:0]
}

// hostLog is where the host logs to: what it does for an event is told in its
// place among the lines of that.
type hostLog struct{ router *Router }

// Log takes a line.
func (l hostLog) Log(detail bool, text string) {
	if r := l.router; r.acting {
		r.later = append(r.later, later{nil, vrrp.Say{Detail: detail, Text: text}})
	} else {
		r.opt.Log.Log(detail, text)
	}
}

// pace sets the alarm of what the host has still to announce.
func (r *Router) pace() {
	if !r.moved {
		return
	}
	r.moved = false
	if at, on := r.host.Deadline(); on {
		r.rest.set(&r.chores, at)
	} else {
		r.rest.stop(&r.chores)
	}
}

// send sends an advert to all that v speaks to, unless the interface is gone:
// that would reach nobody. A failure is logged when it begins; the next one is
// tried all the same. It allocates nothing while all is well.
func (v *virtual) send(prio int) {
	if v.iface != nil && (v.iface.link == nil || !v.iface.link.Fit()) {
		return
	}
	r, day := v.router, time.Now()
	var fail error
	for _, o := range v.outlets {
		r.packet = v.sender.Append(r.packet[:0], o.src, o.dst, o.ttl, prio, day)
		if err := o.send(r.packet); err != nil {
			fail = err
			v.record.sendErrors++
		}
	}
	if len(v.outlets) == 0 {
		return
	}
	v.record.send(prio)
	if fail != v.fail {
		if v.fail = fail; fail != nil {
			r.later = append(r.later, later{v, vrrp.Say{Text: fmt.Sprintf("send advert from %s on %s: %v", v.source, v.device, fail)}})
		}
	}
	if prio == 0 {
		r.later = append(r.later, later{v, sentZero})
	}
}

// sentZero is the line that says so.
var sentZero vrrp.Action = vrrp.Say{Text: "sent 0 priority"}
