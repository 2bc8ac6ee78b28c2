package check

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/viplab/viplab/daemon/check/schedule"
	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/notify"
)

// grace is what a Runner gives commands between SIGTERM and SIGKILL if it is not
// told otherwise.
const grace = 2 * time.Second

// misc is MISC_CHECK: a command succeeds.
type misc struct {
	probe   *conf.MiscProbe
	command notify.Command
}

func newMisc(ch *conf.Checker, p *conf.MiscProbe, accounts *notify.Accounts) (kind, error) {
	label := "MISC_CHECK " + p.Command.Line
	c, err := accounts.Command(label, label, &p.Command)
	c.Discard = true // as in keepalived: it runs too often for a log
	return misc{p, c}, err
}

func (m misc) begin(l *loop, c *checker) {
	limit := m.probe.Timeout
	if limit <= 0 {
		limit = c.spec.Checker.DelayLoop
	}
	// The loop's timer ends the command: it is more exact than the runner's.
	overrun := new(atomic.Bool)
	c.private = overrun
	l.run(c, func(ctx context.Context) verdict {
		status, err := l.opt.Run.Run(ctx, m.command, 0)
		if overrun.Load() && errors.Is(err, context.Canceled) {
			err = notify.ErrTimeout
		}
		if stuck := (*notify.StuckError)(nil); errors.As(err, &stuck) {
			// It is not run a second time as long as it is there.
			select {
			case <-stuck.Gone:
			case <-l.ctx.Done():
			}
		}
		return m.judge(status, err)
	})
	l.alarms.set(c, c.began+limit)
}

func (misc) ready(*loop, *checker, uint32) {}

// expire ends the command. That counts when it has ended. The runner kills one that
// takes no notice, by a timer of Go's, which is late by up to a millisecond unless
// Go is awake: so the loop wakes up a moment after that.
func (misc) expire(l *loop, c *checker) {
	overrun := c.private.(*atomic.Bool)
	if overrun.Swap(true) {
		l.alarms.remove(c)
		return
	}
	l.alarms.set(c, l.now()+grace+50*time.Microsecond)
	c.cancel()
}

// judge is what the end of the command comes to.
func (m misc) judge(s notify.Status, err error) verdict {
	switch {
	case errors.Is(err, notify.ErrTimeout):
		return failed("timed out")
	case errors.Is(err, notify.ErrBusy), errors.Is(err, notify.ErrLauncher), errors.Is(err, notify.ErrClosed):
		return impossible(err.Error())
	case err != nil:
		return failed("cannot be run: " + oneLine(err.Error()))
	case s.Signal != 0:
		return failed(fmt.Sprintf("due to signal %d", int(s.Signal)))
	case s.Code == 0:
		return passed
	case m.probe.Dynamic && s.Code >= 2:
		return verdict{outcome: schedule.Pass, weight: weight{given: true, absolute: true, value: s.Code - 2}}
	}
	return failed(fmt.Sprintf("exited with status %d", s.Code))
}
