package notify

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Close waits for the commands that run. Those that still do after
// Options.StopLimit get SIGTERM, after a short while more SIGKILL; both come at
// once when ctx ends. It returns nil when none is left. Nothing can be run any
// more.
func (r *Runner) Close(ctx context.Context) error {
	r.mu.Lock()
	if first := !r.closed; first {
		r.closed = true
		if len(r.running) == 0 {
			close(r.idle)
		}
	}
	r.mu.Unlock()
	defer r.prints.close()
	defer r.closeLauncher()
	if r.quietFor(ctx, r.opt.StopLimit) {
		return nil
	}
	for _, p := range r.left() {
		if p.terminate() {
			r.opt.Log.Printf("%s: ending it, the daemon stops", p.describe())
		}
	}
	if r.quietFor(ctx, stopGrace) {
		return nil
	}
	for _, p := range r.left() {
		p.kill()
	}
	if r.quietFor(context.Background(), killWait) {
		return nil
	}
	var names []string
	for _, p := range r.left() {
		names = append(names, p.describe())
	}
	return fmt.Errorf("cannot be killed: %s", strings.Join(names, ", "))
}

// quietFor waits for the last command to end, for limit at most, and reports
// whether it has.
func (r *Runner) quietFor(ctx context.Context, limit time.Duration) bool {
	t := time.NewTimer(limit)
	defer t.Stop()
	select {
	case <-r.idle:
		return true
	case <-t.C:
	case <-ctx.Done():
	}
	return false
}

// left are the commands that still run, oldest first.
func (r *Runner) left() []*process {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.SortedFunc(maps.Keys(r.running), func(a, b *process) int { return a.at.Compare(b.at) })
}
