package control

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/viplab/viplab/daemon/status"
)

// only reports whether what has name is to be shown.
func (t Text) only(name string) bool { return len(t.Only) == 0 || slices.Contains(t.Only, name) }

// virtualServer shows a virtual server with its real servers: one line each, and
// one for each checker.
func (t Text) virtualServer(b *strings.Builder, v *status.VirtualServer, now time.Time) {
	if !t.Brief {
		b.WriteByte('\n')
	}
	state := t.mark(v.Up, "UP  ", "DOWN")
	fmt.Fprintf(b, "%-26s %s weight %d of a quorum of %s, %s, %s", v.Name, state, v.Weight, quorum(v), v.Scheduler, v.Forward)
	if v.Sorry != nil && v.Sorry.Active {
		fmt.Fprintf(b, ", %s", t.paint("33", "sorry server "+v.Sorry.Name+" stands in"))
	}
	if v.Suspended {
		fmt.Fprintf(b, ", %s", t.paint("33", "checks are suspended"))
	}
	b.WriteByte('\n')
	if t.Brief {
		return
	}
	for _, k := range v.Services {
		if !k.Present {
			fmt.Fprintf(b, "  %s\n", t.paint("31", k.Name+" is not in the kernel"))
		}
	}
	for i := range v.Servers {
		t.realServer(b, &v.Servers[i], now)
	}
}

func quorum(v *status.VirtualServer) string {
	if v.Hysteresis == 0 {
		return fmt.Sprint(v.Quorum)
	}
	return fmt.Sprintf("%d±%d", v.Quorum, v.Hysteresis)
}

func (t Text) realServer(b *strings.Builder, r *status.RealServer, now time.Time) {
	fmt.Fprintf(b, "  %-28s %s weight %s", r.Name, t.mark(r.Alive, "up  ", "down"), weight(r))
	if k := r.Kernel; k != nil {
		fmt.Fprintf(b, ", %d active and %d inactive connections, %d in all, %d bytes in, %d out", k.Active, k.Inactive, k.Connections, k.BytesIn, k.BytesOut)
	}
	b.WriteByte('\n')
	for i := range r.Checkers {
		fmt.Fprintf(b, "    %-12s %s\n", r.Checkers[i].Kind, t.checker(&r.Checkers[i], now))
	}
}

// weight is "2", "10 (2 in the configuration)" or "2 (0 in the kernel)".
func weight(r *status.RealServer) string {
	text := fmt.Sprint(r.Weight)
	if r.Weight != r.Configured {
		text += fmt.Sprintf(" (%d in the configuration)", r.Configured)
	}
	switch {
	case r.Kernel == nil:
		text += ", not in the kernel's pool"
	case r.Kernel.Weight != r.Weight:
		text += fmt.Sprintf(" (%d in the kernel)", r.Kernel.Weight)
	}
	return text
}

// checker is a checker's last result, its age, and when the next is due.
func (t Text) checker(c *status.Checker, now time.Time) string {
	text := t.mark(c.Up, "up", "down")
	switch {
	case !c.Known:
		text += " is believed, there is no result yet"
	case c.Reason != "" && c.Up:
		text += ", though the last check failed: " + c.Reason
	case c.Reason != "":
		text += ": " + c.Reason
	}
	if !c.Last.IsZero() {
		text += fmt.Sprintf(", last checked %s ago in %s", span(now.Sub(c.Last)), seconds(c.Took))
	}
	if c.Failures > 0 {
		text += fmt.Sprintf(", %d failures in a row", c.Failures)
	}
	if c.Next.After(now) {
		text += ", next in " + seconds(c.Next.Sub(now).Seconds())
	}
	return text
}

// mark is one of two words, the second in red.
func (t Text) mark(well bool, yes, no string) string {
	if well {
		return t.paint("32", yes)
	}
	return t.paint("31", no)
}
