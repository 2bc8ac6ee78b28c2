package notify

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// timing is when a mail that could not be sent is tried again: after retryMin,
// twice as long each time up to retryMax, until it is maxAge old.
type timing struct{ retryMin, retryMax, maxAge time.Duration }

var mailTiming = timing{time.Second, 5 * time.Minute, 24 * time.Hour}

// pause is the time before the try after failures others.
func (t timing) pause(failures int) time.Duration {
	d := t.retryMin
	for range failures - 1 {
		if d = 2 * d; d >= t.retryMax {
			return t.retryMax
		}
	}
	return d
}

// mailer sends mail from a goroutine of its own.
type mailer struct {
	log    Logger
	timing timing
	cancel context.CancelFunc
	wake   chan struct{} // something has changed
	done   chan struct{}
	lost   atomic.Uint64

	mu       sync.Mutex
	conf     Mail
	letters  []*letter // those that wait, in order
	full     bool      // and that was reported
	failures int       // to reach the server, one after the other
	retry    time.Time // when to try it again
	closing  bool      // what fails now has failed for good
}

func newMailer(c Mail, log Logger, t timing) *mailer {
	ctx, cancel := context.WithCancel(context.Background())
	m := &mailer{log: log, timing: t, cancel: cancel, wake: make(chan struct{}, 1), done: make(chan struct{}), conf: c.withDefaults()}
	go func() {
		defer close(m.done)
		m.live(ctx)
	}()
	return m
}

func (m *mailer) live(ctx context.Context) {
	for ctx.Err() == nil {
		batch, conf := m.take(time.Now())
		if len(batch) > 0 {
			done, err := m.deliver(ctx, &conf, batch)
			m.settle(batch, done, err, time.Now())
			continue
		}
		next, end := m.next()
		if end {
			return
		}
		m.await(ctx, next)
	}
}

func (m *mailer) await(ctx context.Context, at time.Time) {
	var due <-chan time.Time
	if !at.IsZero() {
		t := time.NewTimer(time.Until(at))
		defer t.Stop()
		due = t.C
	}
	select {
	case <-due:
	case <-m.wake:
	case <-ctx.Done():
	}
}

// close sends what waits, each once, until ctx ends.
func (m *mailer) close(ctx context.Context) {
	m.mu.Lock()
	m.closing = true
	m.rouse()
	m.mu.Unlock()
	select {
	case <-m.done:
	case <-ctx.Done():
	}
	m.cancel()
	<-m.done
	m.mu.Lock()
	defer m.mu.Unlock()
	m.abandon("the daemon stops")
}
