package expect

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/viplab/viplab/lab/timeline"
)

// Title implements Expectation.
func (h *HTTP) Title() string {
	switch {
	case h.Fails:
		return fmt.Sprintf("requests of %s fail", h.Probe)
	case len(h.Share) > 0:
		return fmt.Sprintf("%s is answered %s", h.Probe, h.shares())
	case h.Body != "":
		return fmt.Sprintf("%s is answered %q", h.Probe, h.Body)
	case h.Same:
		return fmt.Sprintf("%s is answered the same throughout", h.Probe)
	}
	return fmt.Sprintf("%s is answered", h.Probe)
}

func (h *HTTP) judge(r *Run, w Window) []Check {
	s := r.series(h.Probe, "http", w, h.good)
	d := demand{count: h.count(), maxGap: h.MaxGap, settle: h.Settle, what: "answer"}
	if h.Fails {
		d.what = "failed request"
	}
	checks := d.judge(Check{Want: h.want(d)}, s, w)
	if len(h.Share) > 0 {
		checks = append(checks, h.share(s, d.count, w))
	}
	if h.Same {
		checks = append(checks, h.same(s, d.count, w))
	}
	return checks
}

// same wants one body of the good answers; with Settle, of the latest n.
func (h *HTTP) same(s series, n int, w Window) Check {
	answers := h.latest(s, n)
	got := map[string]int{}
	for _, e := range answers {
		got[e.Probe.Body]++
	}
	c := Check{Title: "one body", At: w.To, Verdict: w.unmet(), Want: "all the same", Got: tally(answers, got)}
	switch {
	case len(got) == 1 && len(answers) >= n:
		c.Verdict = Pass
	case len(got) > 1 && !h.Settle:
		c.Verdict = Fail
	}
	return c
}

// latest is the good answers, with Settle the latest n since all are good.
func (h *HTTP) latest(s series, n int) timeline.Track {
	if !h.Settle {
		return filter(s.answers, s.good)
	}
	answers := s.settled().answers
	return answers[max(0, len(answers)-n):]
}

// tally says how many answers there are of each body.
func tally(answers timeline.Track, got map[string]int) string {
	var parts []string
	for _, body := range slices.Sorted(maps.Keys(got)) {
		parts = append(parts, fmt.Sprintf("%q %d", body, got[body]))
	}
	return fmt.Sprintf("%d answers: %s", len(answers), strings.Join(parts, " : "))
}

// good reports whether an answer is one that h expects.
func (h *HTTP) good(e *timeline.Event) bool {
	p := e.Probe
	if h.Fails || !p.OK {
		return p.OK != h.Fails
	}
	if h.Body != "" {
		return p.Body == h.Body
	}
	_, shared := h.Share[p.Body]
	return shared || len(h.Share) == 0
}

// shareRounds is how many rounds of a share an unset Count asks for: fewer
// could not tell 2:1 from 1:1, since each count may be off by one.
const shareRounds = 4

func (h *HTTP) count() int {
	if h.Count > 0 {
		return h.Count
	}
	return max(1, shareRounds*h.total())
}

func (h *HTTP) total() int {
	n := 0
	for _, share := range h.Share {
		n += share
	}
	return n
}

func (h *HTTP) want(d demand) string {
	want := "at least " + count(d.count, d.what, d.what+"s")
	if h.Body != "" {
		want += fmt.Sprintf(" %q", h.Body)
	}
	if len(h.Share) > 0 {
		want += " of " + quoted(slices.Sorted(maps.Keys(h.Share)))
	}
	if d.settle {
		want += " in a row at the end"
	}
	return want
}

func (h *HTTP) shares() string {
	var parts []string
	for _, body := range slices.Sorted(maps.Keys(h.Share)) {
		parts = append(parts, fmt.Sprintf("%q %d", body, h.Share[body]))
	}
	return strings.Join(parts, " : ")
}

// share holds the good answers to their ratio: each body's count is off by at
// most 1. With Settle only the latest n count, since a server that has come
// back takes its share from then on.
func (h *HTTP) share(s series, n int, w Window) Check {
	answers := h.latest(s, n)
	got := map[string]int{}
	for body := range h.Share {
		got[body] = 0
	}
	for _, e := range answers {
		got[e.Probe.Body]++
	}
	c := Check{
		Title: "shares", At: w.To, Verdict: w.unmet(),
		Want: h.shares() + ", each off by at most 1",
	}
	right := len(answers) >= n
	total := h.total()
	for body := range h.Share {
		off := got[body]*total - len(answers)*h.Share[body] // times total, to stay whole
		right = right && off <= total && -off <= total
	}
	c.Got = tally(answers, got)
	if right {
		c.Verdict = Pass
	}
	return c
}
