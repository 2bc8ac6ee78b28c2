package ipvs

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkFarm programs 5,000 real servers in 50 services, reads them back and
// finds out that nothing is left to do: the milliseconds of each.
func BenchmarkFarm(b *testing.B) {
	_, c := dialed(b)
	var want []Entry
	for s := range 50 {
		var servers []Server
		for n := range 100 {
			servers = append(servers, nat(fmt.Sprintf("10.1.%d.%d:80", s, n+1), 1))
		}
		want = append(want, entry(tcp(fmt.Sprintf("10.0.0.%d:80", s+1)), "wlc", servers...))
	}
	var program, read, compare time.Duration
	for b.Loop() {
		start := time.Now()
		apply(b, c, Diff(nil, want)...)
		programmed := time.Now()
		have, err := c.Table()
		if err != nil {
			b.Fatal(err)
		}
		done := time.Now()
		if left := Diff(have, want); len(left) > 0 {
			b.Fatalf("%d changes are left", len(left))
		}
		program, read, compare = program+programmed.Sub(start), read+done.Sub(programmed), compare+time.Since(done)
		if err := c.Flush(); err != nil {
			b.Fatal(err)
		}
	}
	report := func(d time.Duration, name string) {
		b.ReportMetric(float64(d.Microseconds())/1000/float64(b.N), name)
	}
	report(program, "apply-ms")
	report(read, "table-ms")
	report(compare, "diff-ms")
}
