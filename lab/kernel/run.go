package kernel

import (
	"context"
	"fmt"
	"io"
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
