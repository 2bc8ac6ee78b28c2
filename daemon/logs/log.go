// Package logs writes a process's lines to where the administrator wants them:
// standard error, syslog, a file.
package logs

import (
	"fmt"
	"io"
	"log/syslog"
	"sync"
	"sync/atomic"
	"time"
)

// backlog is how many lines may wait for a slow reader, patience how long who logs
// may wait for room, and Close for the last lines.
const (
	backlog  = 4096
	patience = 2 * time.Second
)

// Options say where lines go. The zero value drops them all.
type Options struct {
	// Ident is what syslog knows the process by: "Keepalived_vrrp".
	Ident string
	// Detail has lines of detail written too.
	Detail bool
	// Console takes lines as keepalived prints them; nil: none.
	Console io.Writer
	// Syslog sends them to the host's syslog with Facility.
	Syslog   bool
	Facility syslog.Priority
	// File is appended to, and made anew when somebody has moved it away; empty:
	// none.
	File string
	// JSON makes each line one JSON object.
	JSON bool
	// Wait has whoever logs wait a while for room, for processes that do not keep
	// time. Without it lines that find the backlog full are counted and dropped,
	// and so are those of a kind that comes too often.
	Wait bool

	// For tests.
	now  func() time.Time
	path string // of syslog's socket
}

// Log takes lines and writes them from a goroutine of its own, so that whoever
// logs does not wait for a slow reader. What syslog takes at once it gets at once:
// the goroutine may have to wait for a processor, and lines that are late make who
// reads them think that what they tell of was late.
type Log struct {
	opt     Options
	ident   atomic.Pointer[string]
	lines   chan line
	reopen  chan struct{} // room for one
	lost    chan struct{} // room for one
	syslog  *toSyslog     // one of the sinks; nil: it is not
	only    bool          // it is the only one
	waiting atomic.Int64  // lines that syslog has yet to get
	dropped atomic.Uint64 // lines that found the backlog full
	stuck   atomic.Bool   // nobody reads
	limit   *limit
	done    chan struct{}

	mu     sync.RWMutex // guards lines against being closed
	closed bool
}

// line is something that was said.
type line struct {
	at     time.Time
	detail bool
	sent   bool // syslog has it
	text   string
}

// sink is where lines go.
type sink interface {
	write(*line)
	reopen()
	close()
}

// New starts a log. Close must follow.
func New(o Options) *Log {
	if o.now == nil {
		o.now = time.Now
	}
	l := &Log{opt: o, lines: make(chan line, backlog), reopen: make(chan struct{}, 1), lost: make(chan struct{}, 1), limit: newLimit(), done: make(chan struct{})}
	l.ident.Store(&o.Ident)
	go l.run(l.sinks())
	return l
}

// sinks are those that the options ask for.
func (l *Log) sinks() []sink {
	var list []sink
	form := plain
	if l.opt.JSON {
		form = func(n *line) string { return object(n, *l.ident.Load()) }
	}
	if l.opt.Console != nil {
		list = append(list, &console{l.opt.Console, l.opt.JSON, form})
	}
	if l.opt.File != "" {
		list = append(list, &file{name: l.opt.File, console: console{json: l.opt.JSON, form: form}, now: l.opt.now})
	}
	if l.opt.Syslog {
		l.syslog, l.only = newSyslog(l.opt.path, l.opt.Facility, func() string { return *l.ident.Load() }, form), len(list) == 0
		list = append(list, l.syslog)
	}
	return list
}

func (l *Log) run(sinks []sink) {
	defer close(l.done)
	var due <-chan time.Time // of the next summary; nil: nothing was left out
	put := func(n line) {
		for _, s := range sinks {
			s.write(&n)
		}
	}
	var told uint64
	summary := func() {
		if lost := l.Dropped(); lost > told {
			put(line{at: l.opt.now(), text: fmt.Sprintf("%d log lines were left out", lost-told)})
			told = lost
		}
	}
	for {
		select {
		case n, ok := <-l.lines:
			if !ok {
				summary()
				for _, s := range sinks {
					s.close()
				}
				return
			}
			put(n)
			if !n.sent {
				l.waiting.Add(-1)
			}
		case <-l.reopen:
			for _, s := range sinks {
				s.reopen()
			}
		case <-l.lost:
			if due == nil {
				due = time.After(summaryInterval)
			}
		case <-due:
			due = nil
			summary()
		}
	}
}

// summaryInterval is how often the log says how many lines it left out.
const summaryInterval = 10 * time.Second

// Log writes text; lines of detail only where they are wanted.
func (l *Log) Log(detail bool, text string) {
	if detail && !l.opt.Detail {
		return
	}
	n := line{at: l.opt.now(), detail: detail, text: text}
	if !l.opt.Wait && !l.limit.allow(text, n.at) {
		l.lose()
		return
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed {
		return
	}
	if n.sent = l.syslog != nil && l.waiting.Load() == 0 && l.syslog.send(&n); n.sent && l.only {
		return
	}
	if !n.sent {
		l.waiting.Add(1)
	}
	select {
	case l.lines <- n:
		l.stuck.Store(false)
		return
	default:
	}
	if !l.opt.Wait || l.stuck.Load() || !l.patient(n) {
		if !n.sent {
			l.waiting.Add(-1)
		}
		l.dropped.Add(1)
		l.lose()
	}
}

// lose has a summary follow that says how many lines were left out.
func (l *Log) lose() {
	select {
	case l.lost <- struct{}{}:
	default:
	}
}

// patient waits for room, and reports whether there was some. Who has waited in
// vain once does so no more until there is room.
func (l *Log) patient(n line) bool {
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case l.lines <- n:
		return true
	case <-t.C:
		l.stuck.Store(true)
		return false
	}
}

// Printf is Log of a line that is always wanted.
func (l *Log) Printf(format string, args ...any) { l.Log(false, fmt.Sprintf(format, args...)) }

// Rename changes what syslog knows the process by.
func (l *Log) Rename(ident string) { l.ident.Store(&ident) }

// Reopen has the file opened anew, soon.
func (l *Log) Reopen() {
	select {
	case l.reopen <- struct{}{}:
	default:
	}
}

// Dropped is how many lines were left out so far.
func (l *Log) Dropped() uint64 { return l.dropped.Load() + l.limit.refused.Load() }

// Close writes what waits, as far as somebody reads it within 2 s, and ends. What
// is logged after it is gone.
func (l *Log) Close() {
	l.mu.Lock()
	if !l.closed {
		l.closed = true
		close(l.lines)
	}
	l.mu.Unlock()
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case <-l.done:
	case <-t.C:
	}
}
