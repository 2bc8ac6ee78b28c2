// Package pool decides what the pool of each virtual server is: which real
// servers have which weight, and when the sorry server stands in. It does no I/O
// and knows no time: results of checkers go in, lines for the log and
// notifications come out, and what the kernel is to have can be asked for.
//
// The rules are keepalived's (keepalived.conf(5): quorum, hysteresis, alpha,
// omega, inhibit_on_failure, sorry_server). Two things are done otherwise. A pool
// is described as a whole, so that whoever makes the kernel follow can add what
// is new before it takes away what is old. And a reload tells each transition
// once.
package pool

import (
	"fmt"

	"github.com/viplab/viplab/daemon/check"
	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/ipvs"
	"github.com/viplab/viplab/daemon/notify"
)

// Services are the virtual servers of a configuration. The zero value has none.
// It is not for several goroutines at a time.
type Services struct {
	list     []*service
	checkers map[check.ID]*checker
	last     check.ID // the newest checker
	tellInit bool     // rs_init_notifies
	actions  []Action // what the event at hand asks for so far
}

// Load makes cfg the configuration, at the start or later. What is known of
// servers and checkers that stay the same is kept.
func (s *Services) Load(cfg *conf.Config) []Action {
	before := make(map[identity]*service, len(s.list))
	for _, v := range s.list {
		before[v.identity()] = v
	}
	s.tellInit = cfg.Global.LVS.InitNotifies
	s.list, s.checkers = nil, make(map[check.ID]*checker, len(s.checkers))
	owners, seen := make(map[ipvs.Key]*service), make(map[identity]bool)
	groups := groupsOf(cfg)
	for _, c := range cfg.VirtualServers {
		v := newService(c, groups[c.Group])
		v.claim(s, owners)
		if len(v.services) == 0 || seen[v.identity()] {
			continue // another one has all of it
		}
		seen[v.identity()] = true
		s.list = append(s.list, v)
	}
	for id, old := range before {
		if !seen[id] {
			old.retire(s)
		}
	}
	for _, v := range s.list {
		v.inherit(s, before[v.identity()])
		v.judge(s, true)
	}
	return s.taken()
}

// Result takes what a checker has found out. A checker that is not there any more
// changes nothing.
func (s *Services) Result(r check.Result) []Action {
	c := s.checkers[r.ID]
	if c == nil {
		return nil
	}
	c.ran, c.reason = true, r.Reason
	server, v := c.server, c.server.service
	if c.add(r) {
		server.reweigh(s)
	}
	c.up = r.Up
	switch alive := server.healthy(); {
	case alive != server.alive:
		server.turn(s, alive, r.Reason)
	case !alive && !server.told:
		server.tell(s, verdict(false, r.Reason)) // it was believed to be down, and is
	}
	v.judge(s, false)
	return s.taken()
}

// Stop takes all services out of service. With omega, scripts are told.
func (s *Services) Stop() []Action {
	for _, v := range s.list {
		v.shut(s)
	}
	s.list, s.checkers = nil, nil
	return s.taken()
}

// Checkers are the checkers that are to run, with what is believed of their
// servers.
func (s *Services) Checkers() []check.Spec {
	list := make([]check.Spec, 0, len(s.checkers))
	for _, v := range s.list {
		for _, r := range v.servers {
			for _, c := range r.checkers {
				list = append(list, check.Spec{ID: c.id, Service: v.name, Server: r.name, Checker: c.conf, Up: c.up})
			}
		}
	}
	return list
}

// Wanted is what the kernel is to have.
func (s *Services) Wanted() []Target {
	var list []Target
	for _, v := range s.list {
		list = v.targets(list)
		v.changed = false
	}
	return list
}

// Changed is what the kernel is to have of the services whose pool may have
// changed since Wanted or Changed was last called.
func (s *Services) Changed() []Target {
	var list []Target
	for _, v := range s.list {
		if v.changed {
			list = v.targets(list)
			v.changed = false
		}
	}
	return list
}

func (s *Services) taken() []Action {
	list := s.actions
	s.actions = nil
	return list
}

func (s *Services) say(format string, args ...any) {
	s.actions = append(s.actions, Say{fmt.Sprintf(format, args...)})
}

func (s *Services) tell(e notify.ServerEvent) { s.actions = append(s.actions, Tell{e}) }
