package vrrpd

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/viplab/viplab/daemon/child"
	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/logs"
	"github.com/viplab/viplab/daemon/netns"
	"github.com/viplab/viplab/daemon/notify"
	"github.com/viplab/viplab/daemon/process"
	"github.com/viplab/viplab/daemon/router"
	"github.com/viplab/viplab/daemon/status"
	"github.com/viplab/viplab/daemon/syncd"
	"github.com/viplab/viplab/daemon/track"
)

// service is the process as the parent sees it. Its methods may run at a time as
// child.Service says; stop comes when none does.
type service struct {
	stderr   io.Writer
	end      context.CancelFunc // has the process end
	log      *logs.Log
	settings child.Settings
	config   *conf.Config
	runner   *notify.Runner
	notifier *notify.Notifier
	router   *router.Router
	watchers *watchers
	sync     *syncd.Follower    // of connections
	cancel   context.CancelFunc // stops the router
	ended    chan struct{}      // closed when it has ended
	place    *place             // in the scheduler
	overruns func()             // ends the watch of RLIMIT_RTTIME
	err      error              // why Start failed, or the router has ended
}

var _ child.Service = (*service)(nil)

// Start runs cfg.
func (s *service) Start(ctx context.Context, o child.Settings, cfg *conf.Config) error {
	s.log = logs.New(o.Log.Options(s.stderr))
	track.Prune(cfg, s.log)
	s.config, s.settings = cfg, o
	s.settle(o)
	if err := s.open(ctx, o); err != nil {
		s.err = err
		s.log.Printf("%v", err)
		return err
	}
	return nil
}

// settle makes the process what the command line and the configuration want.
// Nothing of it keeps anything from running.
func (s *service) settle(o child.Settings) {
	o.Settle(s.config, s.config.Global.Processes.VRRP.Name, s.complain)
	s.place = newPlace(s.log)
	s.place.take(&s.config.Global)
	s.overruns = watchOverruns(s.log)
}

// open starts the parts: first what the router tells of transitions, and those
// who tell it how things stand.
func (s *service) open(ctx context.Context, o child.Settings) error {
	s.runner = notify.NewRunner(notify.Options{Log: s.log, Launcher: true, Lazy: true, OnThread: process.Plain})
	s.prepare(s.config)
	s.notifier = notify.New(s.runner, s.notifications(s.config))
	s.sync = syncd.New(s.log, netns.OfIPVS(s.config))
	s.sync.Use(s.config)
	var err error
	if s.router, err = router.New(router.Options{Log: s.log, Notify: s.post, Keep: o.KeepVRRP, Alone: true, Late: s.place.note, LogAddresses: o.LogAddresses}); err != nil {
		return err
	}
	s.watchers = newWatchers(o, s.log, s.runner, s.router.Report)
	if err := s.watchers.start(s.config); err != nil {
		return err
	}
	running, cancel := context.WithCancel(context.Background())
	ready := make(chan struct{})
	s.cancel, s.ended = cancel, make(chan struct{})
	go s.run(running, s.config, ready)
	select {
	case <-ready:
		return nil
	case <-s.ended:
		if s.err == nil {
			return errEnded
		}
		return s.err
	case <-ctx.Done():
		cancel()
		<-s.ended
		return ctx.Err()
	}
}

// post tells others. It never waits.
func (s *service) post(e notify.Event) {
	s.sync.Note(e)
	s.notifier.Post(e)
}

// prepare has what cfg may run start without delay.
func (s *service) prepare(cfg *conf.Config) {
	if runsCommands(cfg) {
		s.runner.Prepare()
	}
}

// notifications is whom cfg wants to be told. The script of the common pipe is the
// checker process's, where there is one.
func (s *service) notifications(cfg *conf.Config) notify.Config {
	return notify.Of(cfg, notify.Routers, !s.settings.HasCheckers(cfg))
}

// run is the router's goroutine.
func (s *service) run(ctx context.Context, cfg *conf.Config, ready chan<- struct{}) {
	defer close(s.ended)
	up := false
	s.err = s.router.Run(ctx, cfg, func() { up = true; close(ready) })
	if !up {
		return // Start says so
	}
	if s.err != nil {
		s.log.Printf("%v", s.err)
	}
	s.end()
}

// Reload replaces the configuration. The router is the first that can refuse it;
// the trackers take it last, since they would forget what they have found out
// about those that are gone.
func (s *service) Reload(ctx context.Context, cfg *conf.Config) error {
	s.log.Reopen()
	s.log.Printf("Reloading")
	track.Prune(cfg, s.log)
	s.prepare(cfg)
	if err := s.notifier.Reload(ctx, s.notifications(cfg)); err != nil {
		return err
	}
	err := s.router.Reload(ctx, cfg)
	if err == nil {
		if err = s.watchers.reload(s.config, cfg); err != nil {
			err = errors.Join(err, s.router.Reload(ctx, s.config))
		}
	}
	if err != nil {
		return errors.Join(err, s.notifier.Reload(ctx, s.notifications(s.config)))
	}
	s.place.take(&cfg.Global)
	s.sync.Use(cfg)
	s.config = cfg
	s.log.Printf("Reload complete")
	return nil
}

// Status is what the router and the trackers have, and what was lost.
func (s *service) Status(ctx context.Context) (*status.Status, error) {
	st, err := s.router.Status(ctx)
	if err != nil {
		return nil, err
	}
	st.Trackers = s.describe(st.Trackers)
	lost := s.notifier.Stats()
	st.Lost = status.Lost{Events: lost.Events, Lines: lost.Lines, Mails: lost.Mails}
	return st, nil
}

// describe has trackers say more of themselves than the router knows.
func (s *service) describe(list []status.Tracker) []status.Tracker {
	more := map[[2]string]status.Tracker{}
	for _, t := range s.watchers.list() {
		more[[2]string{t.Kind, t.Name}] = t
	}
	for n, t := range list {
		key := [2]string{t.Kind, t.Name}
		if m, ok := more[key]; ok {
			list[n] = m
			delete(more, key)
		}
	}
	for _, t := range s.watchers.list() {
		if m, ok := more[[2]string{t.Kind, t.Name}]; ok {
			list = append(list, m)
		}
	}
	return list
}

// Switchover has a Master give way.
func (s *service) Switchover(ctx context.Context, instance string) error {
	return known(s.router.Switchover(ctx, instance))
}

// Maintenance takes instances out of service or back.
func (s *service) Maintenance(ctx context.Context, instance string, on bool) error {
	return known(s.router.Maintenance(ctx, instance, on))
}

// ClearStats sets the counters to 0.
func (s *service) ClearStats(ctx context.Context) error { return s.router.ClearStats(ctx) }

// known makes an error of the router's one that the parent tells apart.
func known(err error) error {
	switch {
	case errors.Is(err, router.ErrUnknownInstance):
		return fmt.Errorf("%w: %w", child.ErrUnknownInstance, err)
	case errors.Is(err, router.ErrNotMaster):
		return fmt.Errorf("%w: %w", child.ErrNotMaster, err)
	}
	return err
}

// ReopenLogs opens the log file anew.
func (s *service) ReopenLogs() { s.log.Reopen() }

var errEnded = errors.New("the router has ended")
