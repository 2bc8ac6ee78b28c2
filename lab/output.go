package lab

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/viplab/viplab/lab/service/hostile"
	"github.com/viplab/viplab/lab/timeline"
)

// maxLine bounds a line of a service's output.
const maxLine = 1 << 20

// readOutput turns what a service prints into log events, and keeps it, until
// the last process that can print has ended.
func (l *Lab) readOutput(s *supervised, r io.ReadCloser) {
	defer r.Close()
	keep, err := l.logFile(s.node, s.name+".log")
	if err != nil {
		l.trouble(s.node, err)
	}
	defer keep.Close()
	lines := bufio.NewScanner(io.TeeReader(r, keep))
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		l.Recorder.Record(logEvent(s, lines.Text()))
	}
	if err := lines.Err(); err != nil {
		l.trouble(s.node, fmt.Errorf("read output of %s: %w", s.name, err))
	}
}

// logEvent makes an event of a line that a service printed. The mail sink
// prints a JSON object for each mail.
func logEvent(s *supervised, line string) timeline.Event {
	var mail timeline.Mail
	if s.spec.Mail != nil && json.Unmarshal([]byte(line), &mail) == nil {
		return timeline.Event{Kind: timeline.KindMail, Node: s.node, Mail: &mail}
	}
	if s.spec.Hostile != nil {
		return hostileEvent(s, line)
	}
	return timeline.Event{Kind: timeline.KindLog, Node: s.node, Log: &timeline.Log{Source: s.name, Text: line}}
}

// hostileEvent makes an event of what a hostile server tells.
func hostileEvent(s *supervised, line string) timeline.Event {
	var told hostile.Told
	err := json.Unmarshal([]byte(line), &told)
	switch {
	case err == nil && told.Visit != nil:
		told.Visit.Service = s.name
		return timeline.Event{Kind: timeline.KindVisit, Node: s.node, Visit: told.Visit}
	case err == nil && told.Manner != nil:
		told.Manner.Service = s.name
		return timeline.Event{Kind: timeline.KindManner, Node: s.node, Manner: told.Manner}
	}
	return timeline.Event{Kind: timeline.KindLog, Node: s.node, Log: &timeline.Log{
		Source: s.name, Severity: "err", Text: cmp.Or(told.Trouble, line),
	}}
}

// logFile opens a file of a node's logs in the run directory for appending;
// without a run directory what is written goes nowhere.
func (l *Lab) logFile(node, name string) (io.WriteCloser, error) {
	if l.options.Dir == "" {
		return discard{}, nil
	}
	dir := filepath.Join(l.options.Dir, "logs", node)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return discard{}, fmt.Errorf("make log folder: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return discard{}, fmt.Errorf("open log: %w", err)
	}
	return f, nil
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) Close() error                { return nil }

// trouble puts an error of the lab's own, that nobody waits for, on the timeline.
func (l *Lab) trouble(node string, err error) {
	l.Recorder.Record(timeline.Event{Kind: timeline.KindLog, Node: node, Log: &timeline.Log{
		Source: "viplab", Severity: "err", Text: err.Error(),
	}})
}
