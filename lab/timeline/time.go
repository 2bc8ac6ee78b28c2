package timeline

import (
	"fmt"
	"strconv"
	"strings"
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
	sign, n := "", uint64(t)
	if t < 0 {
		sign, n = "-", -n
	}
	return fmt.Appendf(nil, "%s%d.%09d", sign, n/1e9, n%1e9), nil
}

// UnmarshalJSON reads seconds, exactly where MarshalJSON wrote them, else
// rounded to the nanosecond.
func (t *Time) UnmarshalJSON(b []byte) error {
	if v, ok := parseDecimal(string(b)); ok {
		*t = v
		return nil
	}
	s, err := strconv.ParseFloat(string(b), 64)
	if err != nil {
		return fmt.Errorf("read time %q: %w", b, err)
	}
	const limit = 9e9 // seconds: what an int64 of nanoseconds holds, rounded down
	if !(s > -limit && s < limit) {
		return fmt.Errorf("read time %q: %w", b, strconv.ErrRange)
	}
	*t = Time(s*1e9 + 0.5)
	if s < 0 {
		*t = Time(s*1e9 - 0.5)
	}
	return nil
}

// parseDecimal reads the form that MarshalJSON writes without going through a
// float: a stored run must give back the very instants it was judged by.
func parseDecimal(s string) (Time, bool) {
	digits, negative := strings.CutPrefix(s, "-")
	whole, frac, ok := strings.Cut(digits, ".")
	if !ok || len(frac) != 9 || whole == "" || strings.ContainsAny(digits, "+-eE_") {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+frac, 10, 64)
	if err != nil {
		return 0, false
	}
	if negative {
		n = -n
	}
	return Time(n), true
}
