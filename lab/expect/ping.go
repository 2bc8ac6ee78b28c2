package expect

import (
	"fmt"

	"github.com/viplab/viplab/lab/timeline"
)

// Title implements Expectation.
func (p *Ping) Title() string {
	if p.Fails {
		return fmt.Sprintf("probe %s gets no answer", p.Probe)
	}
	return fmt.Sprintf("probe %s is answered", p.Probe)
}

func (p *Ping) judge(r *Run, w Window) []Check {
	s := r.series(p.Probe, "ping", w, func(e *timeline.Event) bool { return e.Probe.OK != p.Fails })
	d := demand{count: max(p.Count, 1), maxGap: p.MaxGap, settle: p.Settle, what: "answer"}
	if p.Fails {
		d.what = "unanswered request"
	}
	want := "at least " + count(d.count, d.what, d.what+"s")
	if d.settle {
		want += " in a row at the end"
	}
	return d.judge(Check{Want: want}, s, w)
}
