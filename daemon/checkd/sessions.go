package checkd

import (
	"context"
	"sync"

	"github.com/viplab/viplab/daemon/bfd"
	"github.com/viplab/viplab/daemon/child"
	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/logs"
	"github.com/viplab/viplab/daemon/status"
)

// sessions are the BFD sessions that run in this process, where there is no VRRP
// process that runs them and tells of them.
type sessions struct {
	log    *logs.Log
	report func(name string, up bool)

	mu      sync.Mutex
	config  *conf.Config // whose sessions are wanted; nil: none are
	manager *bfd.Manager // nil: none run
}

// use has the sessions of cfg run; nil: none.
func (s *sessions) use(cfg *conf.Config) {
	s.mu.Lock()
	s.config = cfg
	s.mu.Unlock()
	s.try()
}

// try starts what is wanted. What fails, since the VRRP process has not ended yet
// for example, is to be tried again.
func (s *sessions) try() {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.config == nil || len(s.config.BFDs) == 0:
		s.stop()
		return
	case s.manager == nil:
		s.manager = bfd.New(bfd.Options{Log: s.log, Report: func(name string, up bool, _ string) { s.report(name, up) }})
	}
	if err := s.manager.Reload(s.config); err != nil {
		s.log.Printf("%v", err)
		s.stop()
	}
}

func (s *sessions) stop() {
	if s.manager == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
	defer cancel()
	if err := s.manager.Close(ctx); err != nil {
		s.log.Printf("%v", err)
	}
	s.manager = nil
}

// again is try where something is missing.
func (s *sessions) again() {
	s.mu.Lock()
	missing := s.manager == nil && s.config != nil && len(s.config.BFDs) > 0
	s.mu.Unlock()
	if missing {
		s.try()
	}
}

// list is what is known of them.
func (s *sessions) list() []status.Tracker {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.manager == nil {
		return nil
	}
	return s.manager.Trackers()
}

// observe has the BFD sessions of cfg run here, if they do not elsewhere.
func (s *service) observe(cfg *conf.Config) {
	if s.settings.NoBFD || s.settings.HasVRRP(cfg) {
		cfg = nil
	}
	s.sessions.use(cfg)
}

// Sessions is of the VRRP process.
func (s *service) Sessions(context.Context, uint64) (*child.Sessions, error) {
	return nil, child.ErrMethod
}

// Hear takes which BFD sessions of the VRRP process are up.
func (s *service) Hear(_ context.Context, h *child.Sessions) error {
	for name, up := range h.Up {
		s.checks.BFD(name, up)
	}
	return nil
}
