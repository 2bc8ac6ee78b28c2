package expect

import (
	"strings"

	"github.com/viplab/viplab/lab/timeline"
)

// preemption counts from To's start, or from From's last advertisement that To
// had to accept, if that came later: From's priority has fallen below To's.
func (t *Takeover) preemption(to router, w Window, first *timeline.Event) *reference {
	priority := t.priority(to.inst)
	ref := t.start(to, w, first)
	last := to.track().Until(until(w, first)).Last(func(e *timeline.Event) bool {
		return e.Node == t.From && e.Frame.VRRP.Priority >= priority && to.concerns(e) && !detached(to.run.index(), e)
	})
	if last != nil && (ref == nil || last.At > ref.at) {
		ref = &reference{at: last.At, what: "the last advertisement of " + t.From + " that was not of lower priority",
			id: t.fallbackID(to.inst), promise: downPromise(to.inst, priority, learnt(to.inst, last))}
	}
	if ref == nil {
		ref = t.tracked(to, w, first)
	}
	if ref == nil {
		ref = t.raised(to, w, first)
	}
	if ref != nil && to.inst.PreemptDelay > 0 && priority != ownerPriority {
		ref = t.delayed(to, w, first, ref)
	}
	return ref
}

// tracked counts from the last advertisement of From before a tracker raised To's
// priority, which the daemon says as it happens: To accepted that one, and none
// since.
func (t *Takeover) tracked(to router, w Window, first *timeline.Event) *reference {
	phrase := "(" + to.inst.Name + ") Changing effective priority from "
	change := to.run.index().OfNode(timeline.KindLog, t.To).Between(w.From, until(w, first)).Last(func(e *timeline.Event) bool {
		return strings.Contains(e.Log.Text, phrase)
	})
	if change == nil {
		return nil
	}
	last := t.lastOf(to, w, change)
	if last == nil {
		return nil
	}
	return &reference{at: last.At, what: "the last advertisement of " + t.From + " before the change of priority",
		id: t.fallbackID(to.inst), promise: downPromise(to.inst, t.priority(to.inst), learnt(to.inst, last))}
}

// raised counts from the last advertisement of From before the fault that
// changed To's priority. To may accept one more until it knows, and takes some
// time to.
func (t *Takeover) raised(to router, w Window, first *timeline.Event) *reference {
	fault := to.run.index().Of(timeline.KindFault).Between(w.From, until(w, first)).Last(func(e *timeline.Event) bool {
		return e.Fault.Name == "priority" && strings.HasPrefix(e.Fault.Target+"/", t.To+"/")
	})
	if fault == nil {
		return nil
	}
	last := t.lastOf(to, w, fault)
	if last == nil {
		return nil
	}
	wait := downPromise(to.inst, t.priority(to.inst), learnt(to.inst, last))
	wait.late = last.Frame.VRRP.Interval + startUp
	return &reference{at: last.At, what: "the last advertisement of " + t.From + " before the change of priority",
		id: t.fallbackID(to.inst), promise: wait}
}

// delayed adds preempt_delay, which runs from the first advertisement of lower
// priority. Until it is over To accepts them, so that its timer runs from the
// last of those: up to one interval of From's before the delay's end.
func (t *Takeover) delayed(to router, w Window, first *timeline.Event, since *reference) *reference {
	heard := to.track().Between(since.at+1, until(w, first)).First(func(e *timeline.Event) bool {
		return e.Node == t.From && e.Frame.VRRP.Priority > 0 && to.concerns(e)
	})
	if heard == nil {
		return nil
	}
	interval := heard.Frame.VRRP.Interval
	wait := downPromise(to.inst, t.priority(to.inst), learnt(to.inst, heard))
	wait.span += to.inst.PreemptDelay - interval
	wait.late = interval
	return &reference{at: heard.At, what: "the first advertisement of " + t.From + " heard, for preempt_delay",
		id: since.id, promise: wait}
}
