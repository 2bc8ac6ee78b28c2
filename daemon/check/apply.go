package check

import (
	"reflect"

	"github.com/viplab/viplab/daemon/check/schedule"
	"github.com/viplab/viplab/daemon/conf"
)

// newChecker makes a checker that does not run yet.
func (m *Manager) newChecker(s *Spec) *checker {
	c := &checker{spec: *s, plan: schedule.PlanOf(s.Checker), ssl: m.env.ssl, place: nowhere, fd: -1}
	k, err := kindOf(s.Checker, &m.env)
	if err != nil {
		k = broken{oneLine(err.Error())}
	}
	c.kind = k
	if ch := s.Checker; ch.ConnectIP.IsValid() {
		c.target = targetOf(ch.ConnectIP, ch.ConnectPort, 0)
	}
	return c
}

// replace makes list the checkers that run.
func (l *loop) replace(list []*checker) {
	before := l.byID
	l.byID = make(map[ID]*checker, len(list))
	started, now := 0, l.now()
	for i, c := range list {
		if old := before[c.spec.ID]; old != nil && old.same(c) {
			list[i] = old
			old.spec = c.spec
			delete(before, c.spec.ID)
		}
		l.byID[c.spec.ID] = list[i]
	}
	for _, old := range before {
		l.drop(old)
	}
	l.list = list
	shortest := never
	for _, c := range list {
		shortest = min(shortest, c.plan.Loop)
		if c.started {
			continue
		}
		c.started = true
		l.opt.Log.Printf("Activating healthchecker for service %s for VS %s", c.spec.Server, c.spec.Service)
		if _, ok := c.kind.(told); ok {
			l.recall(c)
			continue
		}
		c.due = now + c.plan.First(started) - l.opt.early
		started++
		l.alarms.set(c, c.due)
	}
	l.setPace(len(list), shortest)
}

// drop ends a checker for good.
func (l *loop) drop(c *checker) {
	l.abandon(c)
	l.alarms.remove(c)
}

// suspend has c make no attempts, or go on. The attempt that runs has no result.
func (l *loop) suspend(c *checker, off bool) {
	if c.off == off {
		return
	}
	c.off = off
	if _, ok := c.kind.(told); ok {
		if !off {
			l.recall(c)
		}
		return
	}
	if off && c.running {
		l.abandon(c)
		l.alarms.set(c, c.due+c.plan.Loop)
	}
}

// same reports whether c and d are the same checker, wherever the file says so.
func (c *checker) same(d *checker) bool {
	return c.spec.Service == d.spec.Service && c.spec.Server == d.spec.Server && reflect.DeepEqual(essence(c.spec.Checker), essence(d.spec.Checker)) &&
		reflect.DeepEqual(c.environment(), d.environment())
}

// environment is what of the rest of the configuration matters to c.
func (c *checker) environment() any {
	if m, ok := c.kind.(misc); ok {
		return m.command
	}
	if c.spec.Checker.Kind == "SSL_GET" && c.ssl != nil {
		ssl := *c.ssl
		ssl.Origin = conf.Origin{}
		return ssl
	}
	return nil
}

// essence is a checker without the places of its words in the file.
func essence(ch *conf.Checker) conf.Checker {
	e := *ch
	e.Origin = conf.Origin{}
	switch p := e.Probe.(type) {
	case *conf.HTTPProbe:
		q := *p
		q.URLs = make([]*conf.URL, len(p.URLs))
		for i, u := range p.URLs {
			v := *u
			v.Origin = conf.Origin{}
			q.URLs[i] = &v
		}
		e.Probe = &q
	case *conf.MiscProbe:
		q := *p
		q.Command.Pos, q.Command.UserPos = conf.Pos{}, conf.Pos{}
		e.Probe = &q
	}
	return e
}
