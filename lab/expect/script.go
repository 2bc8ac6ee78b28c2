package expect

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/lab/timeline"
)

// ErrNoScript says that a configuration has no vrrp_script of a name.
var ErrNoScript = errors.New("no such vrrp_script in the configuration")

// scriptRun is how long a script may take to give its result: it is a process
// or two to start.
const scriptRun = 100 * time.Millisecond

// Title implements Expectation.
func (s *Script) Title() string {
	if s.Up {
		return fmt.Sprintf("script %s of %s succeeds in time after %s", s.Name, s.Node, s.After)
	}
	return fmt.Sprintf("script %s of %s fails in time after %s", s.Name, s.Node, s.After)
}

func (r *Run) script(node, name string) (*conf.Script, error) {
	cfg := r.Configs[node]
	if cfg == nil {
		return nil, fmt.Errorf("%w of %s", ErrNoConfig, node)
	}
	for _, s := range cfg.Scripts {
		if s.Name == name {
			return s, nil
		}
	}
	return nil, fmt.Errorf("%s of %s: %w", name, node, ErrNoScript)
}

// scriptPromise is how long a script needs to notice: fall (or rise) results in
// a row, of which the first comes at any time within an interval.
func scriptPromise(s *conf.Script, up bool) promise {
	n := s.Fall
	if up {
		n = s.Rise
	}
	return promise{span: time.Duration(n-1) * s.Interval, late: s.Interval + scriptRun}
}

func (s *Script) judge(r *Run, w Window) []Check {
	script, err := r.script(s.Node, s.Name)
	if err != nil {
		return unevaluated(s.Node, w, err)
	}
	p := scriptPromise(script, s.Up)
	c := Check{Node: s.Node, Verdict: w.unmet(), At: w.To}
	cause := s.cause(r, w)
	if cause == nil {
		c.Want, c.Got = "a result in time", s.After+" has not happened"
		return []Check{c}
	}
	c.Want = p.describe(r.Tolerance, s.After)
	p.early = s.lasted(r, w, cause)
	phrase := fmt.Sprintf("VRRP_Script(%s) %s", s.Name, map[bool]string{true: "succeeded", false: "failed"}[s.Up])
	said := r.index().OfNode(timeline.KindLog, s.Node).Between(cause.At.Add(-p.early), w.To).First(func(e *timeline.Event) bool {
		return strings.Contains(e.Log.Text, phrase)
	})
	if said == nil {
		c.Got = fmt.Sprintf("not logged: %q", phrase)
		if w.over(p.deadline(cause.At, r.Tolerance)) {
			c.Verdict = Fail
		}
		return []Check{c}
	}
	d := said.At.Sub(cause.At)
	c.Verdict, c.At, c.Got = Fail, said.At, seconds(d)
	if p.holds(d, r.Tolerance) {
		c.Verdict = Pass
	}
	return []Check{c}
}

// cause is the last event in w of the process that changes the result: the
// beginning of a service that is to be found up, else the end of a service or a
// command.
func (s *Script) cause(r *Run, w Window) *timeline.Event {
	services := r.index().OfNode(timeline.KindProcess, s.Node).Between(w.From, w.To)
	of := func(phase timeline.Phase) *timeline.Event {
		return services.Last(func(e *timeline.Event) bool {
			return e.Process.Service == s.After && e.Process.Phase == phase
		})
	}
	if end := of(timeline.End); end != nil {
		return end
	}
	if s.Up {
		return of(timeline.Begin)
	}
	return nil
}

// lasted is how long a command took that w has seen from its beginning: what it
// changed, it changed meanwhile.
func (s *Script) lasted(r *Run, w Window, end *timeline.Event) time.Duration {
	if end.Process.Phase != timeline.End {
		return 0
	}
	begin := r.index().OfNode(timeline.KindProcess, s.Node).Between(w.From, end.At).Last(func(e *timeline.Event) bool {
		return e.Process.Phase == timeline.Begin && e.Process.PID == end.Process.PID
	})
	if begin == nil {
		return 0
	}
	return end.At.Sub(begin.At)
}
