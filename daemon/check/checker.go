package check

import (
	"time"

	"github.com/viplab/viplab/daemon/check/schedule"
	"github.com/viplab/viplab/daemon/conf"
)

// checker is a checker that runs. It belongs to the loop.
type checker struct {
	spec  Spec
	plan  schedule.Plan
	state schedule.State
	kind  kind
	ssl   *conf.SSL

	at    instant // when something is due: the next attempt, or the end of this one
	place int     // among the alarms

	due, began instant // of the attempt that runs, or else of the next one
	running    bool
	attempt    uint32 // that runs, or is next
	off        bool

	target  target
	fd      int    // of the attempt, -1: none
	number  uint32 // of the descriptor, for the loop; 0: nothing is awaited of it
	fresh   bool   // epoll does not know of it yet
	private any    // of the kind, as long as the checker lives
	cancel  func() // ends what runs beside the loop; nil: nothing does

	last    instant // the end of the last attempt
	took    time.Duration
	reason  string // why it failed; empty: it did not
	checks  uint64
	weight  weight // as reported
	said    string // the last complaint
	started bool
	told    bool // a result was reported
	toldUp  bool
}

// kind is how checkers of a kind make an attempt. It is shared by all of them.
type kind interface {
	// begin begins an attempt. It may end it at once (loop.end).
	begin(*loop, *checker)
	// ready is called when the descriptor of the attempt has something to tell.
	ready(l *loop, c *checker, flags uint32)
	// expire is called when connect_timeout is over, if the attempt waits on the
	// loop.
	expire(*loop, *checker)
}

// weight is what an attempt says of a server's weight.
type weight struct {
	given, absolute bool
	value           int
}

// verdict is what an attempt came to.
type verdict struct {
	outcome schedule.Outcome
	reason  string // of what is no success
	weight  weight
	ended   instant // 0: now
}

func failed(reason string) verdict { return verdict{outcome: schedule.Fail, reason: reason} }

// impossible is an attempt that this host could not make.
func impossible(reason string) verdict { return verdict{outcome: schedule.Void, reason: reason} }

var passed = verdict{outcome: schedule.Pass}

// begin begins an attempt.
func (l *loop) begin(c *checker) {
	c.due = c.at
	if c.off {
		c.due += c.plan.Loop
		if now := l.now(); c.due < now { // slept through
			c.due += (now - c.due) / c.plan.Loop * c.plan.Loop
		}
		l.alarms.set(c, c.due)
		return
	}
	c.began, c.running = l.now(), true
	l.late(c.began - c.due)
	l.alarms.remove(c)
	c.kind.begin(l, c)
}

// end takes what an attempt has come to, and plans the next one.
func (l *loop) end(c *checker, ended instant, v verdict) {
	l.release(c)
	c.running = false
	c.attempt++
	c.last, c.took, c.reason = ended, ended-c.began, v.reason
	c.checks++
	page := c.state.Page
	step := c.state.Take(&c.plan, schedule.Attempt{Due: c.due, Began: c.began, Ended: ended, Outcome: v.outcome})
	l.alarms.set(c, step.Next)
	c.due = step.Next
	l.say(c, page, step, v)
	l.tell(c, ended, v)
}

// tell reports what is new: the first result, and each that differs from the one
// before.
func (l *loop) tell(c *checker, at instant, v verdict) {
	if !c.state.Known {
		return
	}
	up := c.state.Up
	news := up != c.toldUp || !c.told
	if up && v.weight != c.weight { // one that is given no more, too
		c.weight, news = v.weight, true
	}
	if !news {
		return
	}
	c.told, c.toldUp = true, up
	l.opt.Report(Result{ID: c.spec.ID, At: l.wall(at), Up: up, Reason: c.reason,
		HasWeight: c.weight.given, Absolute: c.weight.absolute, Weight: c.weight.value})
}

// release gives back what an attempt holds.
func (l *loop) release(c *checker) {
	l.alarms.remove(c)
	if c.fd >= 0 {
		l.closeSocket(c)
	}
	if c.cancel != nil {
		c.cancel()
		c.cancel = nil
	}
}

// abandon ends an attempt without a result.
func (l *loop) abandon(c *checker) {
	l.release(c)
	c.running = false
	c.attempt++
}

// report is what there is to know of c.
func (l *loop) report(c *checker) Report {
	r := Report{ID: c.spec.ID, Up: c.spec.Up, Known: c.state.Known, Took: c.took, Reason: c.reason, Failures: c.state.Tries, Checks: c.checks}
	if c.state.Known {
		r.Up = c.state.Up
	}
	if c.checks > 0 {
		r.Last = l.wall(c.last)
	}
	if c.place != nowhere && !c.running {
		r.Next = l.wall(c.at)
	}
	return r
}
