package conf

import (
	"iter"
	"math"
	"slices"
	"time"

	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// checkerKind is a kind of checker: what the table has to know of it.
type checkerKind struct {
	name, doc string
	rows      []schema.Keyword
	probe     func() Probe // with the defaults that no row gives; nil for none
	// end looks at a finished checker and reports whether it can run.
	end func(c *schema.Context, ch *Checker, at word) bool
}

// checkerRows are the kinds of checkers. Each may stand more than once.
func checkerRows() []schema.Keyword {
	var rows []schema.Keyword
	for _, k := range []checkerKind{miscKind(), smtpKind(), tcpKind(), pingKind(), udpKind(), httpKind("HTTP_GET"), httpKind("SSL_GET"), dnsKind(), fileKind(), bfdKind()} {
		rows = append(rows, k.row())
	}
	return rows
}

// kindRank is the order in which a server's checkers are kept and printed.
var kindRank = map[string]int{"MISC_CHECK": 0, "SMTP_CHECK": 1, "TCP_CHECK": 2, "PING_CHECK": 3, "UDP_CHECK": 4,
	"HTTP_GET": 5, "SSL_GET": 6, "DNS_CHECK": 7, "FILE_CHECK": 8, "BFD_CHECK": 9}

func (k checkerKind) row() schema.Keyword {
	b := &schema.Block{Path: realPath + "/" + k.name, Keywords: k.rows, New: k.checker}
	f := schema.Open()
	f.Begin = func(c *schema.Context, _ any, _ *syntax.Statement) any { return beginChecker(c, b) }
	f.End = func(c *schema.Context, obj any, s *syntax.Statement) {
		ch := obj.(*Checker)
		endBind(c, ch, s.Words[0])
		if (k.end == nil || k.end(c, ch, s.Words[0])) && reachable(c, ch, s.Words[0]) {
			r := schema.Up[RealServer](c)
			r.Checkers = append(r.Checkers, ch)
		}
	}
	name := k.name
	f.Each = func(obj any) iter.Seq2[[]string, any] {
		list := obj.(*RealServer).Checkers
		if !slices.ContainsFunc(list, func(ch *Checker) bool { return ch.Kind == name }) {
			return nil // so for most kinds of most servers, of which there may be thousands
		}
		return func(yield func([]string, any) bool) {
			for _, ch := range list {
				if ch.Kind == name && !yield(nil, ch) {
					return
				}
			}
		}
	}
	return schema.Keyword{Name: k.name, Doc: k.doc, Field: f, Block: b, Many: true}
}

// checker makes the prototype of a checker.
func (k checkerKind) checker() any {
	ch := &Checker{Kind: k.name}
	if k.probe != nil {
		ch.Probe = k.probe()
	}
	return ch
}

// beginChecker makes a checker of the real server that is open, from b's
// prototype.
func beginChecker(c *schema.Context, b *schema.Block) *Checker {
	ch := schema.New[Checker](b)
	if ch.Probe != nil {
		ch.Probe = ch.Probe.clone()
	}
	if r := schema.Up[RealServer](c); ch.connects() {
		ch.ConnectIP, ch.ConnectPort = r.Address.Addr(), r.Address.Port()
	}
	return ch
}

// connects reports whether ch asks the server itself, and not a program, a file
// or a BFD session.
func (ch *Checker) connects() bool {
	switch ch.Kind {
	case "MISC_CHECK", "FILE_CHECK", "BFD_CHECK":
		return false
	}
	return true
}

// probeOf is f for the probe of a checker.
func probeOf[P any](f schema.Field) schema.Field {
	read, print := f.Read, f.Print
	probe := func(obj any) *P { return obj.(*Checker).Probe.(any).(*P) }
	f.Read = func(c *schema.Context, obj any, words []word) { read(c, probe(obj), words) }
	f.Print = func(obj any) [][]string { return print(probe(obj)) }
	if value := f.Value; value != nil {
		f.Value = func(obj any) any { return value(probe(obj)) }
	}
	return f
}

// groupTiming are the words that virtual and real servers set for their
// checkers. parent finds where the rest comes from; nil for nowhere.
func groupTiming[O any](at func(*O) *Timing, parent func(any) *Timing) []schema.Keyword {
	rows := timingRows(at, schema.Int(1, math.MaxInt32, func(o *O) *int { return &at(o).Retry }))
	for i, other := range []string{"checker specific", "checker specific", "delay_loop", "", ""} {
		k := &rows[i]
		if parent != nil {
			k.Default, k.Else = "", "virtual server setting"
			take := timings[i]
			k.Fill = func(p, obj any) { take(at(obj.(*O)), parent(p)) }
		} else if other != "" {
			k.Else = other
		}
	}
	if parent == nil {
		rows[3].Default, rows[4].Default = "5", "60"
	}
	return rows
}

// timings copy one value each, in the order of timingRows.
var timings = []func(to, from *Timing){
	func(to, from *Timing) { to.Retry = from.Retry },
	func(to, from *Timing) { to.RetryDelay = from.RetryDelay },
	func(to, from *Timing) { to.Warmup = from.Warmup },
	func(to, from *Timing) { to.ConnectTimeout = from.ConnectTimeout },
	func(to, from *Timing) { to.DelayLoop = from.DelayLoop },
}

// The longest times. keepalived's own limits are of 32 and 64 bits of
// microseconds; the latter is more than a Duration holds.
const (
	maxConnectTimeout = (1<<32 - 1) * time.Microsecond
	maxInterval       = math.MaxInt64
)

// timingRows are the words of Timing.
func timingRows[O any](at func(*O) *Timing, retry schema.Field) []schema.Keyword {
	const decimal = "SECONDS decimal"
	return []schema.Keyword{
		{Name: "retry", Doc: "ask again before a server is given up", Field: retry},
		{Name: "delay_before_retry", Doc: "wait before asking again", Field: formed(decimal, schema.Seconds(0, maxInterval, func(o *O) *time.Duration { return &at(o).RetryDelay }))},
		{Name: "warmup", Doc: "spread the first checks", Field: formed(decimal, schema.Seconds(0, maxInterval, func(o *O) *time.Duration { return &at(o).Warmup }))},
		{Name: "connect_timeout", Doc: "give up a connection", Field: formed(decimal, schema.Seconds(time.Microsecond, maxConnectTimeout, func(o *O) *time.Duration { return &at(o).ConnectTimeout }))},
		{Name: "delay_loop", Doc: "check in intervals", Field: formed(decimal, schema.Seconds(time.Microsecond, maxInterval, func(o *O) *time.Duration { return &at(o).DelayLoop }))},
	}
}
