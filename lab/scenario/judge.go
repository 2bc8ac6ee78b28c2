package scenario

import (
	"cmp"
	"fmt"
	"regexp"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/timeline"
)

// Judge evaluates a scenario over what was recorded of its run. Each step is
// judged within its marks; a step that was not reached, or not finished, gives
// errors, never passes.
func Judge(s *Scenario, events []timeline.Event, configs map[string]*conf.Config) []expect.Check {
	run := expect.NewRun(events, configs, 0)
	if info, ok := run.Timeline().Info(); ok {
		run.Tolerance = expect.ToleranceOf(info)
	}
	windows := stepWindows(run)
	var checks []expect.Check
	for i, step := range s.Steps {
		w, ok := windows[i]
		checks = append(checks, judgeItems(run, step.Expect, fmt.Sprintf("step%d", i+1), step.Name, w, ok)...)
	}
	whole, ok := span(s, windows)
	return append(checks, judgeItems(run, s.Always, "always", "always", whole, ok)...)
}

// stepWindows finds the finished steps.
func stepWindows(run *expect.Run) map[int]expect.Window {
	begun := make(map[int]timeline.Time)
	windows := make(map[int]expect.Window)
	for _, e := range run.Timeline().Of(timeline.KindStep) {
		if e.Step.Phase == timeline.Begin {
			begun[e.Step.Index] = e.At
			continue
		}
		windows[e.Step.Index] = expect.Window{From: begun[e.Step.Index], To: e.At, Final: true}
	}
	return windows
}

// span is from the first step's begin to the last one's end; false where a step
// is missing.
func span(s *Scenario, windows map[int]expect.Window) (expect.Window, bool) {
	first, ok1 := windows[0]
	last, ok2 := windows[len(s.Steps)-1]
	return expect.Window{From: first.From, To: last.To, Final: true}, ok1 && ok2
}

// judgeItems judges a list of expectations. Every check gets an ID of its own in
// the scenario: a requirement's, or what the item calls it behind its step.
func judgeItems(run *expect.Run, items []expect.Item, prefix, step string, w expect.Window, reached bool) []expect.Check {
	var checks []expect.Check
	for _, item := range items {
		judged := []expect.Check{{
			ID: cmp.Or(item.ID, item.Word()), Title: item.Describe(), Verdict: expect.Error,
			Got: "the run ended before this step was over",
		}}
		if reached {
			judged = item.Judge(run, w)
		}
		for _, c := range judged {
			if !requirement.MatchString(c.ID) {
				c.ID = prefix + "/" + c.ID
			}
			c.Title = step + ": " + c.Title
			checks = append(checks, c)
		}
	}
	return checks
}

// requirement is the form of the IDs of RFC requirements: R3768-6.1-03.
var requirement = regexp.MustCompile(`^R\d{4}-`)
