package expect

import (
	"errors"
	"fmt"
	"slices"

	"github.com/viplab/viplab/daemon/conf"
)

// ErrNoTracker says that an instance tracks nothing of a name.
var ErrNoTracker = errors.New("no such tracker of the instance or its group")

// The priorities that a tracker may leave: 0 and 255 have meanings of their own
// (RFC 3768 5.3.4).
const (
	leastPriority = 1
	mostPriority  = 254
)

// effective is the priority that the configuration promises while the trackers
// named have failed and all others are good: a weight above 0 counts while its
// tracker is good, one below 0 while it is not. The owner's is fixed.
func (ro router) effective(failed []string) (int, error) {
	trackers := ro.trackers()
	for _, name := range failed {
		if !slices.ContainsFunc(trackers, func(t conf.Track) bool { return t.Name == name }) {
			return 0, fmt.Errorf("%s of %s: %w", name, ro.inst.Name, ErrNoTracker)
		}
	}
	if ro.inst.Priority == ownerPriority {
		return ownerPriority, nil
	}
	priority := ro.inst.Priority
	for _, t := range trackers {
		good := slices.Contains(failed, t.Name) == t.Reverse
		if t.Weight > 0 == good {
			priority += t.Weight
		}
	}
	return min(max(priority, leastPriority), mostPriority), nil
}

// trackers are those of the instance and of its sync group, but for files, which
// have numbers rather than failures.
func (ro router) trackers() []conf.Track {
	i := ro.inst
	all := slices.Concat(i.TrackScripts, i.TrackInterfaces, i.TrackProcesses, i.TrackBFDs)
	for _, g := range ro.run.Configs[ro.node].SyncGroups {
		if slices.ContainsFunc(g.Members, func(m conf.Member) bool { return m.Name == i.Name }) {
			all = slices.Concat(all, g.TrackScripts, g.TrackInterfaces, g.TrackProcesses, g.TrackBFDs)
		}
	}
	return all
}

// weighed returns t with To's priority, as its trackers make it.
func (t *Takeover) weighed(to router) (*Takeover, error) {
	if t.Priority != 0 {
		return t, nil
	}
	priority, err := to.effective(t.Failed)
	weighed := *t
	weighed.Priority = priority
	return &weighed, err
}
