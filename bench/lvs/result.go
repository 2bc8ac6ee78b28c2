package main

import (
	"fmt"
	"time"

	"github.com/viplab/viplab/bench/internal/gauge"
)

// result is what was measured of a daemon.
type result struct {
	daemon string
	size
	starts  []time.Duration // until the table was complete
	reloads []time.Duration
	span    time.Duration // of the steady state
	cpu     time.Duration // in it
	idle    time.Duration // that nobody used in it
	cost    gauge.Cost    // at its end
	checks  int           // that began in it
	late    []time.Duration
	busiest int // checks within a hundredth of delay_loop
}

func header() string {
	return fmt.Sprintf("%-12s %17s %17s %17s %5s %15s %9s %7s %26s %15s", "", "start s p50/max", "reload s p50/max", "CPU s/min us/chk", "idle", "PSS/RSS MiB", "processes",
		"checks", "late ms p50/p99/max", "busiest/mean")
}

func (r result) String() string {
	start, reload, late := gauge.Summarize(r.starts), gauge.Summarize(r.reloads), gauge.Summarize(r.late)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return fmt.Sprintf("%-12s %8.3f %8.3f %8.3f %8.3f %9.2f %7.0f %4.0f%% %7.1f %7.1f %9d %6.1f%% %8.1f %8.1f %8.1f %7d %7.1f", r.daemon,
		start.P50.Seconds(), start.Max.Seconds(), reload.P50.Seconds(), reload.Max.Seconds(), r.perMinute(), r.perCheck(),
		100*r.idle.Seconds()/r.span.Seconds(), float64(r.cost.PSS)/1024, float64(r.cost.RSS)/1024, r.cost.Processes,
		100*float64(r.checks)/r.expected(), ms(late.P50), ms(late.P99), ms(late.Max), r.busiest, float64(r.services*r.each)/100)
}

// perMinute is seconds of CPU time in a minute.
func (r result) perMinute() float64 {
	return r.cpu.Seconds() * float64(time.Minute) / float64(r.span)
}

// perCheck is microseconds of CPU time for a check: where there is not time enough
// for all checks, that is what can be compared.
func (r result) perCheck() float64 { return float64(r.cpu.Microseconds()) / float64(max(r.checks, 1)) }

// expected is how many checks there are if none is late.
func (r result) expected() float64 {
	return float64(r.services*r.each) * float64(r.span) / float64(r.delay)
}

// ratio is r as a multiple of base.
func (r result) ratio(base result) string {
	over := func(a, b float64) string {
		if b == 0 {
			return "-"
		}
		return fmt.Sprintf("%.3f", a/b)
	}
	times := func(a, b []time.Duration) (p50, p99, most string) {
		s, than := gauge.Summarize(a), gauge.Summarize(b)
		return over(s.P50.Seconds(), than.P50.Seconds()), over(s.P99.Seconds(), than.P99.Seconds()), over(s.Max.Seconds(), than.Max.Seconds())
	}
	start, _, startMax := times(r.starts, base.starts)
	reload, _, reloadMax := times(r.reloads, base.reloads)
	p50, p99, most := times(r.late, base.late)
	return fmt.Sprintf("%-12s %8s %8s %8s %8s %9s %7s %5s %7s %7s %9s %7s %8s %8s %8s", "ratio", start, startMax, reload, reloadMax,
		over(r.perMinute(), base.perMinute()), over(r.perCheck(), base.perCheck()), "", over(float64(r.cost.PSS), float64(base.cost.PSS)), over(float64(r.cost.RSS), float64(base.cost.RSS)),
		"", "", p50, p99, most)
}
