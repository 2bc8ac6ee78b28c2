package router

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/internal/testnet"
)

// collect has the garbage collector work without a pause on a heap that is worth
// it, until stop is called. It returns how often that was.
func collect() (stop func() int) {
	var wg sync.WaitGroup
	end, n := make(chan struct{}), 0
	heap := make([][]*int, 100)
	for k := range heap {
		heap[k] = make([]*int, 1000)
		for j := range heap[k] {
			heap[k][j] = new(int)
		}
	}
	wg.Go(func() {
		for ; ; n++ {
			select {
			case <-end:
				return
			default:
				runtime.GC()
				time.Sleep(10 * time.Microsecond) // on a clock where computing costs nothing, this is what passes
			}
		}
	})
	return func() int {
		close(end)
		wg.Wait()
		runtime.KeepAlive(heap)
		return n
	}
}

// TestGarbageCollector: adverts every 10 ms go out, in their order and none left
// out, while the garbage collector does nothing but collect.
func TestGarbageCollector(t *testing.T) {
	a, next, _ := alone(t)
	a.run(instance(200, prompt))
	a.log.until(t, "Entering MASTER STATE")
	first := next()
	stop := collect()
	const n = 100
	last := first
	for range n {
		w := next()
		if w.IP.Id != last.IP.Id+1 {
			t.Errorf("packet %d after %d", w.IP.Id, last.IP.Id)
		}
		last = w
	}
	times := stop()
	// How late they are depends on the machine, and BenchmarkJitter shows it. A slot
	// that is missed altogether is not made up for: that must be the exception.
	slots := int((last.At.Sub(first.At) + 5*time.Millisecond) / (10 * time.Millisecond))
	if t.Logf("%d adverts in the time of %d, with %d collections", n, slots, times); slots > 2*n || times < n/10 {
		t.Errorf("%d adverts in the time of %d, with %d collections", n, slots, times)
	}
}

// BenchmarkJitter is how far adverts are from their time, in microseconds, with
// nothing else to do, beside a garbage collector that never rests, and beside
// goroutines that take all processors. Run it with -benchtime 1x.
func BenchmarkJitter(b *testing.B) {
	spin := func() func() int {
		var end atomic.Bool
		var wg sync.WaitGroup
		for range runtime.GOMAXPROCS(0) {
			wg.Go(func() {
				for !end.Load() {
				}
			})
		}
		return func() int { end.Store(true); wg.Wait(); return 0 }
	}
	for _, load := range []struct {
		name  string
		start func() func() int
	}{{"idle", func() func() int { return func() int { return 0 } }}, {"collecting", collect}, {"spinning", spin}} {
		b.Run(load.name, func(b *testing.B) {
			sw, h := testnet.New(b), testnet.New(b)
			sw.Switch()
			next := adverts(sw)
			h.Plug(sw, "pa", "10.0.0.1/24")
			_, stop := running(b, h, instance(200, prompt))
			defer stop()
			stopLoad := load.start()
			defer stopLoad()
			for b.Loop() {
				var late []time.Duration
				last := next()
				for range 500 {
					w := next()
					late = append(late, (w.At.Sub(last.At) - 10*time.Millisecond).Abs())
					last = w
				}
				slices.Sort(late)
				for _, p := range []struct {
					name string
					at   int
				}{{"p50-us", 50}, {"p99-us", 99}, {"max-us", 100}} {
					b.ReportMetric(float64(late[min(len(late)*p.at/100, len(late)-1)].Microseconds()), p.name)
				}
			}
		})
	}
}
