package check

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/notify"
	"github.com/viplab/viplab/daemon/track"
	"github.com/viplab/viplab/daemon/vrrp"
)

// Runner runs a command to its end, as notify.Runner.Run does.
type Runner interface {
	Run(ctx context.Context, c notify.Command, timeout time.Duration) (notify.Status, error)
}

// Options are what a Manager works with.
type Options struct {
	Log notify.Logger
	Run Runner // of MISC_CHECK; the Manager does not close it
	// Report takes a result that is new. It must not wait, nor call the Manager.
	Report func(Result)
	// OnThread, if not nil, is called on the thread that makes the connections,
	// before it does: to enter a network namespace, for example.
	OnThread func() error

	early time.Duration // by which tests have first attempts before their time
}

// ErrClosed says that the Manager is closed, or that its event loop has failed.
var ErrClosed = errors.New("the checkers are closed")

// Manager runs checkers.
type Manager struct {
	loop  *loop
	files *track.Manager

	mu     sync.Mutex // for one call at a time
	env    environment
	list   []*conf.TrackFile
	closed bool
}

// environment is what of a configuration concerns all checkers.
type environment struct {
	ssl      *conf.SSL
	accounts *notify.Accounts
}

// New returns a Manager without checkers. Close must follow.
func New(o Options) (*Manager, error) {
	l, err := newLoop(&o)
	if err != nil {
		return nil, err
	}
	started := make(chan error, 1)
	go l.live(started)
	if err := <-started; err != nil {
		return nil, err
	}
	m := &Manager{loop: l, env: environment{accounts: &notify.Accounts{}}}
	m.files = track.New(track.Options{Log: o.Log, Report: func(r vrrp.Result) {
		if r.Known {
			l.post(func() { l.setFile(r.Name, r.Value) })
		}
	}})
	return m, nil
}

// Use has the checkers of the next Start or Reload work with what cfg says apart
// from them: SSL, the accounts of scripts, the files that FILE_CHECK follows.
func (m *Manager) Use(cfg *conf.Config) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := &cfg.Global.Scripts
	m.env = environment{ssl: cfg.SSL, accounts: &notify.Accounts{User: s.User, Group: s.Group, Security: s.Security, Supplementary: s.SupplementaryOn}}
	m.list = cfg.TrackFiles
}

// Start starts checkers. The first attempts come a second later, and spread over
// their warmup.
func (m *Manager) Start(specs []Spec) error { return m.apply(specs, m.files.Start) }

// Reload makes specs the checkers that run. Those that are the same keep their state and
// their phase. Those that are gone have ended when it returns, and nothing of
// theirs is reported any more.
func (m *Manager) Reload(specs []Spec) error { return m.apply(specs, m.files.Reload) }

func (m *Manager) apply(specs []Spec, follow func(*conf.Config) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	fresh := make([]*checker, len(specs))
	for i := range specs {
		fresh[i] = m.newChecker(&specs[i])
	}
	if !m.loop.do(func() { m.loop.replace(fresh) }) {
		return ErrClosed
	}
	return follow(m.followed(specs))
}

// followed is a configuration in which the files that specs follow are tracked.
func (m *Manager) followed(specs []Spec) *conf.Config {
	used := map[string]bool{}
	for i := range specs {
		if p, ok := specs[i].Checker.Probe.(*conf.FileProbe); ok {
			used[p.TrackFile] = true
		}
	}
	cfg, all := &conf.Config{}, &conf.Instance{}
	for _, f := range m.list {
		if used[f.Name] {
			cfg.TrackFiles = append(cfg.TrackFiles, f)
			all.TrackFiles = append(all.TrackFiles, conf.Track{Name: f.Name})
		}
	}
	cfg.Instances = []*conf.Instance{all}
	return cfg
}

// BFD takes the state of a BFD session, for those that follow it. It never waits.
func (m *Manager) BFD(name string, up bool) {
	m.loop.post(func() { m.loop.setSession(name, up) })
}

// Suspend has a checker make no attempts, nor report anything, or lets it go on, in
// the phase that it had. One that is unknown is passed over.
func (m *Manager) Suspend(id ID, off bool) {
	m.loop.do(func() {
		if c := m.loop.byID[id]; c != nil {
			m.loop.suspend(c, off)
		}
	})
}

// SuspendAll is Suspend of all checkers there are.
func (m *Manager) SuspendAll(off bool) {
	m.loop.do(func() {
		for _, c := range m.loop.list {
			m.loop.suspend(c, off)
		}
	})
}

// Reports returns what there is to know of each checker, in the order of Start.
func (m *Manager) Reports() (out []Report) {
	m.loop.do(func() {
		for _, c := range m.loop.list {
			out = append(out, m.loop.report(c))
		}
	})
	return slices.Clip(out)
}

// Late returns how late the latest attempt began since the last call.
func (m *Manager) Late() (by time.Duration) {
	m.loop.do(func() { by, m.loop.longest = m.loop.longest, 0 })
	return by
}

// Close ends all checkers. It returns when nothing is left, or the error of ctx when
// that ends before. Nothing is reported any more.
func (m *Manager) Close(ctx context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	m.loop.post(func() { m.loop.finish(nil) })
	err := m.files.Close(ctx)
	done := make(chan struct{})
	go func() {
		<-m.loop.done
		m.loop.beside.Wait()
		close(done)
	}()
	select {
	case <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
