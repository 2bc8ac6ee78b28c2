package job

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/kernel"
	"github.com/viplab/viplab/reports"
)

// Runner runs jobs in kernels of their own.
type Runner struct {
	Kernel kernel.Kernel
	// Fallback, when not nil, is where a job goes again that got stuck: a busy loop
	// hangs an ideal clock, but not a virtual one.
	Fallback *kernel.Kernel
	// Parallel is how many jobs run at once, at least one.
	Parallel int
	// Deadline bounds a job in lab time, Watchdog in host time without a sign of
	// life; zero is the kernel's own default.
	Deadline, Watchdog time.Duration
	// Command is this executable's own command that calls Execute on the folder
	// that is added as its last argument.
	Command []string
	// Progress, if set, is told what job i is doing, and Done how it ended. Calls
	// may overlap.
	Progress func(i int, what string)
	Done     func(i int, r reports.Result)
}

// Run runs jobs and returns their results, in the same order. It stops early
// only when ctx ends.
func (r Runner) Run(ctx context.Context, run string, jobs []Spec) ([]reports.Result, error) {
	results := make([]reports.Result, len(jobs))
	var group errgroup.Group
	group.SetLimit(max(r.Parallel, 1))
	for i, spec := range jobs {
		group.Go(func() error {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			results[i] = r.one(ctx, i, spec, run)
			if r.Done != nil {
				r.Done(i, results[i])
			}
			return nil
		})
	}
	err := group.Wait()
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return results, err
}

// one runs a job and judges it. What keeps it from running is in the result.
func (r Runner) one(ctx context.Context, i int, spec Spec, run string) reports.Result {
	start, dir := time.Now(), spec.Dir(run)
	err := spec.Prepare(dir)
	if err == nil {
		err = r.execute(ctx, i, r.Kernel, dir)
		if errors.Is(err, kernel.ErrStuck) && r.Fallback != nil {
			r.progress(i, fmt.Sprintf("stuck on the %s clock, again on the %s clock", r.Kernel.Clock, r.Fallback.Clock))
			err = r.execute(ctx, i, *r.Fallback, dir)
		}
	}
	result, judgeErr := Judge(run, dir)
	if judgeErr != nil {
		result = spec.blank()
		err = errors.Join(err, judgeErr)
	}
	if err != nil {
		result.Verdict, result.Reason = expect.Error, err.Error()
		result.Environment = errors.Is(err, kernel.ErrEnvironment)
	}
	result.WallSeconds = time.Since(start).Seconds()
	return result
}

func (r Runner) progress(i int, what string) {
	if r.Progress != nil {
		r.Progress(i, what)
	}
}

// execute starts this executable again, in the kernel, to do the job.
func (r Runner) execute(ctx context.Context, i int, k kernel.Kernel, dir string) error {
	var complaint bytes.Buffer
	status, err := k.Run(ctx, kernel.Command{
		Self: true, Args: append(r.Command, dir), Env: os.Environ(),
		Stdout: &complaint, Stderr: &complaint,
		Share: []string{dir}, Deadline: r.Deadline, Watchdog: r.Watchdog,
		Progress: func(what string) { r.progress(i, what) },
	})
	text := strings.TrimSpace(complaint.String())
	switch {
	case err != nil && text != "":
		return fmt.Errorf("%w\n%s", err, text)
	case err != nil:
		return err
	case status != 0:
		return fmt.Errorf("exit status %d: %s", status, text)
	}
	return nil
}
