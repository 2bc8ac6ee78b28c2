package track

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/notify"
	"github.com/viplab/viplab/daemon/status"
	"github.com/viplab/viplab/daemon/vrrp"
)

// Runner runs a command to its end, as notify.Runner.Run does.
type Runner interface {
	Run(ctx context.Context, c notify.Command, timeout time.Duration) (notify.Status, error)
}

// Options are what a Manager works with.
type Options struct {
	Log notify.Logger
	Run Runner // of scripts; the Manager does not close it
	// Report takes a result that is new. It must not wait, nor call the Manager,
	// and is called on any goroutine.
	Report func(vrrp.Result)
}

// Manager runs the trackers of a configuration.
type Manager struct {
	opt       Options
	scripts   *scripts
	files     *files
	processes *processes

	mu     sync.Mutex // for one call at a time
	closed bool
}

// ErrClosed says that the Manager is closed.
var ErrClosed = errors.New("the trackers are closed")

// New returns a Manager without trackers. Close must follow.
func New(o Options) *Manager {
	return &Manager{opt: o, scripts: newScripts(&o), files: newFiles(&o), processes: newProcesses(&o)}
}

// Start starts the trackers of cfg that something tracks, and writes the files
// that it wants written (init_file). Files and processes have been looked at, and
// the results reported, when it returns; scripts have been started.
func (m *Manager) Start(cfg *conf.Config) error { return m.apply(cfg, true) }

// Reload makes cfg the configuration. Trackers that do not change keep their
// state and phase, and report nothing. Of those that do, the last result stands
// until there is another one; only the ones that are gone have theirs withdrawn.
func (m *Manager) Reload(cfg *conf.Config) error { return m.apply(cfg, false) }

func (m *Manager) apply(cfg *conf.Config, first bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	used := usedBy(cfg)
	m.files.apply(cfg, used)
	m.processes.apply(cfg, used)
	m.scripts.apply(cfg, used, first)
	return nil
}

// Repeat reports the last result of every tracker that has one again, for
// somebody who has forgotten them.
func (m *Manager) Repeat() {
	m.files.repeat()
	m.processes.repeat()
	m.scripts.repeat()
}

// Trackers returns what there is to know of each tracker: scripts, files,
// processes, in the order of the configuration.
func (m *Manager) Trackers() []status.Tracker {
	var out []status.Tracker
	for _, list := range [][]vrrp.Result{m.scripts.results(), m.files.results(), m.processes.results()} {
		for _, r := range list {
			out = append(out, status.Tracker{Kind: r.Kind.String(), Name: r.Name, Known: r.Known, Up: r.Up, Text: r.Text})
		}
	}
	return out
}

// Close ends all trackers. Scripts that run get SIGTERM and, if they take no
// notice, SIGKILL after the Runner's grace. It returns when nothing is left, or
// the error of ctx when that ends before; what still runs then is the Runner's to
// end. Nothing is reported any more.
func (m *Manager) Close(ctx context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	done := make(chan struct{})
	go func() {
		defer close(done)
		var all sync.WaitGroup
		all.Go(m.scripts.close)
		all.Go(m.files.close)
		all.Go(m.processes.close)
		all.Wait()
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
