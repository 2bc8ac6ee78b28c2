package track

import (
	"context"
	"reflect"
	"sync"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/notify"
	"github.com/viplab/viplab/daemon/vrrp"
)

// scripts are those of a configuration that are tracked.
type scripts struct {
	opt  *Options
	ctx  context.Context
	stop context.CancelFunc
	all  sync.WaitGroup

	mu      sync.Mutex
	list    []*script          // in the order of the configuration
	retired map[string]*script // no longer there, may still be ending a run
}

func newScripts(o *Options) *scripts {
	s := &scripts{opt: o, retired: map[string]*script{}}
	s.ctx, s.stop = context.WithCancel(context.Background())
	return s
}

// plan is how a script is run.
type plan struct {
	command           notify.Command
	err               error         // why the command cannot be run
	interval, timeout time.Duration // more than 0
	rise, fall        int
	fail              bool // init_fail
}

func planOf(a *notify.Accounts, c *conf.Script) plan {
	p := plan{interval: max(c.Interval, time.Millisecond), timeout: max(c.Timeout, time.Microsecond), rise: c.Rise, fall: c.Fall, fail: c.InitFail}
	p.command, p.err = a.Command("vrrp_script "+c.Name, "vrrp_script "+c.Name, &c.Command)
	p.command.Discard = true // as in keepalived: each second is too often for a log
	return p
}

// sameCommand reports whether both run the same program in the same way.
func (p *plan) sameCommand(q *plan) bool {
	return p.err == nil && q.err == nil && reflect.DeepEqual(p.command, q.command)
}

// accountsOf is how cfg has commands run.
func accountsOf(cfg *conf.Config) *notify.Accounts {
	s := &cfg.Global.Scripts
	return &notify.Accounts{User: s.User, Group: s.Group, Security: s.Security, Supplementary: s.SupplementaryOn}
}

func (s *scripts) apply(cfg *conf.Config, used users, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := map[string]*script{}
	for _, x := range s.list {
		old[x.name] = x
	}
	s.list = nil
	accounts := accountsOf(cfg)
	for _, c := range cfg.Scripts {
		if !used.has(vrrp.Script, c.Name) {
			if first {
				s.opt.Log.Printf("Warning - script %s is not used", c.Name)
			}
			continue
		}
		p := planOf(accounts, c)
		x := old[c.Name]
		if x == nil {
			x = s.start(c.Name, p)
		} else {
			x.change(p)
		}
		s.list = append(s.list, x)
		delete(old, c.Name)
	}
	for name, x := range old {
		x.stop()
		s.retired[name] = x
		s.opt.Report(vrrp.Result{Tracker: x.tracker()})
	}
}

// start begins to run a script, once no earlier one of the name is left.
func (s *scripts) start(name string, p plan) *script {
	x := newScript(s.opt, name, p)
	ctx, cancel := context.WithCancel(s.ctx)
	x.stop = cancel
	before := s.retired[name]
	delete(s.retired, name)
	x.report(p.fail)
	s.all.Go(func() {
		defer close(x.done)
		defer cancel()
		if before != nil {
			<-before.done
		}
		x.live(ctx)
	})
	return x
}

func (s *scripts) close() {
	s.stop()
	s.all.Wait()
}

func (s *scripts) repeat() {
	for _, r := range s.each((*script).told) {
		if r.Known {
			s.opt.Report(r)
		}
	}
}

func (s *scripts) results() []vrrp.Result { return s.each((*script).now) }

func (s *scripts) each(f func(*script) vrrp.Result) []vrrp.Result {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]vrrp.Result, len(s.list))
	for n, x := range s.list {
		out[n] = f(x)
	}
	return out
}
