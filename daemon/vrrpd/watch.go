package vrrpd

import (
	"context"
	"errors"

	"github.com/viplab/viplab/daemon/bfd"
	"github.com/viplab/viplab/daemon/child"
	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/notify"
	"github.com/viplab/viplab/daemon/status"
	"github.com/viplab/viplab/daemon/track"
	"github.com/viplab/viplab/daemon/vrrp"
)

// watchers are those who tell the router how things stand besides interfaces:
// trackers, and BFD sessions unless -B forbids them.
type watchers struct {
	trackers *track.Manager
	sessions *bfd.Manager // nil: none are to run
	known    *sessions    // what is known of them
}

func newWatchers(o child.Settings, log notify.Logger, run *notify.Runner, report func(vrrp.Result)) *watchers {
	w := &watchers{known: newSessions(), trackers: track.New(track.Options{Log: log, Run: run, Report: report})}
	if !o.NoBFD {
		w.sessions = bfd.New(bfd.Options{Log: log, Report: func(name string, up bool, text string) {
			w.known.set(name, up)
			report(vrrp.Result{Tracker: vrrp.Tracker{Kind: vrrp.BFD, Name: name}, Known: true, Up: up, Text: text})
		}})
	}
	return w
}

// start begins to watch. Sockets belong to the namespace of the calling thread.
func (w *watchers) start(cfg *conf.Config) error {
	if err := w.trackers.Start(cfg); err != nil || w.sessions == nil {
		return err
	}
	return w.sessions.Start(cfg)
}

// reload watches what now says instead of before. After an error all is as it was.
func (w *watchers) reload(before, now *conf.Config) error {
	if err := w.trackers.Reload(now); err != nil || w.sessions == nil {
		return err
	}
	err := w.sessions.Reload(now)
	if err != nil {
		err = errors.Join(err, w.trackers.Reload(before))
	}
	return err
}

func (w *watchers) close(ctx context.Context) error {
	err := w.trackers.Close(ctx)
	if w.sessions != nil {
		err = errors.Join(err, w.sessions.Close(ctx))
	}
	return err
}

// list is what they know.
func (w *watchers) list() []status.Tracker {
	list := w.trackers.Trackers()
	if w.sessions != nil {
		list = append(list, w.sessions.Trackers()...)
	}
	return list
}
