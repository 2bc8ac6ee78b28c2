package expect

import (
	"fmt"
	"time"

	"github.com/viplab/viplab/lab/timeline"
)

// Title implements Expectation.
func (a *Adverts) Title() string { return fmt.Sprintf("%s advertises VRID %d", a.Node, a.VRID) }

// judge looks at how many, each field, and the cadence.
func (a *Adverts) judge(r *Run, w Window) []Check {
	ro, err := r.router(a.Node, a.VRID)
	if err != nil {
		return unevaluated(a.Node, w, err)
	}
	want := a.Priority
	if want == 0 {
		if want, err = ro.effective(a.Failed); err != nil {
			return unevaluated(a.Node, w, err)
		}
	}
	seen := ro.own(w.From, w.To)
	periodic := filter(seen, func(e *timeline.Event) bool { return e.Frame.VRRP.Priority > 0 })
	checks := []Check{a.counted(periodic, w)}
	for _, f := range a.fields(ro, want) {
		checks = append(checks, f.judge(a.Node, seen, w))
	}
	return append(checks, a.cadence(ro, seen, w))
}

func (a *Adverts) count() int {
	if a.Count > 0 {
		return a.Count
	}
	return 3
}

func (a *Adverts) counted(seen timeline.Track, w Window) Check {
	c := Check{
		Node: a.Node, At: w.To, Verdict: w.unmet(),
		Want: fmt.Sprintf("at least %d advertisements", a.count()),
		Got:  count(len(seen), "advertisement", "advertisements"),
	}
	if len(seen) >= a.count() {
		c.Verdict, c.At = Pass, seen[a.count()-1].At
	}
	return c
}

// cadence judges the gaps between the node's advertisements: each is one
// interval. A gap in which another router advertised is left out, since an
// answer out of turn is right then (RFC 3768 6.4.3), and so is what follows a
// resignation. After an answer the next may come sooner, where the router has gone
// on at its pace.
func (a *Adverts) cadence(ro router, seen timeline.Track, w Window) Check {
	interval := promise{span: ro.inst.AdvertInt}
	c := Check{Node: a.Node, ID: "R3768-6.2-01", Title: "cadence", At: w.To, Verdict: w.unmet()}
	c.Want = "every " + seconds(interval.span) + " ± " + short(ro.run.Tolerance)
	n, worst, at := 0, time.Duration(0), w.To
	for i := 1; i < len(seen); i++ {
		if seen[i-1].Frame.VRRP.Priority == 0 || seen[i].Frame.VRRP.Priority == 0 || ro.heard(seen[i-1], seen[i]) {
			continue
		}
		gap := seen[i].At.Sub(seen[i-1].At)
		if gap < interval.span && ro.answers(seen[i-1]) {
			continue
		}
		if n++; n == 1 || (gap-interval.span).Abs() > (worst-interval.span).Abs() {
			worst, at = gap, seen[i].At
		}
	}
	if n == 0 {
		c.Got = "no two advertisements in a row"
		return c
	}
	c.Got = fmt.Sprintf("%s, worst %s", count(n, "interval", "intervals"), seconds(worst))
	c.ErrorSeconds = interval.deviation(worst)
	switch {
	case !interval.holds(worst, ro.run.Tolerance):
		c.Verdict, c.At = Fail, at
	case len(seen) >= a.count():
		c.Verdict = Pass
	}
	return c
}

// answers reports whether the node heard another router, and had not advertised
// since, when it sent e.
func (ro router) answers(e *timeline.Event) bool {
	before := ro.track().Before(e.At).Last(ro.sent)
	return before != nil && ro.heard(before, e)
}

// heard reports whether another router of the VRID advertised, whatever its
// priority, between two advertisements of the node.
func (ro router) heard(from, to *timeline.Event) bool {
	between := ro.track().Between(from.At, to.At)
	if len(between) == 2 {
		return false
	}
	return between.First(func(e *timeline.Event) bool { return e.Node != ro.node && ro.reaches(e) }) != nil
}
