package notify

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Config is what a configuration file says of notifications.
type Config struct {
	Accounts Accounts
	FIFOs    []FIFO
	Mail     Mail
	// NUL writes the byte 0 after each line on a server, as keepalived does. By
	// default there is none: it is not part of the line that the manual gives.
	NUL bool
}

// Stats counts what was lost.
type Stats struct {
	Events uint64 // that found the queue full or the Notifier closed
	Lines  uint64 // that pipes did not take
	Mails  uint64 // that were given up or found the queue full
}

const (
	queueSize = 8192        // events that may wait
	tellEvery = time.Second // at most, that events are lost
)

// Notifier tells others about events.
type Notifier struct {
	opt     Options
	run     *Runner
	mail    *mailer
	pauses  pauses
	retired sync.WaitGroup // channels that a reload closes

	queue    chan Event
	reloads  chan reload
	stopping chan struct{} // closed by Close
	done     chan struct{} // closed when nothing of the queue is left
	closed   atomic.Bool
	full     atomic.Uint64 // events lost since the last report
	lost     atomic.Uint64 // events lost ever
	lines    atomic.Uint64

	// Of the goroutine alone:
	conf     Config
	channels []*channel
	told     time.Time // of lost events
}

type reload struct {
	conf Config
	done chan struct{}
}

// New returns a Notifier that runs commands with run, and closes it when it is
// closed. The pipes are open when it returns. Close must follow.
func New(run *Runner, c Config) *Notifier {
	return newNotifier(run, c, pauses{restartMin, restartMax}, mailTiming)
}

func newNotifier(run *Runner, c Config, p pauses, timing timing) *Notifier {
	n := &Notifier{opt: run.opt, run: run, mail: newMailer(c.Mail, run.opt.Log, timing), pauses: p,
		queue: make(chan Event, queueSize), reloads: make(chan reload), stopping: make(chan struct{}), done: make(chan struct{})}
	n.apply(c)
	go n.live()
	return n
}

// Post hands over an event. It never waits: an event that finds the queue full,
// or the Notifier closed, is counted and lost.
func (n *Notifier) Post(e Event) {
	if !n.closed.Load() {
		select {
		case n.queue <- e:
			return
		default:
		}
	}
	n.full.Add(1)
	n.lost.Add(1)
}

// Reload replaces the configuration, once the events posted before are handled.
// Pipes that do not change stay as they are.
func (n *Notifier) Reload(ctx context.Context, c Config) error {
	r := reload{c, make(chan struct{})}
	select {
	case n.reloads <- r:
	case <-n.done:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-r.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Stats returns what was lost so far.
func (n *Notifier) Stats() Stats {
	return Stats{Events: n.lost.Load(), Lines: n.lines.Load(), Mails: n.mail.lost.Load()}
}

// live handles events one by one.
func (n *Notifier) live() {
	defer close(n.done)
	for {
		select {
		case e := <-n.queue:
			n.handle(e)
		case r := <-n.reloads:
			n.drain()
			n.apply(r.conf)
			close(r.done)
		case <-n.stopping:
			n.drain()
			n.complain(true)
			return
		}
	}
}

// drain handles what is in the queue.
func (n *Notifier) drain() {
	for {
		select {
		case e := <-n.queue:
			n.handle(e)
		default:
			return
		}
	}
}

// complain reports lost events, but not too often.
func (n *Notifier) complain(always bool) {
	if n.full.Load() == 0 || !always && time.Since(n.told) < tellEvery {
		return
	}
	n.told = time.Now()
	n.opt.Log.Printf("%d notifications were lost: too many at a time", n.full.Swap(0))
}
