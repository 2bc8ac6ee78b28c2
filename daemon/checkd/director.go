package checkd

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"github.com/viplab/viplab/daemon/check"
	"github.com/viplab/viplab/daemon/logs"
	"github.com/viplab/viplab/daemon/notify"
	"github.com/viplab/viplab/daemon/pool"
)

// repairEvery is how often the kernel's table is compared with what is wanted.
const repairEvery = 30 * time.Second

// director has pools follow the results of checkers, and the kernel follow the
// pools. Its goroutine is the only one that uses the pools and the table; checkers
// never wait for it.
type director struct {
	log   *logs.Log
	pools pool.Services
	table *table
	tell  func(notify.Event)
	// suspend has a checker be off, or on again.
	suspend func(id check.ID, off bool)
	now     func()              // is called now and then
	local   map[netip.Addr]bool // addresses of this host; nil: nobody has looked

	mu      sync.Mutex
	results []check.Result // not looked at yet
	some    chan struct{}  // there are results; room for one
	work    chan func()
	done    chan struct{}
}

func newDirector(log *logs.Log, t *table, tell func(notify.Event)) *director {
	return &director{log: log, table: t, tell: tell, some: make(chan struct{}, 1), work: make(chan func()), done: make(chan struct{})}
}

// report takes a result. It does not wait.
func (d *director) report(r check.Result) {
	d.mu.Lock()
	d.results = append(d.results, r)
	d.mu.Unlock()
	select {
	case d.some <- struct{}{}:
	default:
	}
}

// run is the director's goroutine.
func (d *director) run(ctx context.Context) {
	defer close(d.done)
	tick := time.NewTicker(repairEvery)
	defer tick.Stop()
	for {
		select {
		case <-d.some:
			d.take()
		case f := <-d.work:
			f()
		case <-tick.C:
			d.table.repair(ctx)
			d.now()
		case <-ctx.Done():
			return
		}
	}
}

// do has the director's goroutine call f and waits for that.
func (d *director) do(ctx context.Context, f func()) error {
	done := make(chan struct{})
	select {
	case d.work <- func() { defer close(done); f() }:
		<-done
		return nil
	case <-d.done:
		return errEnded
	case <-ctx.Done():
		return ctx.Err()
	}
}

// take looks at the results that have come. The kernel is told of all of them at
// once, and others after it.
func (d *director) take() {
	d.mu.Lock()
	list := d.results
	d.results = nil
	d.mu.Unlock()
	var events []notify.Event
	for _, r := range list {
		events = append(events, d.say(d.pools.Result(r))...)
	}
	d.table.update(d.pools.Changed())
	d.post(events)
}

// say logs what actions say, and returns what they tell others.
func (d *director) say(actions []pool.Action) []notify.Event {
	var events []notify.Event
	for _, a := range actions {
		switch a := a.(type) {
		case pool.Say:
			d.log.Printf("%s", a.Text)
		case pool.Tell:
			events = append(events, a.Event)
		}
	}
	return events
}

func (d *director) post(events []notify.Event) {
	for _, e := range events {
		d.tell(e)
	}
}

// located takes the addresses of this host.
func (d *director) located(have map[netip.Addr]bool) {
	_ = d.do(context.Background(), func() { d.local = have; d.locate() }) // or the process ends
}

// locate has checkers be off while this host does not have their service's
// address.
func (d *director) locate() {
	if d.local == nil {
		return
	}
	actions, list := d.pools.Locate(func(a netip.Addr) bool { return d.local[a] })
	d.post(d.say(actions))
	for _, s := range list {
		d.suspend(s.ID, s.Off)
	}
}
