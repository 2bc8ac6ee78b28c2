package expect

import (
	"fmt"
	"strings"

	"github.com/viplab/viplab/lab/timeline"
)

// Title implements Expectation.
func (f *File) Title() string {
	return fmt.Sprintf("%s of %s gets %s", f.Path, f.Node, quoted(f.Lines))
}

func (f *File) judge(r *Run, w Window) []Check {
	written := filter(r.index().OfNode(timeline.KindFile, f.Node).Between(w.From, w.To), f.concerns)
	c := Check{Node: f.Node, Want: "lines with " + quoted(f.Lines), Got: describeLines(written), Verdict: w.unmet(), At: w.To}
	if f.Only {
		c.Want = "only " + c.Want
	}
	next := 0
	for _, e := range written {
		if next < len(f.Lines) && strings.Contains(e.File.Text, f.Lines[next]) {
			next++
			c.At = e.At
		}
	}
	switch {
	case next < len(f.Lines):
		c.At = w.To
		c.Got = fmt.Sprintf("missing %q; %s", f.Lines[next], c.Got)
	case f.Only && len(written) > next:
		c.Verdict, c.At = Fail, written[len(written)-1].At
	default:
		c.Verdict = Pass
	}
	return []Check{c}
}

// concerns reports whether a line of the file holds any of the texts.
func (f *File) concerns(e *timeline.Event) bool {
	if e.File.Path != f.Path {
		return false
	}
	for _, text := range f.Lines {
		if strings.Contains(e.File.Text, text) {
			return true
		}
	}
	return false
}

func describeLines(written timeline.Track) string {
	if len(written) == 0 {
		return "no such line"
	}
	texts := make([]string, len(written))
	for i, e := range written {
		texts[i] = fmt.Sprintf("%q", e.File.Text)
	}
	return list(texts, 6)
}
