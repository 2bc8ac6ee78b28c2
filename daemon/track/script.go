package track

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/viplab/viplab/daemon/notify"
	"github.com/viplab/viplab/daemon/vrrp"
)

// script is one vrrp_script. All but its results belongs to its own goroutine.
type script struct {
	opt     *Options
	name    string
	stop    context.CancelFunc
	done    chan struct{} // closed when nothing of it is left
	changes chan plan     // the last one counts

	plan   plan
	ctx    context.Context
	tick   *time.Timer // at next
	limit  *time.Timer // to the end of plan.timeout, while running
	next   time.Time   // when a run is due
	begun  time.Time   // the last run
	over   time.Time   // when it has taken too long
	state  phase
	warned bool // that a run was due before the last one has ended
	again  bool // run at once when the one that is being ended has
	cancel context.CancelFunc
	ended  chan ending // one at most
	code   int         // last exit status, -1: none yet
	said   string      // the last complaint

	mu       sync.Mutex
	verdict  verdict
	text     string      // the last result in words
	reported vrrp.Result // as the last Report
}

// phase is where a script is.
type phase int

const (
	idle    phase = iota
	running       // its result counts
	leaving       // it was told to end, and its result no longer counts
)

// ending is how a run ended.
type ending struct {
	status notify.Status
	err    error
}

func newScript(o *Options, name string, p plan) *script {
	x := &script{opt: o, name: name, plan: p, done: make(chan struct{}), changes: make(chan plan, 1), ended: make(chan ending, 1), code: -1}
	x.verdict = newVerdict(p.rise, p.fall, p.fail)
	x.reported.Tracker = x.tracker()
	if p.fail {
		x.text = "has not succeeded yet"
	}
	return x
}

func (x *script) tracker() vrrp.Tracker { return vrrp.Tracker{Kind: vrrp.Script, Name: x.name} }

// change has the script go on by p. Only one caller may call it at a time.
func (x *script) change(p plan) {
	select {
	case <-x.changes:
	default:
	}
	x.changes <- p
}

// live runs the script until ctx ends.
func (x *script) live(ctx context.Context) {
	x.ctx, x.next = ctx, time.Now()
	x.tick, x.limit = time.NewTimer(0), time.NewTimer(0)
	defer x.tick.Stop()
	defer x.limit.Stop()
	x.limit.Stop()
	for {
		select {
		case <-ctx.Done():
			if x.state != idle {
				<-x.ended // the end of ctx has ended the run
			}
			return
		case p := <-x.changes:
			x.renew(p)
		case <-x.tick.C:
			x.due()
		case <-x.limit.C:
			x.overrun()
		case e := <-x.ended:
			x.end(e)
		}
	}
}

// due begins a run, unless one is on its way. Runs are an interval apart from
// start to start, and those that were slept through are left out.
func (x *script) due() {
	now, planned := time.Now(), x.next
	x.next = x.next.Add(x.plan.interval)
	if late := now.Sub(x.next); late >= 0 {
		x.next = x.next.Add((late/x.plan.interval + 1) * x.plan.interval)
	}
	x.tick.Reset(x.next.Sub(now))
	if x.state == running && !now.Before(x.over) {
		x.overrun()
	}
	what := "already running"
	switch x.state {
	case idle:
		if now.Sub(planned) > x.plan.interval/10 {
			planned = now
		}
		x.begin(planned)
		return
	case leaving:
		what = "being timed out"
		x.again = true
	}
	if !x.warned {
		x.warned = true
		x.opt.Log.Printf("Track script %s is %s, expect idle - skipping run", x.name, what)
	}
}

// begin begins a run. Its time is counted from when it was due, so that with a
// timeout of one interval it is over when the next one is due, and not a moment
// later.
func (x *script) begin(due time.Time) {
	var ctx context.Context
	ctx, x.cancel = context.WithCancel(x.ctx)
	x.state, x.begun, x.over, x.warned, x.again = running, due, due.Add(x.plan.timeout), false, false
	x.limit.Reset(time.Until(x.over))
	p := x.plan
	go func() {
		e := ending{err: p.err}
		if e.err == nil {
			e.status, e.err = x.opt.Run.Run(ctx, p.command, 0)
		}
		if stuck := (*notify.StuckError)(nil); errors.As(e.err, &stuck) {
			select {
			case <-stuck.Gone:
			case <-x.ctx.Done():
			}
		}
		x.ended <- e
	}()
}

// overrun ends a run that takes too long.
func (x *script) overrun() {
	select {
	case e := <-x.ended:
		x.end(e)
		return
	default:
	}
	if x.state == running {
		x.leave()
		x.result(outcome{text: "timed out", log: "timed_out"})
	}
}

// leave has the run end, whatever comes of it.
func (x *script) leave() {
	x.limit.Stop()
	x.cancel()
	x.state, x.warned = leaving, false
}

// end is the end of a run.
func (x *script) end(e ending) {
	x.limit.Stop()
	x.cancel()
	counts := x.state == running
	x.state = idle
	if counts {
		x.judge(e)
	}
	if x.again {
		x.begin(time.Now())
	}
}

// renew goes on by p. The results so far stand as long as the command is the
// same; if it is not, the first result of the new one decides.
func (x *script) renew(p plan) {
	now := time.Now()
	same, paced := x.plan.sameCommand(&p), x.plan.interval == p.interval
	x.plan = p
	x.mu.Lock()
	x.verdict.rise, x.verdict.fall = max(p.rise, 1), max(p.fall, 1)
	if !same {
		x.verdict.forget()
	}
	x.mu.Unlock()
	switch {
	case same && paced:
		return
	case same:
		x.next = x.begun.Add(p.interval)
	case x.state == idle:
		x.code = -1
		x.next = now
	default:
		x.code = -1
		x.leave()
		x.again = true
		x.next = now.Add(p.interval)
	}
	x.tick.Reset(max(x.next.Sub(now), 0))
}
