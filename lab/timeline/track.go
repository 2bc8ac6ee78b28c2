package timeline

import "sort"

// Track is events in order of time.
type Track []*Event

// insert puts e where its time belongs, behind what has the same time and came
// before. Events are nearly in order, so the search starts at the end.
func (t Track) insert(e *Event) Track {
	t = append(t, e)
	i := len(t) - 1
	for ; i > 0 && after(t[i-1], e); i-- {
		t[i] = t[i-1]
	}
	t[i] = e
	return t
}

func after(a, b *Event) bool {
	if a.At != b.At {
		return a.At > b.At
	}
	return a.Seq > b.Seq
}

// Between returns the events with from <= t <= to.
func (t Track) Between(from, to Time) Track {
	lo := sort.Search(len(t), func(i int) bool { return t[i].At >= from })
	hi := lo + sort.Search(len(t)-lo, func(i int) bool { return t[lo+i].At > to })
	return t[lo:hi:hi]
}

// Until returns the events with t <= to.
func (t Track) Until(to Time) Track {
	n := sort.Search(len(t), func(i int) bool { return t[i].At > to })
	return t[:n:n]
}

// Before returns the events with t < at.
func (t Track) Before(at Time) Track {
	n := sort.Search(len(t), func(i int) bool { return t[i].At >= at })
	return t[:n:n]
}

// Last returns the latest event that match accepts, or nil.
func (t Track) Last(match func(*Event) bool) *Event {
	for i := len(t) - 1; i >= 0; i-- {
		if match(t[i]) {
			return t[i]
		}
	}
	return nil
}

// First returns the earliest event that match accepts, or nil.
func (t Track) First(match func(*Event) bool) *Event {
	for _, e := range t {
		if match(e) {
			return e
		}
	}
	return nil
}
