package kernel

import (
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeRunner is an instance whose frames a test writes.
type fakeRunner struct {
	noInput
	events  *io.PipeReader
	frames  *io.PipeWriter
	control io.Writer
	killed  chan struct{}
	once    sync.Once
}

func newFakeRunner() *fakeRunner {
	r := &fakeRunner{killed: make(chan struct{}), control: io.Discard}
	r.events, r.frames = io.Pipe()
	return r
}

func (r *fakeRunner) channels() (io.Writer, io.Reader) { return r.control, r.events }
func (r *fakeRunner) input() feeder                    { return r }
func (r *fakeRunner) wait() error                      { return nil }

func (r *fakeRunner) kill() {
	r.once.Do(func() {
		close(r.killed)
		r.frames.Close()
	})
}

type sent struct {
	kind    frameKind
	payload string
}

func TestSession(t *testing.T) {
	exit := func(status int) sent { return sent{frameExit, string(exitPayload(status))} }
	tests := []struct {
		name   string
		frames []sent
		stays  bool // the runner does not end by itself
		status int
		err    string
		is     error
	}{
		{"an exit status", []sent{{frameReady, ""}, {frameStdout, "hi"}, exit(7)}, false, 7, "", nil},
		{"one of a runner that does not go", []sent{exit(0)}, true, 0, "", nil},
		{"silence", []sent{{frameReady, ""}, {frameReport, "step 1"}}, true, ExitDeadline, "while step 1", ErrStuck},
		{"silence from the first", nil, true, ExitDeadline, "while running a command", ErrStuck},
		{"the deadline", []sent{{frameReport, "step 2"}, {frameDeadline, ""}, exit(143)}, false, ExitDeadline, "while step 2", ErrDeadline},
		{"a runner that failed", []sent{{frameFailed, "mount /proc: no"}, exit(exitRunnerFailed)}, false, exitRunnerFailed, "mount /proc: no", nil},
		{"an end without an exit status", []sent{{frameReport, "step 3"}}, false, exitRunnerFailed, "the runner ended", nil},
		{"an exit status that is none", []sent{{frameExit, "x"}}, false, exitRunnerFailed, "the runner ended", nil},
		{"frames of another version", []sent{{'?', "what"}, exit(1)}, false, 1, "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newFakeRunner()
			go func() {
				for _, f := range tt.frames {
					if writeFrame(r.frames, f.kind, []byte(f.payload)) != nil {
						return
					}
				}
				if !tt.stays {
					r.frames.Close()
				}
			}()
			var out strings.Builder
			c := Command{Args: []string{"a", "command"}, Watchdog: -1, Stdout: &out}
			if tt.stays {
				c.Watchdog = 300 * time.Millisecond
			}
			s := newSession(job{Args: c.Args, Kernel: Kernel{Backend: BackendHost, Clock: ClockReal}}, c, r)
			status, err := s.supervise(t.Context())
			s.inputs.Wait()
			if status != tt.status {
				t.Errorf("status %d, want %d", status, tt.status)
			}
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) || tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("error %v, want one with %q", err, tt.err)
			}
			<-r.killed // whatever came of it
		})
	}
}

// recorder keeps what is written to it.
type recorder struct {
	mu      sync.Mutex
	written []byte
}

func (r *recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.written = append(r.written, p...)
	return len(p), nil
}

func (r *recorder) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return string(r.written)
}

func TestSessionHoldsFramesUntilTheRunnerListens(t *testing.T) {
	r, control := newFakeRunner(), &recorder{}
	s := newSession(job{Kernel: Kernel{Backend: BackendUML}}, Command{Args: []string{"x"}}, r)
	s.control = control
	relayed := make(chan error, 1)
	go func() { relayed <- s.relay(r.events) }()
	sending := make(chan error, 1)
	go func() { sending <- s.send(frameSignal, []byte{15}) }()
	// Output that asks for an acknowledgement must not wait for the runner's word.
	for range outputWindow / maxPayload {
		if err := writeFrame(r.frames, frameStdout, make([]byte, maxPayload)); err != nil {
			t.Fatal(err)
		}
	}
	if text := control.text(); text != "" {
		t.Errorf("a runner that does not listen yet got %q", text)
	}
	if err := writeFrame(r.frames, frameReady, nil); err != nil {
		t.Fatal(err)
	}
	if err := <-sending; err != nil {
		t.Error(err)
	}
	if got, want := control.text(), string(appendFrame(nil, frameSignal, []byte{15})); got != want {
		t.Errorf("the runner got %q, want %q", got, want)
	}
	r.kill()
	if err := <-relayed; err != nil {
		t.Error(err)
	}
	close(s.over)
}
