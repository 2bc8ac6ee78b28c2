package expect

import (
	"slices"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// course is where a checker of a real server stands after each of its checks, and
// when it makes the next one. It is written from what keepalived 2.2.7 was seen to
// do (docs/checkers.md), apart from the daemon's own engine.
type course struct {
	timing conf.Timing
	// again: it asks retry times more before it waits for delay_loop while the
	// server is down, too.
	again bool
	// fromStart: delay_loop and delay_before_retry count from the beginning of a
	// check, not from its end.
	fromStart bool
	// urls are the pages of a web checker, which it asks for in turn; 0 for others.
	urls int

	up       bool
	known    bool // there has been a result
	failures int  // in a row, without those that have had their consequence
	url      int  // the page that is next
	alone    bool // the page that failed is asked for until it is there again
}

// newCourse is where a checker stands when it starts.
func newCourse(c *conf.Checker) *course {
	s := &course{timing: c.Timing, up: !c.Alpha}
	s.again = slices.Contains([]string{"TCP_CHECK", "SMTP_CHECK"}, c.Kind)
	s.fromStart = c.Kind == "MISC_CHECK"
	if p, ok := c.Probe.(*conf.HTTPProbe); ok {
		s.urls = len(p.URLs)
	}
	return s
}

// firstCheck is how long a checker waits after its start, besides a random part
// of warmup.
const firstCheck = time.Second

// passed takes a good result. It returns how long the checker waits, and whether
// the server has come up.
func (s *course) passed() (wait time.Duration, change bool) {
	s.failures = 0
	switch {
	case s.alone:
		s.alone, s.url = false, 0 // and now all of them, once more
		return s.timing.DelayLoop, false
	case s.url+1 < s.urls:
		s.url++
		return s.timing.DelayLoop, false
	}
	s.url = 0
	change = !s.up
	s.up, s.known = true, true
	return s.timing.DelayLoop, change
}

// failed takes a bad result. It returns how long the checker waits, and whether
// the server has gone down. The first result of all has its consequence at once.
func (s *course) failed() (wait time.Duration, change bool) {
	if s.known && (s.up || s.again) && s.failures < s.timing.Retry {
		s.failures++
		return s.timing.RetryDelay, false
	}
	change = s.up
	s.up, s.known, s.failures = false, true, 0
	wait = s.timing.DelayLoop
	if s.urls > 0 {
		s.alone = true
		wait = max(wait, s.timing.RetryDelay)
	}
	return wait, change
}

// next is when the checker asks again, counted from when it began to ask: so
// much later at least and at most.
func (s *course) next(wait time.Duration, took span) span {
	if s.fromStart {
		return span{max(wait, took.least), max(wait, took.most)}
	}
	return span{took.least + wait, took.most + wait}
}
