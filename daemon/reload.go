package daemon

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/process"
)

// reload reads the configuration again and has the children take it. One that
// cannot be run, or that has mistakes which the running one has not, is refused:
// there is a working one. While a reload is on its way, one more is remembered.
func (s *supervisor) reload(ctx context.Context) {
	switch {
	case s.stopping:
	case s.reloading:
		s.queued = true
	default:
		s.reloading = true
		s.Log.Reopen()
		s.Printf("Reloading ...")
		s.systemd.reloading()
		process.Frugal()
		before := s.config
		go func() {
			cfg, err := s.fetch(ctx, before)
			s.post(func() { s.fetched(ctx, cfg, err) })
		}()
	}
}

// fetch reads the configuration and finds out whether it can take the place of
// before.
func (s *supervisor) fetch(ctx context.Context, before *conf.Config) (*conf.Config, error) {
	if before.Global.Reload.Check {
		if err := tryOut(ctx, s.options, before.Global.Reload.CheckLog); err != nil {
			return nil, err
		}
	}
	mark, err := markReading(reloadFile(before, s.paths))
	if err != nil {
		return nil, err
	}
	cfg, err := load(s.options)
	mark.remove()
	if err == nil {
		err = fresh(before.Diagnostics, cfg.Diagnostics)
	}
	if err == nil && cfg.Empty() && !before.Empty() {
		err = fmt.Errorf("%s: %w", s.options.Config, errNothing)
	}
	return cfg, err
}

// errNothing is a file in which nothing is left to run: it was emptied, or caught
// while it was written. Who means it stops the daemon.
var errNothing = errors.New("nothing to run is configured")

// fetched hands the configuration to the children that run.
func (s *supervisor) fetched(ctx context.Context, cfg *conf.Config, err error) {
	if err != nil || s.stopping {
		s.reloaded(ctx, cfg, err)
		return
	}
	s.keepFixed(cfg)
	var list []receiver
	for _, m := range s.members {
		if m.process != nil && s.wanted(m.role, cfg) {
			list = append(list, receiver{m.process, m.done})
		}
	}
	before := s.config
	go func() {
		err := s.handOver(ctx, list, before, cfg)
		s.post(func() { s.reloaded(ctx, cfg, err) })
	}()
}

// keepFixed keeps what no reload can change.
func (s *supervisor) keepFixed(cfg *conf.Config) {
	have, want := &s.config.Global.Daemon, &cfg.Global.Daemon
	if have.Namespace != want.Namespace || have.Instance != want.Instance || have.PIDDir != want.PIDDir {
		s.Printf("net_namespace, instance and use_pid_dir stay as they are until vipd is started anew")
		want.Namespace, want.Instance, want.PIDDir = have.Namespace, have.Instance, have.PIDDir
	}
}

// reloaded ends a reload, with the new configuration or the one of before.
func (s *supervisor) reloaded(ctx context.Context, cfg *conf.Config, err error) {
	s.reloading = false
	for _, w := range s.waiting {
		w <- err
	}
	s.waiting = nil
	switch {
	case s.stopping:
		return
	case err != nil:
		s.refused = err.Error()
		s.lines(err.Error())
		s.Printf("Reload refused, the configuration of before goes on")
	default:
		s.config, s.loaded, s.refused = cfg, time.Now(), ""
		s.complain(save(cfg, s.loaded))
		s.diagnose(cfg)
		s.announce()
		s.muster(ctx)
		s.followTime(ctx, s.others)
		process.Settle()
		s.Log.Log(true, "Reload done")
	}
	s.systemd.tell("READY=1", "STATUS="+s.summary())
	if s.queued {
		s.queued = false
		s.waiting, s.waitingNext = s.waitingNext, nil
		s.reload(ctx)
	}
}

// reloadFor is reload for somebody who waits for the result, which takes room for
// one.
func (s *supervisor) reloadFor(ctx context.Context, result chan<- error) {
	switch {
	case s.stopping:
		result <- errStopped
		return
	case s.reloading:
		s.waitingNext = append(s.waitingNext, result)
	default:
		s.waiting = append(s.waiting, result)
	}
	s.reload(ctx)
}

// fresh returns the errors of now that before has not, wherever they stand.
func fresh(before, now conf.Diagnostics) error {
	known := map[string]bool{}
	for _, d := range before {
		known[d.Text] = true
	}
	var list conf.Diagnostics
	for _, d := range now.AtLeast(conf.Error) {
		if !known[d.Text] {
			list = append(list, d)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list
}
