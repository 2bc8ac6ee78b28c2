package timeline

import (
	"fmt"
	"strconv"
	"time"
)

// Time is an instant on a lab's clock: nanoseconds since the lab began.
//
// It is the lab kernel's CLOCK_MONOTONIC less its reading at the start, so that
// it counts guest time in a guest and never steps. JSON writes it as seconds
// with nine decimals, which float64 readers keep exact for runs of up to a month.
type Time int64

// Sub returns the span from u to t.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t - u) }

// Add returns t shifted by d.
func (t Time) Add(d time.Duration) Time { return t + Time(d) }

// Seconds returns t in seconds.
func (t Time) Seconds() float64 { return time.Duration(t).Seconds() }

// String writes t as seconds, to the microsecond: "12.003456".
func (t Time) String() string { return strconv.FormatFloat(t.Seconds(), 'f', 6, 64) }

// MarshalJSON writes seconds with nine decimals.
func (t Time) MarshalJSON() ([]byte, error) {
	sign, n := "", int64(t)
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Appendf(nil, "%s%d.%09d", sign, n/1e9, n%1e9), nil
}

// UnmarshalJSON reads seconds as MarshalJSON writes them.
func (t *Time) UnmarshalJSON(b []byte) error {
	s, err := strconv.ParseFloat(string(b), 64)
	if err != nil {
		return fmt.Errorf("read time %q: %w", b, err)
	}
	if s < 0 {
		*t = Time(s*1e9 - 0.5)
		return nil
	}
	*t = Time(s*1e9 + 0.5)
	return nil
}
