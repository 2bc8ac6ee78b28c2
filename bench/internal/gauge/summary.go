package gauge

import (
	"fmt"
	"slices"
	"time"
)

// Summary is what many measured times come to.
type Summary struct {
	N             int
	P50, P99, Max time.Duration
}

// Summarize sorts list. Of none, all is zero.
func Summarize(list []time.Duration) Summary {
	if len(list) == 0 {
		return Summary{}
	}
	slices.Sort(list)
	at := func(share float64) time.Duration { return list[min(len(list)-1, int(share*float64(len(list))))] }
	return Summary{len(list), at(0.5), at(0.99), list[len(list)-1]}
}

func (s Summary) String() string {
	return fmt.Sprintf("%8d %8d %8d", s.P50.Microseconds(), s.P99.Microseconds(), s.Max.Microseconds())
}

// Ratio compares s with base, value by value.
func (s Summary) Ratio(base Summary) string {
	over := func(a, b time.Duration) string {
		if b <= 0 {
			return "    -"
		}
		return fmt.Sprintf("%5.2f", float64(a)/float64(b))
	}
	return over(s.P50, base.P50) + " " + over(s.P99, base.P99) + " " + over(s.Max, base.Max)
}
