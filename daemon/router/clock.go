package router

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/vrrp"
)

// steady reads CLOCK_MONOTONIC, which the kernel's timers are on, through package
// time: that takes no system call.
type steady struct {
	base time.Time
	at   vrrp.Instant // that base is
}

var monotonic = newSteady()

// now is the clock that deadlines are on.
func now() vrrp.Instant { return monotonic.at.Add(time.Since(monotonic.base)) }

// newSteady compares both clocks until it was not held up while it did so.
func newSteady() (best steady) {
	shortest := time.Hour
	for range 20 {
		var ts unix.Timespec
		base := time.Now()
		if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
			continue // cannot happen: the clock exists on every kernel
		}
		if span := time.Since(base); span < shortest {
			shortest = span
			best = steady{base.Add(span / 2), vrrp.Instant(ts.Nano())}
		}
	}
	return best
}
