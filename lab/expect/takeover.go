package expect

import (
	"errors"
	"fmt"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/lab/timeline"
)

// Reasons why a takeover has no promised time.
var (
	ErrNoPreempt = errors.New("the configuration says nopreempt: it promises no takeover from a live Master")
	ErrNoFrom    = errors.New("a preemption needs the node that is preempted (from)")
)

// Title implements Expectation.
func (t *Takeover) Title() string {
	switch {
	case t.Preempt:
		return fmt.Sprintf("%s preempts %s as Master of VRID %d in time", t.To, t.From, t.VRID)
	case t.From != "":
		return fmt.Sprintf("%s takes VRID %d over from %s in time", t.To, t.VRID, t.From)
	}
	return fmt.Sprintf("%s becomes Master of VRID %d in time after its start", t.To, t.VRID)
}

// The first check is the time; Resigned and
// Preempt add one each.
func (t *Takeover) judge(r *Run, w Window) []Check {
	to, err := r.router(t.To, t.VRID)
	if err == nil {
		t, err = t.weighed(to)
	}
	switch {
	case err != nil:
	case t.Preempt && t.From == "":
		err = ErrNoFrom
	case t.Preempt && !to.inst.Preempt && t.priority(to.inst) != ownerPriority:
		err = fmt.Errorf("%s: %w", to.inst.Name, ErrNoPreempt)
	}
	if err != nil {
		return unevaluated(t.To, w, err)
	}
	first := to.rises(w)
	ref := t.lastOfGroup(to, w, first, t.reference(to, w, first))
	checks := []Check{t.timed(to, w, first, ref)}
	if t.Resigned != nil && t.From != "" {
		checks = append(checks, t.resigned(to, w, first))
	}
	if t.Preempt {
		checks = append(checks, t.yields(to, w, first))
	}
	return checks
}

// priority is the one that To's configuration promises to take over with.
func (t *Takeover) priority(inst *conf.Instance) int {
	if t.Priority != 0 {
		return t.Priority
	}
	return inst.Priority
}

// timed judges when first came, or that it has not come.
func (t *Takeover) timed(to router, w Window, first *timeline.Event, ref *reference) Check {
	tolerance := to.run.Tolerance
	c := Check{Node: t.To, Verdict: w.unmet(), At: w.To}
	if ref == nil {
		c.ID, c.Want = t.fallbackID(to.inst), "a takeover at the promised time"
		c.Got = t.unreferenced()
		if first != nil && w.Final {
			c.Verdict = Error
		}
		return c
	}
	c.ID, c.Want = ref.id, ref.promise.describe(tolerance, ref.what)
	if first == nil {
		c.Got = t.absent(to, w, ref)
		if w.over(ref.promise.deadline(ref.at, tolerance)) {
			c.Verdict = Fail
		}
		return c
	}
	d := first.At.Sub(ref.at)
	c.At, c.Got, c.ErrorSeconds = first.At, seconds(d), ref.promise.deviation(d)
	if p := first.Frame.VRRP.Priority; p != t.priority(to.inst) {
		c.Got += fmt.Sprintf(" (with priority %d, configured %d)", p, t.priority(to.inst))
	}
	c.Verdict = Fail
	if ref.promise.holds(d, tolerance) {
		c.Verdict = Pass
	}
	return c
}

func (t *Takeover) absent(to router, w Window, ref *reference) string {
	own := to.track().Until(w.To).Last(to.sent)
	if own != nil && own.Frame.VRRP.Priority > 0 && own.At >= w.From {
		return fmt.Sprintf("%s was Master before already, it advertised at %s s", t.To, own.At)
	}
	return fmt.Sprintf("no advertisement of %s for %s", t.To, seconds(w.To.Sub(ref.at)))
}

func (t *Takeover) unreferenced() string {
	if t.From != "" && !t.Preempt {
		return fmt.Sprintf("no advertisement of %s to count from", t.From)
	}
	return fmt.Sprintf("no start of %s's daemon to count from", t.To)
}

// resigned judges how From left.
func (t *Takeover) resigned(to router, w Window, first *timeline.Event) Check {
	c := Check{ID: "R3768-6.4.3-05", Node: t.From, Title: t.From + " resigns", Want: "a last advertisement with priority 0"}
	if !*t.Resigned {
		c.ID, c.Title = "R3768-6.4.3-07", t.From+" does not resign"
		c.Want = "a last advertisement with its own priority"
	}
	last := t.lastOf(to, w, first)
	if last == nil {
		c.Verdict, c.Got, c.At = w.unmet(), "no advertisement", w.To
		return c
	}
	c.At, c.Got = last.At, fmt.Sprintf("priority %d at %s s", last.Frame.VRRP.Priority, last.At)
	switch {
	case (last.Frame.VRRP.Priority == 0) == *t.Resigned:
		c.Verdict = Pass
	case first != nil: // whatever From sends now, it was not its last before the takeover
		c.Verdict = Fail
	default:
		c.Verdict = w.unmet()
	}
	if first == nil && c.Verdict == Pass && !w.Final {
		c.Verdict = Pending // its last so far
	}
	return c
}

// yields judges that From falls silent: an advertisement that crosses To's on
// the wire is allowed, its next is not.
func (t *Takeover) yields(to router, w Window, first *timeline.Event) Check {
	c := Check{ID: "R3768-6.4.2-18", Node: t.From, Title: t.From + " yields", At: w.To, Verdict: w.unmet()}
	c.Want = fmt.Sprintf("no advertisement of %s later than %s after %s's first", t.From, short(to.run.Tolerance), t.To)
	if first == nil {
		c.Got = "no advertisement of " + t.To
		return c
	}
	crossed := first.At.Add(to.run.Tolerance)
	late := to.track().Between(crossed+1, w.To).First(func(e *timeline.Event) bool {
		return e.Node == t.From && e.Frame.VRRP.Priority > 0 && to.concerns(e)
	})
	next := crossed
	if last := t.lastOf(to, w, first); last != nil {
		next = max(next, last.At.Add(last.Frame.VRRP.Interval+to.run.Tolerance))
	}
	switch {
	case late != nil:
		c.Verdict, c.At = Fail, late.At
		c.Got = fmt.Sprintf("%s advertised %s after it", t.From, seconds(late.At.Sub(first.At)))
	case w.To < next:
		c.Got = fmt.Sprintf("silent, but its next advertisement was due only at %s s", next)
	case w.over(next):
		c.Verdict, c.Got = Pass, "silent"
	default:
		c.Got = "silent so far"
	}
	return c
}
