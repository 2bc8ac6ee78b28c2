package schedule

import (
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// Plan is what the configuration says of the attempts of one checker.
type Plan struct {
	Loop, Pause, Warmup time.Duration // delay_loop, delay_before_retry, warmup
	Retry               int
	Pages               int  // urls; 0 for what is no HTTP_GET or SSL_GET
	Fast                bool // fast_recovery
	Again               bool // retries also while the server is down
	Patient             bool // retries also before the first result
	FromBegin           bool // intervals are from beginning to beginning
}

// PlanOf is the plan of a checker.
func PlanOf(c *conf.Checker) Plan {
	p := Plan{Loop: max(c.DelayLoop, time.Microsecond), Pause: max(c.RetryDelay, 0), Warmup: max(c.Warmup, 0), Retry: c.Retry}
	switch c.Kind {
	case "TCP_CHECK":
		p.Again = true
	case "SMTP_CHECK":
		p.Again, p.Patient = true, true
	case "MISC_CHECK":
		p.FromBegin = true
	case "HTTP_GET", "SSL_GET":
		if h, ok := c.Probe.(*conf.HTTPProbe); ok {
			p.Pages, p.Fast = len(h.URLs), h.FastRecovery
		}
	}
	return p
}

// bootstrap is how long after the start nothing is asked.
const bootstrap = time.Second

// First is how long after the start the first attempt of a checker is due. n
// numbers the checkers that start: they are spread evenly over warmup or
// delay_loop, whichever is shorter, however many there are, and in the same way
// each time. keepalived throws dice.
func (p *Plan) First(n int) time.Duration {
	// Multiples of the golden ratio, without their whole part, fill 0 to 1 evenly
	// from the beginning. This one is 2^32 times it.
	const golden = 2654435769
	at := uint64(uint32(n) * golden)
	return bootstrap + scale(min(p.Warmup, p.Loop), at)
}

// scale is part of 1<<32 of span.
func scale(span time.Duration, part uint64) time.Duration {
	high, low := uint64(span)>>32, uint64(span)&(1<<32-1)
	return time.Duration(high*part + low*part>>32)
}
