package expect

import (
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/viplab/viplab/lab/timeline"
)

// walk is what the configuration promises of a server's checks.
type walk struct {
	changes []change
	made    int // attempts in the window
	stuck   bool
	worst   time.Duration // the largest deviation from a moment that is exact
	exact   bool          // there was such a moment
	next    *due          // of the attempt that is to come; nil where none is
	wrong   *wrong        // the first thing that is not as promised
}

// due is when something is to happen.
type due struct{ earliest, latest timeline.Time }

type wrong struct {
	at  timeline.Time
	got string
	err error // the check could not be evaluated
}

// follow holds each attempt against what the one before has come to.
func (s *subject) follow(began due, seen []attempt, w Window) walk {
	state := newCourse(s.checker)
	tolerance := s.run.Tolerance
	next := due{began.earliest.Add(firstCheck), began.latest.Add(firstCheck + s.checker.Warmup)}
	slack := s.late() // of each time that the daemon waits
	var all walk
	for i, a := range seen {
		inside := a.at >= w.From
		if inside {
			all.made++
		}
		if a.at < next.earliest.Add(-tolerance) || a.at > next.latest.Add(slack) || all.stuck {
			all.wrong = &wrong{at: a.at, got: fmt.Sprintf("check %d at %s s, expected %s", i+1, a.at, next.text(all.stuck))}
			return all
		}
		all.measure(a.at, next, s.late())
		// Who is late may make up for it, and count from when it should have been.
		from := min(a.at, max(next.earliest, a.at.Add(-s.late())))
		if bad := state.asks(s, a); bad != "" {
			all.wrong = &wrong{at: a.at, got: fmt.Sprintf("check %d at %s s %s", i+1, a.at, bad)}
			return all
		}
		o, err := s.outcome(a.manner)
		if a.torn {
			err = fmt.Errorf("check %d at %s s: %w", i+1, a.at, ErrTorn)
		}
		if err != nil {
			all.wrong = &wrong{at: a.at, err: err}
			return all
		}
		if o.stuck {
			all.stuck = true
			continue
		}
		result := state.failed
		if o.passes {
			result = state.passed
		}
		waited := time.Duration(0) // how late the check's own wait may end
		if o.lasts.most > 0 {
			waited = s.late()
		}
		pause, changes := result()
		if changes {
			all.changes = append(all.changes, change{
				at: from.Add(o.lasts.least), up: o.passes, late: a.at.Sub(from) + o.lasts.most - o.lasts.least + waited,
			})
		}
		after := state.next(pause, o.lasts)
		next = due{from.Add(after.least), a.at.Add(after.most)}
		slack = s.late() + waited
	}
	if !all.stuck {
		all.next = &next
	}
	return all
}

// asks says what is wrong with what a server was asked, if it came to that.
func (s *course) asks(of *subject, a attempt) string {
	if a.asked != "" && !strings.Contains(a.asked, of.Asks) {
		return fmt.Sprintf("asked %q, expected %q in it", a.asked, of.Asks)
	}
	if s.urls == 0 || !strings.HasPrefix(a.asked, "GET ") {
		return ""
	}
	path := of.path(s.url)
	if got := strings.Fields(a.asked)[1]; got != path {
		return fmt.Sprintf("asked for %s, expected %s", got, path)
	}
	return ""
}

// measure notes how far an attempt is off the nearer end of when it was due, where
// that is known as exactly as a checker has to be.
func (w *walk) measure(at timeline.Time, d due, exact time.Duration) {
	if d.latest.Sub(d.earliest) > exact {
		return
	}
	w.exact = true
	off := at.Sub(d.latest)
	if early := at.Sub(d.earliest); early.Abs() < off.Abs() {
		off = early
	}
	if off.Abs() > w.worst.Abs() {
		w.worst = off
	}
}

func (d due) text(stuck bool) string {
	switch {
	case stuck:
		return "none while the one before has not ended"
	case d.earliest == d.latest:
		return d.earliest.String() + " s"
	}
	return fmt.Sprintf("%s s to %s s", d.earliest, d.latest)
}

func (s *subject) judge(w Window) []Check {
	if s.checker.Kind == "BFD_CHECK" {
		return s.judgeSession(w)
	}
	began, err := s.began(w.To)
	if err != nil {
		c := unevaluated(s.Node, w, err)[0]
		if !w.Final {
			c.Verdict = Pending
		}
		return []Check{s.label(c, "checks", "")}
	}
	all := s.follow(began, s.attempts(began.earliest, w.To), w)
	checks := []Check{s.label(s.schedule(all, w), "checks", "")}
	if all.wrong != nil {
		return checks // what should follow from it is not known
	}
	// How late a row of the table is seen.
	seen := s.late() + tableSample
	return append(checks,
		s.label(s.compare(all.changes, s.logged(began.earliest, w.To), s.late(), w), "leaves and returns", "-log"),
		s.label(s.compare(all.changes, s.tabled(began.earliest, w.To, !s.checker.Alpha), seen, w), "the table follows", "-table"))
}

func (s *subject) label(c Check, what, id string) Check {
	name := path.Base(s.behind)
	c.ID, c.Node = "attempts-"+name+id, s.Node
	c.Title = fmt.Sprintf("%s of %s (%s): %s", s.checker.Kind, s.server.Address, name, what)
	return c
}

// lateness is how late a checker may be that has much to do: a hundredth of its
// interval. It may never be early.
const lateness = 100

// late is how much later than promised is right.
func (s *subject) late() time.Duration { return s.run.Tolerance + s.checker.DelayLoop/lateness }

// schedule judges the times of the attempts.
func (s *subject) schedule(all walk, w Window) Check {
	n := defaultAttempts
	if s.Count > 0 {
		n = s.Count
	}
	c := Check{
		Want: fmt.Sprintf("at least %s, each at most %s early, %s late", count(n, "check", "checks"), short(s.run.Tolerance), short(s.late())),
		Got:  count(all.made, "check", "checks"), Verdict: Pass, At: w.To,
	}
	if all.exact {
		off := all.worst.Seconds()
		c.ErrorSeconds = &off
		c.Got += fmt.Sprintf(", at most %s off", seconds(all.worst.Abs()))
	}
	switch {
	case all.wrong != nil && all.wrong.err != nil:
		c.Verdict, c.At, c.Got = Error, all.wrong.at, all.wrong.err.Error()
	case all.wrong != nil:
		c.Verdict, c.At, c.Got = Fail, all.wrong.at, all.wrong.got
	case all.next != nil && w.over(all.next.latest.Add(s.late())) && all.next.latest.Add(s.late()) < w.To:
		c.Verdict, c.At = Fail, all.next.latest
		c.Got = fmt.Sprintf("%s, none at %s", c.Got, all.next.text(false))
	case all.made < n && !all.stuck:
		c.Verdict = w.unmet()
	}
	return c
}
