package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Runner runs commands, each contained: with a session of its own, ended with
// the daemon, its output bounded, reaped at once.
type Runner struct {
	opt    Options
	prints *captures

	mu      sync.Mutex
	closed  bool
	running map[*process]struct{}
	sources map[string][]*process // those of Start, oldest first
	idle    chan struct{}         // closed when a closed runner has nothing left

	stuck atomic.Int32 // commands that take long to start: wait for no others

	launching sync.Mutex
	current   *launcher
	ended     bool // no launcher any more
}

// NewRunner returns a Runner. Close must follow.
func NewRunner(o Options) *Runner {
	r := &Runner{opt: o.withDefaults(), prints: newCaptures(o.Log), running: map[*process]struct{}{}, sources: map[string][]*process{}, idle: make(chan struct{})}
	if !o.Lazy {
		r.Prepare()
	}
	return r
}

// Prepare starts the launcher, if there is to be one and it does not run, so that
// the first command does not have to.
func (r *Runner) Prepare() { r.launcher() }

// Start runs c and leaves it to itself. It returns when the program runs or
// cannot, so that what is started later starts later; in any case soon. Failures
// go to the log.
func (r *Runner) Start(c Command) {
	p, err := r.launch(c, false)
	if err != nil {
		r.opt.Log.Printf("%s: %v", c.Label, err)
		return
	}
	if r.stuck.Load() > 0 {
		return
	}
	late := time.NewTimer(startWait)
	defer late.Stop()
	select {
	case <-p.begun:
	case <-late.C: // a file system that does not answer, for example
		r.stuck.Add(1)
		go func() {
			<-p.begun
			r.stuck.Add(-1)
		}()
	}
}

// Run runs c and waits for its end. A command that runs longer than timeout, if
// that is not 0, or that still runs when ctx ends, gets SIGTERM, with all of its
// group, and after Options.Grace SIGKILL; the error is ErrTimeout or that of ctx
// then. Another error says why it could not run. Run returns a second after
// SIGKILL even if the kernel still holds on to the command, with a StuckError.
func (r *Runner) Run(ctx context.Context, c Command, timeout time.Duration) (Status, error) {
	p, err := r.launch(c, true)
	if err != nil {
		return Status{Code: -1}, err
	}
	var over <-chan time.Time
	if timeout > 0 {
		t := time.NewTimer(timeout)
		defer t.Stop()
		over = t.C
	}
	var why error
	select {
	case <-p.done:
		return p.result(nil)
	case <-over:
		why = ErrTimeout
	case <-ctx.Done():
		why = ctx.Err()
	}
	p.terminate()
	stuck := time.NewTimer(p.grace + killWait)
	defer stuck.Stop()
	select {
	case <-p.done:
		return p.result(why)
	case <-stuck.C:
		return Status{Code: -1}, &StuckError{why, p.done}
	}
}

// result is what Run returns of a process that is done.
func (p *process) result(why error) (Status, error) {
	if p.err != nil {
		return Status{Code: -1}, errors.Join(why, p.err)
	}
	return p.status, why
}

// launch starts c, by the launcher or on a thread of its own.
func (r *Runner) launch(c Command, quiet bool) (*process, error) {
	if len(c.Args) == 0 {
		return nil, errNoCommand
	}
	p := &process{Command: c, at: time.Now(), grace: r.opt.Grace, quiet: quiet, begun: make(chan struct{}), done: make(chan struct{})}
	if err := r.admit(p); err != nil {
		return nil, err
	}
	go func() {
		if l := r.launcher(); l != nil {
			r.live(p, l.start)
		} else {
			onThread(func() { r.live(p, r.startHere) })
		}
	}()
	return p, nil
}

func (r *Runner) live(p *process, start starter) {
	defer r.forget(p)
	p.live(start, &r.opt, r.prints.pipe(p.Command, r.opt.Discard || p.Discard))
	r.report(p)
}

// admit notes p as running, if there is room.
func (r *Runner) admit(p *process) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return ErrClosed
	}
	if len(r.running) >= maxRunning {
		return fmt.Errorf("%w (%d)", ErrBusy, len(r.running))
	}
	if !p.quiet {
		list := r.sources[p.Source]
		if len(list) >= 2*r.opt.PerSource {
			return fmt.Errorf("%w (%d, the oldest being %s)", ErrBusy, len(list), list[0].describe())
		}
		if len(list) >= r.opt.PerSource {
			r.endOldest(list)
		}
		r.sources[p.Source] = append(list, p)
	}
	r.running[p] = struct{}{}
	return nil
}

// endOldest ends the oldest of list that is not being ended yet.
func (r *Runner) endOldest(list []*process) {
	for _, p := range list {
		if p.terminate() {
			r.opt.Log.Printf("%s: ending it, %d commands are running", p.describe(), len(list))
			return
		}
	}
}

func (p *process) describe() string {
	return fmt.Sprintf("%s (pid %d, running for %v)", p.Label, p.pid(), time.Since(p.at).Round(time.Millisecond))
}

// report logs what went wrong with a command that nobody waits for.
func (r *Runner) report(p *process) {
	switch {
	case p.quiet:
	case p.err != nil:
		r.opt.Log.Printf("%s: %v", p.Label, p.err)
	case p.status != Status{}:
		r.opt.Log.Printf("%s: %v after %v", p.Label, p.status, time.Since(p.at).Round(time.Millisecond))
	}
}

func (r *Runner) forget(p *process) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.running, p)
	if list := slices.DeleteFunc(r.sources[p.Source], func(q *process) bool { return p == q }); len(list) > 0 {
		r.sources[p.Source] = list
	} else {
		delete(r.sources, p.Source)
	}
	if r.closed && len(r.running) == 0 {
		close(r.idle)
	}
}
