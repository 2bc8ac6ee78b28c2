package timeline

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"
)

// Recorder orders the events of a run, keeps them, and writes each as a line of
// NDJSON as it comes. It is safe for use by many goroutines.
type Recorder struct {
	now func() Time
	out io.Writer

	mu     sync.Mutex
	events []Event
	err    error
	failed bool          // out refused a write: what follows would be torn
	wake   chan struct{} // made when somebody waits, closed by the next Record
}

// NewRecorder returns a Recorder that stamps with now and writes to out, which
// may be nil. Each event is one Write of one whole line.
func NewRecorder(now func() Time, out io.Writer) *Recorder {
	return &Recorder{now: now, out: out}
}

// Now reads the lab's clock.
func (r *Recorder) Now() Time { return r.now() }

// Record adds e. A zero e.At is stamped with the clock; sources that know
// better (a packet's kernel timestamp) set it. Seq is given here, in order of
// arrival, which for equal sources is the order of time.
func (r *Recorder) Record(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.At == 0 {
		e.At = r.now()
	}
	e.Seq = uint64(len(r.events) + 1)
	r.events = append(r.events, e)
	r.write(e)
	if r.wake != nil {
		close(r.wake)
		r.wake = nil
	}
}

// write appends e to the file. An event that JSON cannot hold costs only its
// own line; a failing file ends the writing, since a torn line would spoil what
// follows it.
func (r *Recorder) write(e Event) {
	if r.out == nil || r.failed {
		return
	}
	line, err := marshalLine(e)
	if err == nil {
		if _, err = r.out.Write(line); err != nil {
			err = fmt.Errorf("write timeline event %d: %w", e.Seq, err)
			r.failed = true
		}
	}
	if r.err == nil {
		r.err = err
	}
}

func marshalLine(e Event) ([]byte, error) {
	line, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encode timeline event %d: %w", e.Seq, err)
	}
	return append(line, '\n'), nil
}

// Events returns what was recorded so far, in order of arrival. The slice is
// never changed afterwards and must not be by the caller.
func (r *Recorder) Events() []Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.events[:len(r.events):len(r.events)]
}

// More returns a channel that is closed by the next Record. Whoever waits takes
// the channel first and reads Events then, so that no event falls between.
func (r *Recorder) More() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.wake == nil {
		r.wake = make(chan struct{})
	}
	return r.wake
}

// Err returns the first error of writing, if any.
func (r *Recorder) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}
