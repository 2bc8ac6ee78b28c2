package daemon

import (
	"fmt"
	"io"
	"log/syslog"
	"sync/atomic"
	"time"
)

// ident is the name that keepalived's VRRP process logs under.
const ident = "Keepalived_vrrp"

// backlog is how many lines may wait for a slow log.
const backlog = 1024

// Log writes lines to standard error or syslog from a goroutine of its own, so
// that whoever logs never waits for a slow reader. Lines that find the backlog
// full are counted and dropped.
type Log struct {
	detail  bool
	write   sink
	lines   chan line
	dropped atomic.Uint64
	done    chan struct{}
}

type line struct {
	at   time.Time
	text string
}

type sink func(line)

// NewLog starts a log as o asks for. Close must follow.
func NewLog(o *Options, stderr io.Writer) *Log {
	switch {
	case o.Console:
		return newLog(o.Detail > 0, func(n line) { fmt.Fprintf(stderr, "%s: %s\n", n.at.Format(time.ANSIC), n.text) })
	case o.NoSyslog:
		return newLog(o.Detail > 0, func(line) {})
	}
	return newLog(o.Detail > 0, toSyslog("", "", o.Facility))
}

func newLog(detail bool, write sink) *Log {
	l := &Log{detail: detail, write: write, lines: make(chan line, backlog), done: make(chan struct{})}
	go l.run()
	return l
}

// toSyslog writes to a syslog socket, the host's own for an empty network,
// looking for it again as long as it is not there.
func toSyslog(network, address string, facility syslog.Priority) sink {
	var w *syslog.Writer
	return func(n line) {
		if w == nil {
			var err error
			if w, err = syslog.Dial(network, address, facility|syslog.LOG_INFO, ident); err != nil {
				w = nil
				return
			}
		}
		_ = w.Info(n.text) // the writer connects again by itself
	}
}

func (l *Log) run() {
	defer close(l.done)
	for n := range l.lines {
		l.write(n)
	}
}

// Log writes text; lines of detail only with -D.
func (l *Log) Log(detail bool, text string) {
	if detail && !l.detail {
		return
	}
	select {
	case l.lines <- line{time.Now(), text}:
	default:
		l.dropped.Add(1)
	}
}

// Printf is Log of a line that is always wanted.
func (l *Log) Printf(format string, args ...any) { l.Log(false, fmt.Sprintf(format, args...)) }

// Close writes what waits and ends. Nothing may be logged after it.
func (l *Log) Close() {
	if n := l.dropped.Load(); n > 0 {
		l.Printf("%d log lines were dropped", n)
	}
	close(l.lines)
	<-l.done
}
