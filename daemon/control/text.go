package control

import (
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/viplab/viplab/daemon/status"
)

// Text is how a status is shown.
type Text struct {
	Color bool
	Brief bool     // a line for each instance and virtual server
	Only  []string // names of instances and virtual servers to show; empty: all
}

// Write shows st. The names of Only must be there.
func (t Text) Write(w io.Writer, st *status.Status) error {
	var b strings.Builder
	t.head(&b, st)
	for i := range st.Instances {
		in := &st.Instances[i]
		if !t.only(in.Name) {
			continue
		}
		t.title(&b, in, st.Now)
		if !t.Brief {
			t.body(&b, in, st.Now)
		}
	}
	for i := range st.VirtualServers {
		if t.only(st.VirtualServers[i].Name) {
			t.virtualServer(&b, &st.VirtualServers[i], st.Now)
		}
	}
	if len(t.Only) == 0 && !t.Brief {
		t.foot(&b, st)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write status: %w", err)
	}
	return nil
}

func (t Text) head(b *strings.Builder, st *status.Status) {
	fmt.Fprintf(b, "vipd %s, process %d, up for %s, %s loaded %s ago\n", st.Version, st.PID, span(st.Now.Sub(st.Started)), st.Config, span(st.Now.Sub(st.Loaded)))
	if st.Refused != "" {
		fmt.Fprintf(b, "%s\n", t.paint("1;31", "the configuration on disk was refused: "+st.Refused))
	}
	if st.IPVS != "" {
		fmt.Fprintf(b, "%s\n", t.paint("1;31", "virtual servers have no effect: "+st.IPVS))
	}
	for _, p := range st.Processes {
		if p.Restarts > 0 {
			fmt.Fprintf(b, "%s\n", t.paint("33", fmt.Sprintf("process %s (%d) was started again %d times, last %s ago", p.Name, p.PID, p.Restarts, span(st.Now.Sub(p.Started)))))
		}
	}
}

// title is one line about an instance.
func (t Text) title(b *strings.Builder, in *status.Instance, now time.Time) {
	state := fmt.Sprintf("%-6s", in.State)
	if c := stateColour(in.State); c != "" {
		state = t.paint(c, state)
	}
	where := in.Interface
	if in.Device != "" && in.Device != in.Interface {
		where = in.Device + " on " + in.Interface
	}
	group := ""
	if in.Group != "" {
		group = ", group " + in.Group
	}
	if !t.Brief {
		b.WriteByte('\n')
	}
	fmt.Fprintf(b, "%-16s %s for %-8s priority %-3d VRID %d on %s, VRRPv%d %s%s\n", in.Name, state, span(now.Sub(in.Since)), in.Priority.Effective, in.VRID, where, in.Version, in.Family, group)
}

func (t Text) body(b *strings.Builder, in *status.Instance, now time.Time) {
	row := func(name, format string, args ...any) {
		fmt.Fprintf(b, "  %-11s %s\n", name, fmt.Sprintf(format, args...))
	}
	if in.Cause != "" {
		row("because", "%s", in.Cause)
	}
	for _, f := range in.Faults {
		row("fault", "%s", t.paint("31", f))
	}
	if in.Maintenance {
		row("maintenance", "%s", t.paint("33", "on: `vipd maintenance off` ends it"))
	}
	row("priority", "%s", priority(&in.Priority))
	for _, a := range in.Addresses {
		row("address", "%s", address(&a))
	}
	if in.Master.IsValid() {
		row("master", "%s with priority %d", in.Master, in.MasterPriority)
	}
	row("intervals", "advert %s, Master_Down_Interval %s", seconds(in.AdvertInterval), seconds(in.MasterDown))
	if len(in.Timers) > 0 {
		row("next", "%s", list(in.Timers, func(x status.Timer) string { return fmt.Sprintf("%s in %s", x.Name, seconds(x.In)) }))
	}
	for _, p := range in.Peers {
		row("heard", "%s, priority %d, %d adverts, last %s ago", p.Address, p.Priority, p.Adverts, span(now.Sub(p.Heard)))
	}
	if text := discards(in.Discards); text != "" {
		row("discarded", "%s", text)
	}
	row("counters", "%d adverts sent, %d received; became Master %d times, released %d; %d gratuitous ARP or NA", in.Stats.AdvertsSent, in.Stats.AdvertsReceived, in.Stats.BecameMaster, in.Stats.ReleasedMaster, in.Stats.GARPSent)
}

func (t Text) foot(b *strings.Builder, st *status.Status) {
	for _, g := range st.Groups {
		fmt.Fprintf(b, "\ngroup %s: %s for %s, of %s\n", g.Name, t.paint(stateColour(g.State), g.State), span(st.Now.Sub(g.Since)), strings.Join(g.Members, ", "))
	}
	for _, x := range st.Trackers {
		state := "up"
		switch {
		case !x.Known:
			state = "not known yet"
		case !x.Up:
			state = t.paint("31", "down")
		}
		fmt.Fprintf(b, "\n%s %s: %s", x.Kind, x.Name, state)
		if x.Text != "" {
			fmt.Fprintf(b, ", %s", x.Text)
		}
	}
	if len(st.Trackers) > 0 {
		b.WriteByte('\n')
	}
	if n := st.Receive.UnknownVRID; n > 0 {
		fmt.Fprintf(b, "\n%d adverts of VRIDs that are not configured here\n", n)
	}
	if text := discards(st.Receive.Discards); text != "" {
		fmt.Fprintf(b, "discarded before they reached an instance: %s\n", text)
	}
	if l := st.Lost; l != (status.Lost{}) {
		fmt.Fprintf(b, "%s\n", t.paint("31", fmt.Sprintf("notifications lost: %d events, %d lines of pipes, %d mails", l.Events, l.Lines, l.Mails)))
	}
}

// priority is "80 = 100 - 20 (script chk: failed)".
func priority(p *status.Priority) string {
	if len(p.Parts) == 0 {
		return fmt.Sprint(p.Effective)
	}
	text := fmt.Sprintf("%d = %d", p.Effective, p.Base)
	total := p.Base
	for _, part := range p.Parts {
		total += part.Weight
		sign := "+"
		if part.Weight < 0 {
			sign = "-"
		}
		text += fmt.Sprintf(" %s %d (%s: %s)", sign, max(part.Weight, -part.Weight), part.Tracker, part.Text)
	}
	if total != p.Effective {
		text += fmt.Sprintf(", held to %d", p.Effective)
	}
	return text
}

func address(a *status.Address) string {
	text := fmt.Sprintf("%s on %s", prefix(a.Prefix), a.Interface)
	if a.Excluded {
		text += ", not in adverts"
	}
	if a.Held {
		text += ", held"
	}
	return text
}

// prefix leaves out the length of a host.
func prefix(p netip.Prefix) string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.String()
}

func discards(counts map[string]uint64) string {
	var texts []string
	for key, n := range counts {
		if n > 0 {
			texts = append(texts, fmt.Sprintf("%d %s", n, key))
		}
	}
	slices.Sort(texts)
	return strings.Join(texts, ", ")
}

func list[T any](all []T, text func(T) string) string {
	var texts []string
	for _, x := range all {
		texts = append(texts, text(x))
	}
	return strings.Join(texts, ", ")
}

// span is a time as people say it: "3m12s", "40ms".
func span(d time.Duration) string {
	switch {
	case d < time.Second:
		return max(d, 0).Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

func seconds(s float64) string { return fmt.Sprintf("%.8g s", s) }

func stateColour(state string) string {
	return map[string]string{"MASTER": "32", "BACKUP": "36", "FAULT": "1;31", "INIT": "33"}[state]
}

// paint wraps s in an SGR colour, if colours are wanted.
func (t Text) paint(colour, s string) string {
	if !t.Color || colour == "" {
		return s
	}
	return "\x1b[" + colour + "m" + s + "\x1b[0m"
}
