package expect

import (
	"fmt"
	"time"

	"github.com/viplab/viplab/lab/timeline"
)

// series is the answers of a probe within a window, in order of time.
type series struct {
	answers timeline.Track
	// before is the outcome just before the window, for a gap that began there.
	before *timeline.Event
	good   func(*timeline.Event) bool
}

// series collects what the named probe asked and heard in w. A request that
// left before w belongs to what was before.
func (r *Run) series(name, proto string, w Window, good func(*timeline.Event) bool) series {
	all := r.index().Probe(name)
	s := series{good: good}
	s.answers = filter(all.Between(w.From, w.To), func(e *timeline.Event) bool {
		return e.Probe.Proto == proto && e.Probe.Sent >= w.From
	})
	if earlier := all.Before(w.From); len(earlier) > 0 {
		s.before = earlier[len(earlier)-1]
	}
	return s
}

// settled is the answers after the last that is not good.
func (s series) settled() series {
	for i := len(s.answers) - 1; i >= 0; i-- {
		if !s.good(s.answers[i]) {
			return series{answers: s.answers[i+1:], before: s.answers[i], good: s.good}
		}
	}
	return s
}

// gap is the longest time without a good answer, and when it began. It reaches
// from one good answer to the next, or, where none came again, to the last
// request that failed: that a probe has ended is no gap.
func (s series) gap(w Window) (longest time.Duration, from timeline.Time) {
	good := w.From
	if s.before != nil && s.good(s.before) {
		good = s.before.At
	}
	for _, e := range s.answers {
		if d := e.At.Sub(good); d > longest {
			longest, from = d, good
		}
		if s.good(e) {
			good = e.At
		}
	}
	return longest, from
}

// firstBad returns the first answer that is not good, or nil.
func (s series) firstBad() *timeline.Event {
	return s.answers.First(func(e *timeline.Event) bool { return !s.good(e) })
}

// goods counts the good answers.
func (s series) goods() int { return len(filter(s.answers, s.good)) }

// demand is what HTTP and Ping share.
type demand struct {
	count  int
	maxGap time.Duration
	settle bool
	what   string // of a good answer: "answer", "failed request"
}

// judge gives the verdict on how many good answers came, and, with a maxGap,
// a second check on the gap.
func (d demand) judge(c Check, s series, w Window) []Check {
	whole := s
	if d.settle {
		s = s.settled()
	}
	n := s.goods()
	c.Verdict, c.At, c.Got = w.unmet(), w.To, d.got(n, s)
	bad := s.firstBad()
	switch {
	case bad != nil && d.maxGap == 0:
		c.Verdict, c.At = Fail, bad.At
		c.Got = fmt.Sprintf("%s; number %d: %s", c.Got, bad.Probe.Seq, outcome(bad))
	case n >= d.count:
		c.Verdict = Pass
	case d.settle && whole.firstBad() != nil:
		c.Got += "; before: " + outcome(s.before)
	}
	if d.maxGap == 0 {
		return []Check{c}
	}
	return []Check{c, d.gap(c, whole, w)}
}

func (d demand) got(n int, s series) string {
	got := count(n, d.what, d.what+"s")
	if missed := len(s.answers) - n; missed > 0 {
		got += fmt.Sprintf(", %d other", missed)
	}
	return got
}

func (d demand) gap(c Check, s series, w Window) Check {
	longest, from := s.gap(w)
	g := Check{
		Node: c.Node, Title: "longest gap", Verdict: Pass, At: w.To,
		Want: "at most " + short(d.maxGap), Got: seconds(longest),
	}
	if longest > 0 {
		g.Got += fmt.Sprintf(" from %s s", from)
	}
	switch {
	case longest > d.maxGap:
		g.Verdict, g.At = Fail, from.Add(d.maxGap)
	case len(s.answers) == 0:
		g.Verdict, g.Got = w.unmet(), "no request"
	}
	return g
}

// outcome says what came of a request.
func outcome(e *timeline.Event) string {
	p := e.Probe
	switch {
	case !p.OK && p.Error != "":
		return p.Error
	case !p.OK && p.Status != 0:
		return fmt.Sprintf("status %d", p.Status)
	case !p.OK:
		return "no answer"
	case p.Proto == "http":
		return fmt.Sprintf("%q", p.Body)
	}
	return "answered"
}
