package timeline

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// Recorder orders the events of a run, keeps them, and writes each as a line of
// NDJSON as it comes. It is safe for use by many goroutines.
type Recorder struct {
	now func() Time

	mu     sync.Mutex
	events []Event
	out    *json.Encoder
	err    error
	wake   chan struct{}
}

// NewRecorder returns a Recorder that stamps with now and writes to out, which
// may be nil.
func NewRecorder(now func() Time, out io.Writer) *Recorder {
	r := &Recorder{now: now, wake: make(chan struct{})}
	if out != nil {
		r.out = json.NewEncoder(out)
		r.out.SetEscapeHTML(false)
	}
	return r
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
	if r.out != nil && r.err == nil {
		r.err = r.out.Encode(e)
	}
	close(r.wake)
	r.wake = make(chan struct{})
}

// Events returns what was recorded so far, in order of arrival. The slice is
// never changed afterwards and must not be by the caller.
func (r *Recorder) Events() []Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.events[:len(r.events):len(r.events)]
}

// More returns a channel that is closed by the next Record.
func (r *Recorder) More() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.wake
}

// Err returns the first error of writing, if any.
func (r *Recorder) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// Read reads the NDJSON that a Recorder wrote. A last line cut short, as a
// killed run leaves it, is dropped; any other malformed line is an error that
// names its number.
func Read(in io.Reader) ([]Event, error) {
	var events []Event
	r := bufio.NewReader(in)
	for n := 1; ; n++ {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return events, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read timeline line %d: %w", n, err)
		}
		var e Event
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, fmt.Errorf("read timeline line %d: %w", n, err)
		}
		events = append(events, e)
	}
}
