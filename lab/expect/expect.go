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
	// positive when late; nil for other checks.
	ErrorSeconds *float64 `json:"error_seconds,omitempty"`
	// At is the moment that decided the check.
	At timeline.Time `json:"t,omitempty"`
}

// Run is what there is to judge by.
type Run struct {
	// Events are in order of time.
	Events []timeline.Event
	// Configs is the parsed keepalived.conf of each node that runs the HA
	// daemon: all bounds come from here.
	Configs map[string]*conf.Config
	// Tolerance is the run's calibrated scheduler error: how far a timing check
	// may be off its formula, either way.
	Tolerance time.Duration
}

// Window is the span of the timeline that a check looks at: From <= t <= To.
type Window struct {
	From, To timeline.Time
	// Final says that nothing more will come: what is not met now has failed.
	Final bool
}

// Expectation is something that a timeline is held against.
type Expectation interface {
	// Judge evaluates over w. It gives one check, or several where one
	// expectation speaks of several things (the fields of an advertisement).
	// While w is not Final it says Pending for what may still come true, and
	// Fail as soon as nothing can mend it.
	Judge(r *Run, w Window) []Check
}
