package track

import (
	"context"
	"errors"
	"fmt"

	"github.com/viplab/viplab/daemon/notify"
	"github.com/viplab/viplab/daemon/vrrp"
)

// outcome is what a run of a script came to.
type outcome struct {
	good bool
	text string // in words: "failed with status 1"
	log  string // as keepalived logs it: "failed (exited with status 1)"
}

// judge counts the end of a run that ended by itself or could not begin.
func (x *script) judge(e ending) {
	switch {
	case e.err == nil:
		x.said = ""
		if e.status.Signal == 0 {
			if x.code >= 0 && x.code != e.status.Code {
				x.opt.Log.Printf("Script `%s` now returning %d", x.name, e.status.Code)
			}
			x.code = e.status.Code
		}
		x.result(outcomeOf(e.status))
	case x.ctx.Err() != nil, errors.Is(e.err, context.Canceled):
	case errors.Is(e.err, notify.ErrLauncher), errors.Is(e.err, notify.ErrBusy), errors.Is(e.err, notify.ErrClosed):
		x.complain(e.err) // it says nothing of what the script looks at
	default:
		x.complain(e.err)
		x.result(outcome{text: "cannot be run", log: "failed (cannot be run)"})
	}
}

func outcomeOf(s notify.Status) outcome {
	switch {
	case s.Signal != 0:
		return outcome{false, fmt.Sprintf("failed by signal %d", s.Signal), fmt.Sprintf("failed (due to signal %d)", s.Signal)}
	case s.Code != 0:
		return outcome{false, fmt.Sprintf("failed with status %d", s.Code), fmt.Sprintf("failed (exited with status %d)", s.Code)}
	}
	return outcome{true, "succeeded", "succeeded"}
}

// complain logs why the script cannot be run, once.
func (x *script) complain(err error) {
	if text := err.Error(); text != x.said {
		x.said = text
		x.opt.Log.Printf("VRRP_Script(%s): %s", x.name, text)
	}
}

// result counts a result.
func (x *script) result(o outcome) {
	x.mu.Lock()
	turned := x.verdict.add(o.good)
	x.text = o.text
	if v := &x.verdict; v.against > 0 {
		need := v.fall
		if o.good {
			need = v.rise
		}
		x.text = fmt.Sprintf("%s, %d of %d", o.text, v.against, need)
	}
	x.mu.Unlock()
	if turned {
		x.opt.Log.Printf("VRRP_Script(%s) %s", x.name, o.log)
	}
	x.report(turned)
}

// report tells the state, if it is new.
func (x *script) report(new bool) {
	if !new {
		return
	}
	r := x.now()
	x.mu.Lock()
	x.reported = r
	x.mu.Unlock()
	x.opt.Report(r)
}

// now is the state with the last result in words.
func (x *script) now() vrrp.Result {
	x.mu.Lock()
	defer x.mu.Unlock()
	r := vrrp.Result{Tracker: x.tracker(), Known: x.verdict.known, Up: x.verdict.known && x.verdict.up, Text: x.text}
	if !r.Known && x.reported.Known {
		return x.reported // the command is another one now, and has said nothing yet
	}
	return r
}

// told is what was reported last.
func (x *script) told() vrrp.Result {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.reported
}
