package vrrp

import (
	"cmp"
	"slices"
	"time"
)

// Instant is a reading of a clock that never steps, in nanoseconds.
type Instant int64

// Add returns t later by d.
func (t Instant) Add(d time.Duration) Instant { return t + Instant(d) }

// Sub returns the span from u to t.
func (t Instant) Sub(u Instant) time.Duration { return time.Duration(t - u) }

// timer is a moment that may come.
type timer struct {
	at Instant
	on bool
}

func (t *timer) set(at Instant)       { *t = timer{at, true} }
func (t *timer) stop()                { t.on = false }
func (t *timer) due(now Instant) bool { return t.on && t.at <= now }
func (t timer) earlier(u timer) timer {
	if t.on && (!u.on || t.at < u.at) {
		return t
	}
	return u
}

// passed reports whether something may be done at now that is not to be done
// more often than once in span, and takes it for done.
func (t *timer) passed(now Instant, span time.Duration) bool {
	if t.on && now < t.at {
		return false
	}
	t.set(now.Add(span))
	return true
}

// Timer is something of a Machine that will happen.
type Timer struct {
	Name string // "advert", "master down", "preempt delay", "gratuitous ARP", ...
	At   Instant
}

// Timers returns the timers that run, the next first.
func (m *Machine) Timers() []Timer {
	var list []Timer
	for _, t := range []struct {
		name string
		timer
	}{
		{"advert", m.adver}, {"master down", m.down}, {"preempt delay", m.preempt}, {"another owner", m.rival}, {"answer to a lower priority", m.owed},
		{"gratuitous ARP", m.second}, {"gratuitous ARP after a lower priority", m.lower}, {"gratuitous ARP refresh", m.refresh},
	} {
		if t.on {
			list = append(list, Timer{t.name, t.at})
		}
	}
	slices.SortStableFunc(list, func(a, b Timer) int { return cmp.Compare(a.At, b.At) })
	return list
}
