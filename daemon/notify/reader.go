package notify

import (
	"context"
	"errors"
	"time"
)

// When the script of a pipe ends, it is started again after restartMin, twice
// as long each time up to restartMax, and from restartMin again once it has run
// for restartMax.
const (
	restartMin = time.Second
	restartMax = time.Minute
	// lastLines is how long a script has to read the last lines before it gets
	// SIGTERM, unreadPoll how often to look whether it has.
	lastLines  = 250 * time.Millisecond
	unreadPoll = 10 * time.Millisecond
)

// pauses are between two runs of a script.
type pauses struct{ min, max time.Duration }

// reader is the script of a pipe and what keeps it running.
type reader struct {
	run     *Runner
	label   string
	command func() (Command, error)
	pauses  pauses
	cancel  context.CancelFunc
	done    chan struct{}
}

// start keeps the script running until stop.
func (r *reader) start() {
	var ctx context.Context
	ctx, r.cancel = context.WithCancel(context.Background())
	r.done = make(chan struct{})
	go func() {
		defer close(r.done)
		r.live(ctx)
	}()
}

func (r *reader) live(ctx context.Context) {
	wait := r.pauses.min
	for {
		began := time.Now()
		how, err := r.once(ctx)
		if ctx.Err() != nil || errors.Is(err, ErrClosed) {
			return
		}
		if err != nil {
			how = err.Error()
		}
		if time.Since(began) >= r.pauses.max {
			wait = r.pauses.min
		}
		r.run.opt.Log.Printf("%s: %s, starting it again in %v", r.label, how, wait)
		if !sleep(ctx, wait) {
			return
		}
		wait = min(2*wait, r.pauses.max)
	}
}

// once runs the script to its end and returns how it ended.
func (r *reader) once(ctx context.Context) (string, error) {
	command, err := r.command()
	if err != nil {
		return "", err
	}
	status, err := r.run.Run(ctx, command, 0)
	return status.String(), err
}

// stop ends the script and waits until it is gone.
func (r *reader) stop() {
	r.cancel()
	<-r.done
}

// sleep waits for d and reports whether ctx let it.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
