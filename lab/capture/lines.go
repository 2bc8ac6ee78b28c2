package capture

import (
	"io"
	"strings"
	"sync"

	"github.com/viplab/viplab/lab/timeline"
)

// maxLine bounds a line of output: a program that never ends one must not eat
// the memory.
const maxLine = 64 << 10

// Lines is a writer that records each line written to it as an event: the
// standard output and error of a service. It is safe for use by many goroutines.
type Lines struct {
	rec          *timeline.Recorder
	node, source string
	tee          io.Writer

	mu   sync.Mutex
	part []byte // of a line, without its end
}

// NewLines returns a Lines for the service source of node. What is written goes
// to tee as well, unless that is nil.
func NewLines(rec *timeline.Recorder, node, source string, tee io.Writer) *Lines {
	return &Lines{rec: rec, node: node, source: source, tee: tee}
}

// Write takes any part of the output. Lines end with a newline; one of more
// than 64 KiB is split. It returns the error of tee.
func (l *Lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.part = append(l.part, b...)
	rest := l.part
	for {
		line, after, found := cutLine(rest)
		if !found {
			break
		}
		l.record(line)
		rest = after
	}
	l.part = append(l.part[:0], rest...)
	if l.tee == nil {
		return len(b), nil
	}
	return l.tee.Write(b)
}

func cutLine(b []byte) (line, rest []byte, found bool) {
	for i, c := range b[:min(len(b), maxLine)] {
		if c == '\n' {
			return b[:i], b[i+1:], true
		}
	}
	if len(b) >= maxLine {
		return b[:maxLine], b[maxLine:], true
	}
	return nil, b, false
}

// Close records a last line that has no end. It leaves tee open.
func (l *Lines) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.part) > 0 {
		l.record(l.part)
		l.part = nil
	}
	return nil
}

// record leaves blank lines out.
func (l *Lines) record(line []byte) {
	text := strings.TrimRight(string(line), "\r\n\t ")
	if text == "" {
		return
	}
	l.rec.Record(timeline.Event{Kind: timeline.KindLog, Node: l.node, Log: &timeline.Log{Source: l.source, Text: text}})
}
