package expect

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/viplab/viplab/lab/timeline"
)

// Changes of a server that the daemon logs, by their first words.
var (
	takenOut = []string{"Removing service ", "Disabling service "}
	putIn    = []string{"Adding service ", "Enabling service "}
)

// change is a server that left, or returned.
type change struct {
	at timeline.Time
	up bool
	// late is how much later is right too.
	late time.Duration
}

// logged are the changes that the daemon logged since from.
func (s *subject) logged(from, to timeline.Time) []change {
	var found []change
	source := ""
	for _, e := range s.run.index().OfNode(timeline.KindLog, s.Node).Between(from, to) {
		for up, words := range map[bool][]string{false: takenOut, true: putIn} {
			for _, word := range words {
				if !strings.Contains(e.Log.Text, word+s.name()) {
					continue
				}
				// A daemon that logs to its output and to syslog says each line twice.
				if source == "" {
					source = e.Log.Source
				}
				if source == e.Log.Source {
					found = append(found, change{at: e.At, up: up})
				}
			}
		}
	}
	return found
}

// tabled are the changes of the kernel's table since from. The first appearance of
// a server that is there from the start is none.
func (s *subject) tabled(from, to timeline.Time, there bool) []change {
	var found []change
	known, was := !there, false
	for _, e := range s.run.index().OfNode(timeline.KindIPVS, s.Node).Between(from, to) {
		row := e.IPVS
		if row.Destination != s.server.Address.String() {
			continue
		}
		in := row.Change != timeline.Deleted && row.Weight > 0
		if in != was && (known || !in) {
			found = append(found, change{at: e.At, up: in})
		}
		known, was = true, in
	}
	return found
}

// compare holds the changes that were seen against those that must follow from
// the checks' results.
func (s *subject) compare(want, got []change, late time.Duration, w Window) Check {
	c := Check{Want: describeChanges(want) + fmt.Sprintf(", each at most %s later", short(late)), Got: describeChanges(got), Verdict: Pass, At: w.To}
	for i := range max(len(want), len(got)) {
		switch {
		case i >= len(got):
			c.At = want[i].at
			deadline := want[i].at.Add(want[i].late + late)
			if deadline >= w.To {
				continue // it may yet come
			}
			c.Verdict = Pending
			if w.over(deadline) {
				c.Verdict = Fail
			}
			return c
		case i >= len(want):
			c.Verdict, c.At = Fail, got[i].at
			return c
		}
		off := got[i].at.Sub(want[i].at)
		if got[i].up != want[i].up || off < -s.run.Tolerance || off > want[i].late+late {
			c.Verdict, c.At = Fail, got[i].at
			return c
		}
	}
	return c
}

func describeChanges(changes []change) string {
	if len(changes) == 0 {
		return "no change"
	}
	texts := make([]string, len(changes))
	for i, c := range changes {
		texts[i] = fmt.Sprintf("%s at %s s", map[bool]string{true: "in", false: "out"}[c.up], c.at)
	}
	return strings.Join(slices.Clip(texts), ", ")
}
