package kernel

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"
)

// cancelGrace is the host time between SIGTERM and the end of everything when
// the caller cancels a run.
const cancelGrace = time.Second

// instance is a runner seen from the host.
type instance interface {
	// channels returns the frames to and from the runner. The second ends when the
	// runner is gone.
	channels() (control io.Writer, events io.Reader)
	// input passes the command's standard input on.
	input() feeder
	// kill ends every process of the runner. It may be called more than once.
	kill()
	// wait returns when the runner has left nothing, with what it said if it ended
	// before its job did.
	wait() error
}

// Run runs a command in a runner on k and returns its exit status, 128 + n if
// signal n ended it, 127 if it is not found and 126 if it cannot be started.
//
// When Run returns, no process, mount or temporary file of the run is left. That
// holds too, within two seconds, if this process is killed meanwhile.
//
// The error is a *DeadlineError with status ExitDeadline, a *StuckError, an
// ErrEnvironment, the context's error if it was cancelled (the command got
// SIGTERM and a second), or says why the command did not run.
func (k Kernel) Run(ctx context.Context, c Command) (int, error) {
	j, err := newJob(k, c)
	if err != nil {
		return exitRunnerFailed, err
	}
	_, status, err := k.runJob(ctx, j, c)
	return status, err
}

func (k Kernel) runJob(ctx context.Context, j job, c Command) (*session, int, error) {
	if err := ctx.Err(); err != nil {
		return nil, exitRunnerFailed, err
	}
	j.OwnStdin = k.Backend == BackendHost && inheritable(c.Stdin)
	inst, err := k.start(j, c)
	if err != nil {
		return nil, exitRunnerFailed, err
	}
	s := newSession(j, c, inst)
	status, err := s.supervise(ctx)
	s.inputs.Wait()
	return s, status, err
}

func (k Kernel) start(j job, c Command) (instance, error) {
	switch k.Backend {
	case BackendHost:
		return startHost(j, c)
	case BackendUML:
		return startUML(j, c)
	default:
		return nil, fmt.Errorf("run on kernel %q: no such backend", k.Backend)
	}
}

// session is the host's side of a run.
type session struct {
	job     job
	command Command
	inst    instance

	control   io.Writer
	controlMu sync.Mutex
	life      chan struct{} // a sign of life
	ready     chan struct{} // closed when the runner listens
	over      chan struct{} // closed when the runner's frames end
	inputs    sync.WaitGroup

	// What the runner said; only relay writes it, until over is closed.
	mu       sync.Mutex
	what     string
	probed   []byte
	failed   string
	status   int
	finished bool // it sent its exit status
	deadline bool
	read     int64 // bytes of frames taken
}

func newSession(j job, c Command, inst instance) *session {
	return &session{
		job: j, command: c, inst: inst, what: "running " + strings.Join(j.Args, " "),
		life: make(chan struct{}, 1), ready: make(chan struct{}), over: make(chan struct{}),
	}
}

// supervise passes everything to and fro until the runner ends, and ends it if
// the caller cancels or the watchdog barks.
func (s *session) supervise(ctx context.Context) (int, error) {
	control, events := s.inst.channels()
	s.control = control
	relayed := make(chan error, 1)
	go func() {
		err := s.relay(events)
		close(s.over)
		relayed <- err
	}()
	s.inputs.Go(s.passSignals)
	s.inputs.Go(func() { s.inst.input().feed(s.send, s.over) })
	ended := s.watch(ctx)
	relayErr := <-relayed
	s.inst.kill()
	waitErr := s.inst.wait()
	if ended != nil {
		return s.statusOf(ended), ended
	}
	return s.result(relayErr, waitErr)
}

// watch returns when the runner's frames end, with the reason if it is this side
// that ended them.
func (s *session) watch(ctx context.Context) error {
	patience := watchdogOf(s.command.Watchdog)
	watchdog := time.NewTimer(patience)
	defer watchdog.Stop()
	if patience == 0 {
		watchdog.Stop()
	}
	var reason error
	cancelled, life := ctx.Done(), s.life
	for {
		select {
		case <-s.over:
			return reason
		case <-life:
			if patience > 0 {
				watchdog.Reset(patience)
			}
		case <-watchdog.C:
			if reason == nil && !s.hasFinished() { // a runner that is slow to go has done its job
				reason = &StuckError{Watchdog: patience, What: s.doing(), Kernel: s.job.Kernel}
			}
			s.inst.kill()
		case <-cancelled:
			reason, cancelled = context.Cause(ctx), nil
			s.inputs.Go(s.terminate)
			patience = cancelGrace
			watchdog.Reset(patience)
			life = nil // from now on signs of life do not help
		}
	}
}

// terminate asks the command to end.
func (s *session) terminate() {
	_ = s.send(frameSignal, []byte{byte(syscall.SIGTERM)}) // if it is gone, there is nobody to ask
}

// statusOf is the exit status that goes with a reason to end a run.
func (s *session) statusOf(reason error) int {
	if errors.Is(reason, ErrStuck) {
		return ExitDeadline
	}
	return 128 + int(syscall.SIGTERM)
}

// result is what a run that was not ended from here came to.
func (s *session) result(relayErr, waitErr error) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.deadline:
		return ExitDeadline, &DeadlineError{Limit: s.job.Deadline, What: s.what}
	case s.failed != "":
		return s.status, errors.New(s.failed)
	case !s.finished:
		err := errors.Join(errors.New("the runner ended"), relayErr, waitErr)
		return exitRunnerFailed, fmt.Errorf("run on %s while %s: %w", s.job.Kernel, s.what, err)
	default:
		return s.status, relayErr
	}
}

// relay takes the runner's frames until they end.
func (s *session) relay(events io.Reader) error {
	for {
		f, err := readFrame(events)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read from the runner: %w", err)
		}
		poke(s.life)
		if err := s.take(f); err != nil {
			return err
		}
		s.acknowledge(frameHeader + len(f.payload))
	}
}

// doing is what the run last said that it was doing.
func (s *session) doing() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.what
}

// hasFinished reports whether the runner has sent its exit status.
func (s *session) hasFinished() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.finished
}

// send sends a frame to the runner as soon as that listens: a guest does not
// notice what lies in its control line when it opens it.
func (s *session) send(kind frameKind, payload []byte) error {
	select {
	case <-s.ready:
	case <-s.over:
		return errRunnerGone
	}
	s.controlMu.Lock()
	defer s.controlMu.Unlock()
	return writeFrame(s.control, kind, payload)
}

// acknowledge tells a guest now and then how much of its output is taken.
func (s *session) acknowledge(size int) {
	const step = outputWindow / 16
	before := s.read / step
	s.read += int64(size)
	if s.job.Kernel.Backend == BackendUML && s.read/step != before {
		// A guest that is gone needs no acknowledgement.
		_ = s.send(frameConsumed, binary.LittleEndian.AppendUint64(nil, uint64(s.read)))
	}
}

var errRunnerGone = errors.New("the runner is gone")

// write writes output to a caller's writer, nil for one who does not care.
func write(w io.Writer, data []byte) error {
	if w == nil {
		return nil
	}
	if _, err := w.Write(data); err != nil && !errors.Is(err, os.ErrClosed) && !errors.Is(err, syscall.EPIPE) {
		return fmt.Errorf("pass output on: %w", err)
	}
	return nil
}
