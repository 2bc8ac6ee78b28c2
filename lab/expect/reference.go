package expect

import (
	"path"
	"slices"
	"strings"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/lab/timeline"
)

// reference is the moment that a takeover counts from, and what is promised
// from there.
type reference struct {
	at      timeline.Time
	what    string // "the last advertisement of web1"
	id      string
	promise promise
	// resigned says that it is a resignation.
	resigned bool
}

// startUp is how long a daemon may take from its process's start until its
// instance waits for a Master. It widens only the upper limit, and only where
// nothing exact is known: a router cannot begin to wait before it exists.
const startUp = time.Second

// reference finds where to count from, given To's first advertisement or, nil,
// that none came yet. Exact on the wire are the advertisements that set To's
// timer; exact enough is the daemon's own line on entering Backup, written as
// it starts the timer (keepalived 2.2.7: line and timer within 0.15 ms). The
// start of its process is not: see startUp.
func (t *Takeover) reference(to router, w Window, first *timeline.Event) *reference {
	switch {
	case t.Preempt:
		return t.preemption(to, w, first)
	case t.From != "":
		return t.succession(to, w, first)
	}
	return t.start(to, w, first)
}

// succession counts from the last advertisement of From.
func (t *Takeover) succession(to router, w Window, first *timeline.Event) *reference {
	last := t.lastOf(to, w, first)
	if last == nil {
		return nil
	}
	priority, interval := t.priority(to.inst), learnt(to.inst, last)
	if last.Frame.VRRP.Priority == 0 {
		return &reference{at: last.At, what: "the resignation of " + t.From, resigned: true,
			id: requirement(to.inst, "R3768-6.4.2-10", "R5798-6.4.2-10"), promise: skewPromise(to.inst, priority, interval)}
	}
	return &reference{at: last.At, what: "the last advertisement of " + t.From,
		id: requirement(to.inst, "R3768-6.1-03", "R5798-6.1-04"), promise: downPromise(to.inst, priority, interval)}
}

// start counts from when To's instance began to wait.
func (t *Takeover) start(to router, w Window, first *timeline.Event) *reference {
	ref := t.began(to, w, first, t.fallbackID(to.inst))
	if ref == nil {
		return nil
	}
	wait := startPromise(to.inst, t.priority(to.inst))
	wait.late = ref.promise.late
	ref.promise = wait
	return ref
}

// began finds when To's instance last entered Backup in w: the daemon's own
// line, else the beginning of its process.
func (t *Takeover) began(to router, w Window, first *timeline.Event, id string) *reference {
	x, end := to.run.index(), until(w, first)
	phrase := "(" + to.inst.Name + ") Entering BACKUP STATE"
	if e := x.OfNode(timeline.KindLog, t.To).Between(w.From, end).Last(func(e *timeline.Event) bool {
		return strings.Contains(e.Log.Text, phrase)
	}); e != nil {
		return &reference{at: e.At, what: t.To + " entered Backup", id: id}
	}
	e := x.OfNode(timeline.KindProcess, t.To).Between(w.From, end).Last(func(e *timeline.Event) bool {
		return e.Process.Phase == timeline.Begin && isDaemon(e.Process)
	})
	if e == nil {
		return nil
	}
	return &reference{at: e.At, what: "the start of " + e.Process.Service + " on " + t.To, id: id, promise: promise{late: startUp}}
}

// isDaemon reports whether p is an HA daemon that viplab knows.
func isDaemon(p *timeline.Process) bool {
	program := p.Service
	if len(p.Args) > 0 {
		program = path.Base(p.Args[0])
	}
	return slices.Contains([]string{"vipd", "keepalived", "vrrpd", "heartbeat"}, program)
}

// lastOf returns From's last advertisement before first that To can have heard.
func (t *Takeover) lastOf(to router, w Window, first *timeline.Event) *timeline.Event {
	return to.track().Until(until(w, first)).Last(func(e *timeline.Event) bool {
		return e.Node == t.From && to.concerns(e) && !detached(to.run.index(), e)
	})
}

// until is the last instant before first or, with none, the window's end.
func until(w Window, first *timeline.Event) timeline.Time {
	if first == nil {
		return w.To
	}
	return first.At - 1
}

// learnt is the interval that To waits by: its own in version 2, where any
// other is discarded, the Master's in version 3.
func learnt(inst *conf.Instance, heard *timeline.Event) time.Duration {
	if inst.Version >= 3 && heard.Frame.VRRP.Interval > 0 {
		return heard.Frame.VRRP.Interval
	}
	return inst.AdvertInt
}

// requirement picks the requirement of the version that inst speaks.
func requirement(inst *conf.Instance, v2, v3 string) string {
	if inst.Version >= 3 {
		return v3
	}
	return v2
}

func (t *Takeover) fallbackID(inst *conf.Instance) string {
	switch {
	case t.Preempt:
		return requirement(inst, "R3768-6.4.2-17", "R5798-6.1-05")
	case t.From != "":
		return requirement(inst, "R3768-6.1-03", "R5798-6.1-04")
	case t.priority(inst) == ownerPriority:
		return requirement(inst, "R3768-6.4.1-02", "R5798-6.4.1-01")
	}
	return requirement(inst, "R3768-6.4.1-05", "R5798-6.4.1-03")
}
