package lab

import (
	"context"
	"slices"
	"time"

	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/timeline"
)

// idleLook is how often expectations are looked at when nothing happens: what
// is overdue turns into a failure without an event.
const idleLook = time.Second

// settle is how long the lab waits after an event for those that come with it,
// before it looks again: a hundredth of the time that it has been looking, since
// a look costs the more the longer the window is.
func settle(window time.Duration) time.Duration { return max(20*time.Millisecond, window/100) }

// Await judges expectations over the timeline since from, again and again as
// events come, until each is decided or the lab time within has passed. The
// checks that it returns are final. The error is the context's alone.
func (l *Lab) Await(ctx context.Context, from timeline.Time, within time.Duration, expected ...expect.Expectation) ([]expect.Check, error) {
	deadline := from.Add(within)
	look := l.looker()
	for {
		more := l.Recorder.More()
		left := deadline.Sub(l.Recorder.Now())
		if left <= 0 || decided(look(), expect.Window{From: from, To: l.Recorder.Now()}, expected) {
			return l.judge(look, from, expected), nil
		}
		if err := wait(ctx, more, min(left, idleLook), min(left, settle(within-left))); err != nil {
			return nil, err
		}
	}
}

// looker returns a function that gives what there is to judge by now. Each call
// adds what came since the one before: a long run is not read again and again.
func (l *Lab) looker() func() *expect.Run {
	run, seen := expect.NewRun(nil, l.configs, expect.ToleranceOf(l.info)), 0
	return func() *expect.Run {
		events := l.Recorder.Events()
		run.Add(events[seen:])
		seen = len(events)
		return run
	}
}

// wait returns when more has been closed for a moment, or after the time limit.
func wait(ctx context.Context, more <-chan struct{}, limit, moment time.Duration) error {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	case <-more:
	}
	timer.Reset(moment)
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// decided reports whether nothing is pending.
func decided(run *expect.Run, w expect.Window, expected []expect.Expectation) bool {
	pending := func(c expect.Check) bool { return c.Verdict == expect.Pending }
	for _, e := range expected {
		if slices.ContainsFunc(e.Judge(run, w), pending) {
			return false
		}
	}
	return true
}

// Judge takes a last look at what has not been recorded yet and judges the
// timeline from then until now. The checks are final.
func (l *Lab) Judge(from timeline.Time, expected ...expect.Expectation) []expect.Check {
	return l.judge(l.looker(), from, expected)
}

func (l *Lab) judge(look func() *expect.Run, from timeline.Time, expected []expect.Expectation) []expect.Check {
	l.Sync()
	run := look()
	window := expect.Window{From: from, To: l.Recorder.Now(), Final: true}
	var checks []expect.Check
	for _, e := range expected {
		checks = append(checks, e.Judge(run, window)...)
	}
	return checks
}
