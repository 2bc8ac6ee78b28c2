package vrrp

import (
	"slices"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/status"
)

// Tracking works out the effective priority of one instance and whether it is
// fit, from what it tracks itself, what its sync group tracks, and other causes.
type Tracking struct {
	base   int
	list   []tracked
	causes []cause
}

// cause is something else that makes an instance unfit.
type cause struct{ name, text string }

// The limits of an effective priority that is not the owner's.
const (
	leastPriority = 1
	mostPriority  = owner - 1
)

// NewTracking returns the tracking of i, without any result. g is its sync
// group, nil for none.
func NewTracking(i *conf.Instance, g *conf.SyncGroup) *Tracking {
	t := &Tracking{base: i.Priority, list: trackedBy(i.TrackInterfaces, i.TrackScripts, i.TrackFiles, i.TrackProcesses, i.TrackBFDs)}
	if g != nil {
		t.share(trackedBy(g.TrackInterfaces, g.TrackScripts, g.TrackFiles, g.TrackProcesses, g.TrackBFDs))
	}
	return t
}

// share adds the trackers of the group. One that the instance has as well counts
// once: with the group's weight, unless for the instance it means Fault.
func (t *Tracking) share(list []tracked) {
	for _, x := range list {
		n := slices.IndexFunc(t.list, func(y tracked) bool { return y.Tracker == x.Tracker })
		switch {
		case n < 0:
			t.list = append(t.list, x)
		case t.list[n].weight != 0:
			t.list[n].weight, t.list[n].reverse = x.weight, x.reverse
		}
	}
}

// Report takes a result, and reports whether it concerns the instance and
// differs from the last one of the same tracker.
func (t *Tracking) Report(r Result) (changed bool) {
	for n := range t.list {
		if x := &t.list[n]; x.Tracker == r.Tracker && x.last != r {
			x.last, changed = r, true
		}
	}
	return changed
}

// Set takes or lifts (bad false) a cause that no tracker sees: "link", "address",
// "maintenance". text says it in words.
func (t *Tracking) Set(name, text string, bad bool) (changed bool) {
	n := slices.IndexFunc(t.causes, func(c cause) bool { return c.name == name })
	switch {
	case !bad && n >= 0:
		t.causes = slices.Delete(t.causes, n, n+1)
	case bad && n < 0:
		t.causes = append(t.causes, cause{name, text})
	case bad && t.causes[n].text != text:
		t.causes[n].text = text
	default:
		return false
	}
	return true
}

// Priority returns the effective priority: that of the configuration with what
// the trackers add, 1..254; the owner's is 255 always.
func (t *Tracking) Priority() int {
	if t.base == owner {
		return owner
	}
	sum := t.base
	for n := range t.list {
		sum += t.list[n].adds()
	}
	return max(leastPriority, min(sum, mostPriority))
}

// Fault returns the first reason why the instance is unfit, "" for none.
func (t *Tracking) Fault() string {
	if list := t.Faults(); len(list) > 0 {
		return list[0]
	}
	return ""
}

// Faults returns all reasons why the instance is unfit.
func (t *Tracking) Faults() []string {
	var out []string
	for _, c := range t.causes {
		out = append(out, c.text)
	}
	for n := range t.list {
		if x := &t.list[n]; x.bad() {
			out = append(out, x.reason())
		}
	}
	return out
}

// Parts returns what each tracker adds to the priority, those of weight 0 too.
func (t *Tracking) Parts() []status.Part {
	out := make([]status.Part, 0, len(t.list))
	for n := range t.list {
		x := &t.list[n]
		part := status.Part{Tracker: x.String(), Text: x.text()}
		if t.base != owner {
			part.Weight = x.adds()
		}
		out = append(out, part)
	}
	return out
}

// Ready reports whether all scripts of weight 0 have had a result. Until then
// the instance is not to be started: it is neither fit nor in Fault.
func (t *Tracking) Ready() bool {
	return !slices.ContainsFunc(t.list, func(x tracked) bool { return x.Kind == Script && x.weight == 0 && !x.last.Known })
}
