package expect

import (
	"fmt"

	"github.com/viplab/viplab/lab/timeline"
)

// Title implements Expectation.
func (m *Master) Title() string { return fmt.Sprintf("%s is Master of VRID %d", m.Node, m.VRID) }

// Node must have advertised within three
// intervals of the window's end. Another node that advertised since Node's
// reign began is a rival until it resigned or let its next advertisement out.
func (m *Master) judge(r *Run, w Window) []Check {
	ro, err := r.router(m.Node, m.VRID)
	if err != nil {
		return unevaluated(m.Node, w, err)
	}
	c := Check{Node: m.Node, Want: fmt.Sprintf("%s alone advertises VRID %d", m.Node, m.VRID), At: w.To}
	track := ro.track().Until(w.To)
	last := track.Last(ro.sent)
	got := m.missing(r, w, last)
	if got == "" {
		got = m.rival(ro, track, last, w)
	}
	if got != "" {
		c.Verdict, c.Got = w.unmet(), got
		return []Check{c}
	}
	c.Verdict, c.At = Pass, last.At
	c.Got = fmt.Sprintf("%s with priority %d at %s s", m.Node, last.Frame.VRRP.Priority, last.At)
	return []Check{c}
}

// missing says why Node itself is not Master at the window's end.
func (m *Master) missing(r *Run, w Window, last *timeline.Event) string {
	switch {
	case last == nil:
		return m.others(r, w, m.Node+" has never advertised")
	case last.Frame.VRRP.Priority == 0:
		return m.others(r, w, fmt.Sprintf("%s resigned at %s s", m.Node, last.At))
	case w.To > silentAt(last).Add(r.Tolerance):
		return m.others(r, w, fmt.Sprintf("%s is silent since %s s", m.Node, last.At))
	}
	return ""
}

// others adds to what is said of Node who advertised last, if another did.
func (m *Master) others(r *Run, w Window, said string) string {
	last := r.index().Adverts(m.VRID).Until(w.To).Last(func(e *timeline.Event) bool {
		return e.Node != m.Node && e.Frame.VRRP.Priority > 0
	})
	if last == nil {
		return said
	}
	return fmt.Sprintf("%s; %s advertised at %s s", said, last.Node, last.At)
}

// rival says who else is, or may still be, Master at the window's end.
func (m *Master) rival(ro router, track timeline.Track, last *timeline.Event, w Window) string {
	resigned := map[string]bool{}
	judged := map[string]bool{ro.node: true}
	began := ro.reignBegan(track, last)
	for i := len(track) - 1; i >= 0 && track[i].At > began; i-- {
		e := track[i]
		if judged[e.Node] || resigned[e.Node] || !ro.concerns(e) {
			continue
		}
		if e.Frame.VRRP.Priority == 0 {
			resigned[e.Node] = true
			continue
		}
		judged[e.Node] = true
		if w.To <= e.At.Add(e.Frame.VRRP.Interval+ro.run.Tolerance) {
			return fmt.Sprintf("%s advertised too, priority %d at %s s", e.Node, e.Frame.VRRP.Priority, e.At)
		}
	}
	return ""
}

// reignBegan is when the reign of last's sender began, looked for three
// intervals back: whoever is silent for longer is no rival.
func (ro router) reignBegan(track timeline.Track, last *timeline.Event) timeline.Time {
	began := last.At
	for i := len(track) - 1; i >= 0; i-- {
		e := track[i]
		if !ro.sent(e) || e.At > began {
			continue
		}
		if e.Frame.VRRP.Priority == 0 || last.At > silentAt(e) {
			break
		}
		began = e.At
	}
	return began
}
