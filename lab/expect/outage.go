package expect

import (
	"fmt"
	"time"

	"github.com/viplab/viplab/lab/timeline"
)

// Title implements Expectation.
func (o *Outage) Title() string {
	return fmt.Sprintf("probe %s is cut off for as long as VRID %d takes from %s to %s", o.Probe, o.VRID, o.From, o.To)
}

// judge compares the longest gap between good answers with the promise. The
// outage itself cannot be seen, only answers before and after it: the gap is
// longer by up to two pauses of the probe.
func (o *Outage) judge(r *Run, w Window) []Check {
	to, err := r.router(o.To, o.VRID)
	if err != nil {
		return unevaluated(o.To, w, err)
	}
	t, err := (&Takeover{VRID: o.VRID, From: o.From, To: o.To}).weighed(to)
	if err != nil {
		return unevaluated(o.To, w, err)
	}
	first := to.rises(w)
	ref := t.lastOfGroup(to, w, first, t.reference(to, w, first))
	c := Check{Want: "a gap and then answers", Verdict: w.unmet(), At: w.To}
	if first == nil || ref == nil {
		c.Got = fmt.Sprintf("%s did not take VRID %d over", o.To, o.VRID)
		return []Check{c}
	}
	least, most, err := o.bounds(r, to, w, ref)
	if err != nil {
		return unevaluated(o.To, w, err)
	}
	s := r.answers(o.Probe, w)
	pause := s.pause()
	most += 2*pause + to.run.Tolerance
	least = max(0, least-to.run.Tolerance)
	c.Want = fmt.Sprintf("%s to %s, for a request every %s", seconds(least), seconds(most), short(pause))
	gap, from := s.gap(w)
	c.Got = fmt.Sprintf("%s from %s s", seconds(gap), from)
	back := s.answers.Last(s.good)
	switch {
	case back == nil || back.At <= from || back.Probe.Sent < first.At:
		c.Got += "; no answer since " + o.To + " took over"
	case gap < least || gap > most:
		c.Verdict, c.At = Fail, from.Add(gap)
	default:
		c.Verdict, c.At = Pass, from.Add(gap)
	}
	return []Check{c}
}

// bounds are how long the outage itself may be. Whoever resigns stops serving at
// that moment; whoever falls silent stopped at any moment between its last
// advertisement and the next. What a script watches stops earlier, by the time
// that the script needs to find out.
func (o *Outage) bounds(r *Run, to router, w Window, ref *reference) (least, most time.Duration, err error) {
	least, most = ref.promise.span-ref.promise.early, ref.promise.span+ref.promise.late
	if from, err := r.router(o.From, o.VRID); err == nil && !ref.resigned {
		least -= from.inst.AdvertInt
	}
	if o.Script == "" {
		return least, most, nil
	}
	script, err := r.script(o.From, o.Script)
	if err != nil {
		return 0, 0, err
	}
	found := scriptPromise(script, false)
	return least + found.span, most + found.span + found.late, nil
}

// answers collects the outcomes of a probe, whatever it asks.
func (r *Run) answers(name string, w Window) series {
	proto := ""
	if all := r.index().Probe(name); len(all) > 0 {
		proto = all[0].Probe.Proto
	}
	return r.series(name, proto, w, func(e *timeline.Event) bool { return e.Probe.OK })
}

// pause is the longest time between two requests that were answered or not, one
// after the other.
func (s series) pause() time.Duration {
	sent := map[int]timeline.Time{}
	for _, e := range s.answers {
		sent[e.Probe.Seq] = e.Probe.Sent
	}
	var longest time.Duration
	for n, at := range sent {
		if next, ok := sent[n+1]; ok {
			longest = max(longest, next.Sub(at))
		}
	}
	return longest
}
