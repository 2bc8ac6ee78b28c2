package main

import (
	"fmt"
	"slices"
	"time"
)

// summary is what many measured times come to.
type summary struct {
	n             int
	p50, p99, max time.Duration
}

// summarize sorts list. Of none, all is zero.
func summarize(list []time.Duration) summary {
	if len(list) == 0 {
		return summary{}
	}
	slices.Sort(list)
	at := func(share float64) time.Duration { return list[min(len(list)-1, int(share*float64(len(list))))] }
	return summary{len(list), at(0.5), at(0.99), list[len(list)-1]}
}

func (s summary) String() string {
	return fmt.Sprintf("%8d %8d %8d", s.p50.Microseconds(), s.p99.Microseconds(), s.max.Microseconds())
}

// ratio compares s with base, value by value.
func (s summary) ratio(base summary) string {
	over := func(a, b time.Duration) string {
		if b <= 0 {
			return "    -"
		}
		return fmt.Sprintf("%5.2f", float64(a)/float64(b))
	}
	return over(s.p50, base.p50) + " " + over(s.p99, base.p99) + " " + over(s.max, base.max)
}
