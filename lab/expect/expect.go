// Package expect judges timelines: was the right router Master, did the VIP
// move in the time the configuration promises, was it announced.
//
// Judging is pure. The same expectation is asked while a lab runs, to know
// whether a step is done, and over a stored run, to judge it again.
package expect

import (
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/lab/timeline"
)

// Verdict is the outcome of a check.
type Verdict string

// The verdicts. Pending is said only while a window is still open; of a
// finished run it never comes out.
const (
	Pass    Verdict = "pass"
	Fail    Verdict = "fail"
	Skip    Verdict = "skip"
	Error   Verdict = "error" // could not be evaluated; never a pass
	Pending Verdict = "pending"
)

// Check is one judged expectation.
type Check struct {
	ID      string  `json:"id"`
	Title   string  `json:"title"`
	Node    string  `json:"node,omitempty"`
	Verdict Verdict `json:"verdict"`
	Want    string  `json:"want,omitempty"`
	Got     string  `json:"got,omitempty"`
	// ErrorSeconds is a timing check's measured deviation from its formula,
	// positive when late; nil for other checks, and for those whose starting
	// point is not known exactly.
	ErrorSeconds *float64 `json:"error_seconds,omitempty"`
	// At is the moment that decided the check.
	At timeline.Time `json:"t,omitempty"`
}

// Run is what there is to judge by. It is not safe for concurrent use.
type Run struct {
	// Configs is the parsed keepalived.conf of each node that runs the HA
	// daemon: all bounds come from here.
	Configs map[string]*conf.Config
	// Tolerance is the run's calibrated scheduler error: how far a timing check
	// may be off its formula, either way. See ToleranceOf.
	Tolerance time.Duration

	x *timeline.Index
}

// NewRun returns a run over events, which need not be in order of time.
func NewRun(events []timeline.Event, configs map[string]*conf.Config, tolerance time.Duration) *Run {
	return &Run{Configs: configs, Tolerance: tolerance, x: timeline.NewIndex(events)}
}

// Add takes the events that came since: while a lab runs, one Run is fed and
// asked over and over. The events must not be changed afterwards.
func (r *Run) Add(events []timeline.Event) { r.index().Add(events) }

// Timeline returns the run's events, sorted.
func (r *Run) Timeline() *timeline.Index { return r.index() }

func (r *Run) index() *timeline.Index {
	if r.x == nil {
		r.x = timeline.NewIndex(nil)
	}
	return r.x
}

// Window is the span of the timeline that a check looks at: From <= t <= To.
type Window struct {
	From, To timeline.Time
	// Final says that nothing more will come: what is not met now has failed.
	Final bool
}

// arrival is how long after it happened an event may still be on its way to
// the recorder. While a window is open, only what is overdue by more is held
// against the daemon; a finished window needs no such patience.
const arrival = time.Second

// over reports whether all events up to t have come.
func (w Window) over(t timeline.Time) bool { return w.Final || w.To > t.Add(arrival) }

// unmet is the verdict of what has not come true yet.
func (w Window) unmet() Verdict {
	if w.Final {
		return Fail
	}
	return Pending
}

// Expectation is something that a timeline is held against.
type Expectation interface {
	// Judge evaluates over w. It gives one check, or several where one
	// expectation speaks of several things (the fields of an advertisement).
	//
	// While w is not Final it says Pending for what has yet to come true, and
	// Fail as soon as nothing can mend it. Of what must hold throughout (no
	// second Master, no such line) it says Pass while it does: only the final
	// judgement of the whole window decides it.
	Judge(r *Run, w Window) []Check
	// Title says in a few words what is expected.
	Title() string
}

// Judge judges items over w.
func Judge(items []Item, r *Run, w Window) []Check {
	var checks []Check
	for _, item := range items {
		checks = append(checks, item.Judge(r, w)...)
	}
	return checks
}

// weight orders verdicts by how much they tell against a run.
var weight = map[Verdict]int{Skip: 0, Pass: 1, Pending: 2, Error: 3, Fail: 4}

// Worst merges verdicts: a failure outweighs all, then what could not be
// evaluated, then what is open; a pass outweighs what was skipped. Of nothing
// it is Skip, since nothing was shown.
func Worst(verdicts ...Verdict) Verdict {
	worst := Skip
	for _, v := range verdicts {
		if weight[v] > weight[worst] {
			worst = v
		}
	}
	return worst
}

// Overall is the worst verdict of checks.
func Overall(checks []Check) Verdict {
	worst := Skip
	for _, c := range checks {
		worst = Worst(worst, c.Verdict)
	}
	return worst
}
