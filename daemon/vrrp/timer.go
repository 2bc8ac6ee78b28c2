package vrrp

import "time"

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
