package checkd

import (
	"context"
	"errors"
	"io"

	"github.com/viplab/viplab/daemon/check"
	"github.com/viplab/viplab/daemon/child"
	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/logs"
	"github.com/viplab/viplab/daemon/netns"
	"github.com/viplab/viplab/daemon/notify"
	"github.com/viplab/viplab/daemon/process"
	"github.com/viplab/viplab/daemon/status"
	"github.com/viplab/viplab/daemon/syncd"
)

// service is the process as the parent sees it. Its methods may run at a time as
// child.Service says; stop comes when none does.
type service struct {
	stderr   io.Writer
	end      context.CancelFunc // has the process end
	settings child.Settings
	log      *logs.Log
	config   *conf.Config
	runner   *notify.Runner
	notifier *notify.Notifier
	director *director
	checks   *check.Manager
	cancel   context.CancelFunc // ends the director
	place    conf.Process       // what the process has of the kernel
	failed   bool               // Start could not start it
	locals   *locals            // nil: nothing depends on this host's addresses
	follower *syncd.Follower    // nil: the VRRP process sees to it
	sessions *sessions          // of BFD
}

var _ child.Service = (*service)(nil)

// errEnded says that the process is about to end.
var errEnded = errors.New("the checker process ends")

// Start runs cfg, or has the process end with an error.
func (s *service) Start(ctx context.Context, o child.Settings, cfg *conf.Config) error {
	err := s.start(ctx, o, cfg)
	s.failed = err != nil
	return err
}

// start runs cfg. The table of the kernel is as cfg wants it when it returns, as
// far as the kernel plays along.
func (s *service) start(ctx context.Context, o child.Settings, cfg *conf.Config) error {
	s.log = logs.New(o.Log.Options(s.stderr))
	s.config, s.settings = cfg, o
	s.settle()
	s.runner = notify.NewRunner(notify.Options{Log: s.log, Launcher: true, Lazy: true, OnThread: process.Plain})
	s.prepare(cfg)
	s.notifier = notify.New(s.runner, notify.Of(cfg, notify.Servers, true))
	t := s.newTable()
	s.director = newDirector(s.log, t, s.notifier.Post)
	var err error
	if s.checks, err = check.New(check.Options{Log: s.log, Run: s.runner, Report: s.director.report}); err != nil {
		return err
	}
	s.director.suspend = s.checks.Suspend
	s.sessions = &sessions{log: s.log, report: s.checks.BFD}
	s.director.now = s.sessions.again
	events := s.director.say(s.director.pools.Load(cfg))
	s.log.Printf("Initializing ipvs")
	t.replace(ctx, s.director.pools.Wanted())
	s.director.post(events)
	s.checks.Use(cfg)
	if err := s.checks.Start(s.director.pools.Checkers()); err != nil {
		return err
	}
	running, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	go s.director.run(running)
	s.watch()
	s.follow(cfg)
	s.observe(cfg)
	return nil
}

// follow sees to the connection sync daemon where there is no VRRP process to do
// it.
func (s *service) follow(cfg *conf.Config) {
	switch elsewhere := s.settings.HasVRRP(cfg); {
	case elsewhere && s.follower != nil:
		s.follower.Close(true)
		s.follower = nil
	case elsewhere:
	case s.follower == nil:
		s.follower = syncd.New(s.log, netns.OfIPVS(cfg))
		fallthrough
	default:
		s.follower.Use(cfg)
	}
}

// watch follows this host's addresses as long as something depends on them.
func (s *service) watch() {
	wanted := false
	if s.director.do(context.Background(), func() { wanted = s.director.pools.Suspends() }) != nil {
		return
	}
	switch {
	case wanted && s.locals == nil:
		var err error
		s.locals, err = watchLocals(s.log, s.director.located)
		s.complain(err)
	case !wanted && s.locals != nil:
		s.locals.close()
		s.locals = nil
	}
}

// Reload replaces the configuration. What is the same in both goes on as it is.
func (s *service) Reload(ctx context.Context, cfg *conf.Config) error {
	s.log.Reopen()
	s.log.Printf("Reloading")
	s.prepare(cfg)
	if err := s.notifier.Reload(ctx, notify.Of(cfg, notify.Servers, true)); err != nil {
		return err
	}
	var failed error
	err := s.director.do(ctx, func() {
		d := s.director
		d.take() // under the names that the results were made for
		events := d.say(d.pools.Load(cfg))
		s.checks.Use(cfg)
		failed = s.checks.Reload(d.pools.Checkers())
		d.table.time(timeouts(cfg))
		d.table.replace(ctx, d.pools.Wanted())
		d.post(events)
		d.locate()
	})
	if err = errors.Join(err, failed); err != nil {
		return err
	}
	s.take(&cfg.Global.Processes.Checker)
	s.config = cfg
	s.watch()
	s.follow(cfg)
	s.observe(cfg)
	s.log.Printf("Reload complete")
	return nil
}

// Status is what checkers and pools know, and what the kernel has counted.
func (s *service) Status(ctx context.Context) (*status.Status, error) {
	st := &status.Status{Trackers: s.sessions.list()}
	reports := s.checks.Reports()
	err := s.director.do(ctx, func() {
		list, err := s.director.table.read()
		if err != nil {
			st.IPVS = err.Error()
		}
		st.VirtualServers = s.director.pools.Status(reports, list)
	})
	lost := s.notifier.Stats()
	st.Lost = status.Lost{Events: lost.Events, Lines: lost.Lines, Mails: lost.Mails}
	return st, err
}

// Switchover and Maintenance are of virtual routers.
func (s *service) Switchover(context.Context, string) error        { return child.ErrMethod }
func (s *service) Maintenance(context.Context, string, bool) error { return child.ErrMethod }

// ClearStats leaves the kernel's counters to the kernel.
func (s *service) ClearStats(context.Context) error { return nil }

// ReopenLogs opens the log file anew.
func (s *service) ReopenLogs() { s.log.Reopen() }
