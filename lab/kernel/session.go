package kernel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"syscall"
	"time"
)

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

var errRunnerGone = errors.New("the runner is gone")
