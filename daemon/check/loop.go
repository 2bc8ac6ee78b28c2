package check

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// loop is the one goroutine that all checkers belong to.
type loop struct {
	opt     *Options
	base    time.Time // the beginning of time
	poll    *poller
	alarms  alarms
	byID    map[ID]*checker
	list    []*checker // in the order of the configuration
	byFD    []*checker
	sockets uint32 // how many there were
	open    int    // how many wait for something
	watched int    // how many of these epoll watches
	fresh   []fresh
	spare   []fresh       // the memory of the last ones
	pace    time.Duration // from one look at things to the next, 0: when there is something
	polled  []unix.PollFd // for settle

	files    map[string]int  // what they hold
	sessions map[string]bool // of BFD, whether they are up

	pings   uint16
	request [pingSize]byte
	buffer  []byte // for datagrams

	woke    instant
	longest time.Duration // that an attempt was late

	ctx    context.Context // of what runs beside the loop
	cancel context.CancelFunc
	beside sync.WaitGroup
	done   chan struct{} // closed at the end
	failed error         // why it ended; read after done

	mu    sync.Mutex
	queue []func() // to do on the loop
	over  bool     // nothing is done any more
}

func newLoop(o *Options) (*loop, error) {
	p, err := newPoller()
	if err != nil {
		return nil, err
	}
	l := &loop{opt: o, base: time.Now(), poll: p, byID: map[ID]*checker{}, files: map[string]int{}, sessions: map[string]bool{}, done: make(chan struct{})}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	return l, nil
}

func (l *loop) now() instant { return time.Since(l.base) }

// wall is the time of day at a moment.
func (l *loop) wall(at instant) time.Time { return l.base.Add(at) }

// late notes how late an attempt is.
func (l *loop) late(by time.Duration) { l.longest = max(l.longest, by) }

// live is the loop, until stop.
func (l *loop) live(started chan<- error) {
	defer close(l.done)
	defer l.poll.close()
	if f := l.opt.OnThread; f != nil {
		runtime.LockOSThread() // and so the thread ends with the goroutine
		if err := f(); err != nil {
			l.finish(fmt.Errorf("prepare thread: %w", err))
			started <- l.failed
			return
		}
	}
	started <- nil
	for l.work() {
		if err := l.listen(); err != nil {
			l.opt.Log.Printf("checkers: %v", err)
			l.finish(err)
			return
		}
	}
}

// listen waits for something to do, and looks at all sockets that are ready: none
// is to be given up for being silent that has answered.
func (l *loop) listen() error {
	events, err := l.sleep()
	for err == nil && len(events) > 0 {
		for _, e := range events {
			if c := l.byFD[e.fd]; c != nil && c.number == e.number {
				c.kind.ready(l, c, e.flags)
			}
		}
		if len(events) < cap(l.poll.events[:])-2 {
			break
		}
		events, err = l.poll.wait(0, 0)
	}
	return err
}

// batch is how many attempts begin, at most, before sockets are looked at again.
const batch = 64

// work does what was asked for and what is due. It reports whether to go on.
func (l *loop) work() bool {
	l.mu.Lock()
	queue := l.queue
	l.queue = nil
	l.mu.Unlock()
	for _, f := range queue {
		f()
	}
	if l.over { // only the loop sets it
		return false
	}
	now := l.now()
	for range batch {
		c := l.alarms.first()
		if c == nil || c.at > now {
			break
		}
		if c.running {
			c.kind.expire(l, c)
		} else {
			l.begin(c)
		}
	}
	return true
}

// post has f done on the loop; false: it has ended.
func (l *loop) post(f func()) bool {
	l.mu.Lock()
	over, first := l.over, len(l.queue) == 0
	if !over {
		l.queue = append(l.queue, f)
	}
	l.mu.Unlock()
	if !over && first {
		l.poll.rouse()
	}
	return !over
}

// do has f done on the loop and waits for it; false: the loop has ended before.
func (l *loop) do(f func()) bool {
	done := make(chan struct{})
	if !l.post(func() { f(); close(done) }) {
		return false
	}
	select {
	case <-done:
		return true
	case <-l.done:
		select {
		case <-done:
			return true
		default:
			return false
		}
	}
}

// finish ends all checkers, and the loop.
func (l *loop) finish(err error) {
	for _, c := range l.list {
		l.drop(c)
	}
	l.list = nil
	clear(l.byID)
	l.cancel()
	l.failed = err
	l.mu.Lock()
	l.over, l.queue = true, nil
	l.mu.Unlock()
}
