package process

import (
	"context"
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// least is the lowest bound of a process's memory, and spare what it may use above
// one and a half times its live memory, in bytes.
const (
	least = 16 << 20
	spare = 8 << 20
)

// unbounded is the runtime's default: memory grows as that of what is alive does.
const unbounded = math.MaxInt64

// much is the size, in bytes, of a configuration's text for which a process may
// need far more memory than before: a hundred times as much.
const much = 128 << 10

// keep is how much memory may be free or garbage before it is given back to the
// kernel, in bytes, and keepInterval how often that is looked at. The first time
// comes after firstSettle: while a process starts it has better to do, and nobody
// should wait for a collector that stops all.
const (
	keep         = 4 << 20
	keepInterval = time.Minute
	firstSettle  = 5 * time.Second
)

// growth is how much memory may grow between collections, in percent: half of what
// the runtime has by default, for there is little to collect.
const growth = 50

// Frugal has the garbage collector keep the process small while it starts, or
// reads a new configuration; Settle follows. There is no bound, since nobody knows
// yet how much is needed: near one, a process does nothing but collect.
func Frugal() {
	debug.SetGCPercent(growth)
	debug.SetMemoryLimit(unbounded)
}

// Expect is Frugal where the text of a configuration, which is about to be read,
// is long, in bytes; for others the bound that there is will do.
func Expect(text int64) {
	if text > much {
		Frugal()
	}
}

// Settle gives memory that is free back to the kernel, and sets a bound by what is
// left: up to that there is no collection, not even the one that is due every two
// minutes. It is for when much has changed.
func Settle() {
	debug.FreeOSMemory()
	forgetText()
	debug.SetGCPercent(-1)
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	debug.SetMemoryLimit(int64(max(least, m.HeapAlloc+m.HeapAlloc/2+spare)))
}

// StaySmall settles once the process has started, and again now and then if that
// is worth it, until ctx ends: a process that allocates next to nothing would have
// the garbage of its last work for ever, for no collection is due; and one that
// needs more and more would do nothing but collect.
func StaySmall(ctx context.Context) {
	tick := time.NewTicker(firstSettle)
	defer tick.Stop()
	for first := true; ; first = false {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if first {
			Settle()
			tick.Reset(keepInterval)
		} else if idle, live := usage(); idle > keep || outgrown(live, debug.SetMemoryLimit(-1)) {
			Settle()
		}
	}
}

// outgrown reports whether a bound is to be set anew.
func outgrown(live, bound int64) bool { return bound == unbounded || live > bound*3/4 }

// usage is how many bytes of the heap are in no use, without what a collection
// would find, and how many the last one has left.
func usage() (idle, live int64) {
	samples := []metrics.Sample{{Name: "/memory/classes/heap/free:bytes"}, {Name: "/memory/classes/heap/unused:bytes"},
		{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(samples)
	value := func(n int) int64 { return int64(samples[n].Value.Uint64()) }
	live = value(3)
	return value(0) + value(1) + max(0, value(2)-live), live
}
