package conf

import (
	"math"
	"slices"

	"github.com/viplab/viplab/daemon/conf/schema"
)

// commonRows are the words of checkers that connect: where to, and when.
func commonRows(retry, delay string) []schema.Keyword {
	return slices.Concat(connectRows(), runRows(retry, delay, true))
}

// runRows are the words of checkers that run in intervals. The kind's own
// defaults count where neither server sets them; delay is empty for delay_loop.
func runRows(retry, delay string, connects bool) []schema.Keyword {
	at := func(ch *Checker) *Timing { return &ch.Timing }
	rows := timingRows(at, schema.Int(0, math.MaxInt32, func(ch *Checker) *int { return &ch.Retry }))
	again, pause, warmup, timeout, loop := rows[0], rows[1], rows[2], rows[3], rows[4]
	again.Default, again.Fill = retry, fillRetry
	pause.Default, pause.Fill = delay, fillRetryDelay
	if delay == "" {
		pause.Else = "delay_loop"
	}
	warmup.Else, warmup.Fill = "inherited (delay_loop)", fillWarmup
	timeout.Else, timeout.Fill = "inherited (5)", func(p, obj any) { timings[3](at(obj.(*Checker)), inherited(p)) }
	loop.Else, loop.Fill = "inherited (60)", func(p, obj any) { timings[4](at(obj.(*Checker)), inherited(p)) }
	// The interval comes first: other values fall back on it.
	list := []schema.Keyword{loop, again, pause, warmup}
	if connects {
		list = append(list, timeout)
	}
	return append(list, alphaRow(), schema.Keyword{Name: "log_all_failures", Doc: "log each failed attempt", Else: "global setting",
		Field: schema.Bool(func(ch *Checker) *bool { return &ch.LogFailures }), Fill: laterGlobal})
}

func alphaRow() schema.Keyword {
	return schema.Keyword{Name: "alpha", Doc: "take the server for down until it is proved up", Else: "inherited",
		Field: schema.Bool(func(ch *Checker) *bool { return &ch.Alpha }),
		Fill: func(parent, obj any) {
			ch := obj.(*Checker)
			switch p := parent.(type) {
			case *RealServer:
				ch.Alpha = p.Alpha
			case *Checker:
				ch.Alpha = p.Alpha
			}
		}}
}

// inherited is the timing of what a checker stands in: a real server, or, for a
// host, the SMTP_CHECK.
func inherited(parent any) *Timing {
	if ch, ok := parent.(*Checker); ok {
		return &ch.Timing
	}
	return &parent.(*RealServer).Timing
}

// A checker's own default, which its prototype holds, stays where the servers
// leave a value to it.

func fillRetry(parent, obj any) {
	_, isHost := parent.(*Checker)
	if t := inherited(parent); t.Retry > 0 || isHost {
		obj.(*Checker).Retry = t.Retry
	}
}

func fillRetryDelay(parent, obj any) {
	ch := obj.(*Checker)
	if t := inherited(parent); t.RetryDelay >= 0 {
		ch.RetryDelay = t.RetryDelay
	} else if ch.Kind == "DNS_CHECK" {
		ch.RetryDelay = ch.DelayLoop
	}
}

func fillWarmup(parent, obj any) {
	ch := obj.(*Checker)
	if ch.Warmup = inherited(parent).Warmup; ch.Warmup < 0 {
		ch.Warmup = ch.DelayLoop
	}
}

func connectRows() []schema.Keyword {
	return []schema.Keyword{
		{Name: "connect_ip", Doc: "check at another address", Else: "real server address", Field: connectIPField(), Fill: asBegun, Settled: true},
		{Name: "connect_port", Doc: "check at another port", Else: "real server port", Field: portField(func(ch *Checker) *uint16 { return &ch.ConnectPort }), Fill: asBegun, Settled: true},
		{Name: "bindto", Doc: "check from an address", Else: "any", Field: bindField()},
		{Name: "bind_port", Doc: "check from a port", Else: "any", Field: bindOf(portField(func(b *Bind) *uint16 { return &b.Port }))},
		{Name: "bind_if", Doc: "check through an interface", Else: "any", Field: bindOf(interfaceField())},
		{Name: "fwmark", Doc: "mark the packets of the check", Else: "0", Field: bindOf(number32("INT", func(b *Bind) *uint32 { return &b.Mark }))},
	}
}

// asBegun leaves what beginChecker took from the real server: it is printed.
func asBegun(_, _ any) {}

// laterGlobal leaves a value to takeGlobals.
func laterGlobal(_, _ any) {}
