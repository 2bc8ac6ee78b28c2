package expect

import (
	"fmt"

	"github.com/viplab/viplab/lab/timeline"
)

// Title implements Expectation.
func (p *Process) Title() string {
	if p.Running {
		return fmt.Sprintf("%s runs on %s", p.Service, p.Node)
	}
	return fmt.Sprintf("%s does not run on %s", p.Service, p.Node)
}

func (p *Process) judge(r *Run, w Window) []Check {
	running := r.index().Running(p.Node, p.Service, w.To)
	c := Check{Node: p.Node, Want: "not running", Got: p.got(r, w, running), Verdict: w.unmet(), At: w.To}
	if p.Running {
		c.Want = "running"
	}
	if p.Running == (len(running) > 0) {
		c.Verdict = Pass
	}
	return []Check{c}
}

func (p *Process) got(r *Run, w Window, running timeline.Track) string {
	if len(running) > 0 {
		first := running[0]
		return fmt.Sprintf("running since %s s, process %d", first.At, first.Process.PID)
	}
	ended := r.index().OfNode(timeline.KindProcess, p.Node).Until(w.To).Last(func(e *timeline.Event) bool {
		return e.Process.Service == p.Service
	})
	switch {
	case ended == nil:
		return "never started"
	case ended.Process.Signal != "":
		return fmt.Sprintf("ended by %s at %s s", ended.Process.Signal, ended.At)
	}
	return fmt.Sprintf("ended with status %d at %s s", ended.Process.Status, ended.At)
}
