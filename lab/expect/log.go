package expect

import (
	"fmt"
	"strings"

	"github.com/viplab/viplab/lab/timeline"
)

// Title implements Expectation.
func (l *Log) Title() string {
	verb := "logs"
	if l.Never {
		verb = "never logs"
	}
	title := fmt.Sprintf("%s %s %q", l.Node, verb, l.Phrase)
	if l.Facility != "" {
		title += " to " + l.Facility
	}
	return title
}

// A daemon that logs to its output and to syslog
// says each line twice; the source that has most of them counts.
func (l *Log) judge(r *Run, w Window) []Check {
	bySource, n := map[string]int{}, 0
	var last *timeline.Event
	for _, e := range r.index().OfNode(timeline.KindLog, l.Node).Between(w.From, w.To) {
		if strings.Contains(e.Log.Text, l.Phrase) && (l.Facility == "" || e.Log.Facility == l.Facility) {
			bySource[e.Log.Source]++
			n, last = max(n, bySource[e.Log.Source]), e
		}
	}
	c := Check{Node: l.Node, Want: l.want(), Got: count(n, "line", "lines"), At: w.To}
	if last != nil {
		c.At = last.At
		c.Got = fmt.Sprintf("%s, last at %s s: %s", c.Got, last.At, last.Log.Text)
	}
	c.Verdict = l.verdict(n, w)
	return []Check{c}
}

func (l *Log) verdict(n int, w Window) Verdict {
	switch {
	case l.Never && n > 0, l.Count > 0 && n > l.Count:
		return Fail
	case l.Never, n > 0 && n >= l.Count:
		return Pass
	}
	return w.unmet()
}

func (l *Log) want() string {
	switch {
	case l.Never:
		return "no line with " + fmt.Sprintf("%q", l.Phrase)
	case l.Count > 0:
		return fmt.Sprintf("%s with %q", count(l.Count, "line", "lines"), l.Phrase)
	}
	return fmt.Sprintf("a line with %q", l.Phrase)
}
