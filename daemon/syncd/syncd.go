// Package syncd has the kernel's connection sync daemon (lvs_sync_daemon) follow
// the state of a virtual router, so that who takes over knows the connections of
// who has served before.
package syncd

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/ipvs"
	"github.com/viplab/viplab/daemon/netns"
	"github.com/viplab/viplab/daemon/notify"
)

// retryEvery is how often what has failed is tried again: the interface may come.
const retryEvery = 5 * time.Second

// syncKernel is IPVS.
type syncKernel interface {
	Daemons() ([]ipvs.Daemon, error)
	StartDaemon(ipvs.Daemon) error
	StopDaemon(master bool) error
	Close() error
}

// Follower runs the parts of the sync daemon that are wanted. Its methods never
// wait for the kernel, but for Close.
type Follower struct {
	log  notify.Logger
	open func(context.Context) (syncKernel, error)

	mu     sync.Mutex
	config *conf.Config
	master map[string]bool // which instances are MASTER
	wake   chan struct{}
	cancel context.CancelFunc
	done   chan struct{}

	// Of the goroutine alone:
	conn    syncKernel
	running bool   // something was started
	said    string // the last failure in the log
}

// New returns a Follower that opens IPVS, in the namespace that enter leads to or,
// if it is nil, the present one, as soon as there is something to run. Close must
// follow.
func New(log notify.Logger, enter func() error) *Follower {
	return start(log, func(ctx context.Context) (syncKernel, error) {
		var c *ipvs.Conn
		err := netns.Within(enter, func() (err error) { c, err = ipvs.Open(ctx); return err })
		if err != nil {
			return nil, err
		}
		return c, nil
	})
}

func start(log notify.Logger, open func(context.Context) (syncKernel, error)) *Follower {
	ctx, cancel := context.WithCancel(context.Background())
	f := &Follower{log: log, open: open, master: map[string]bool{}, wake: make(chan struct{}, 1), cancel: cancel, done: make(chan struct{})}
	go f.run(ctx)
	return f
}

// Use makes cfg the configuration.
func (f *Follower) Use(cfg *conf.Config) {
	f.mu.Lock()
	f.config = cfg
	f.mu.Unlock()
	f.nudge()
}

// Note takes what others are told of virtual routers.
func (f *Follower) Note(e notify.Event) {
	t, ok := e.(notify.Transition)
	if !ok || t.Kind != notify.Instance {
		return
	}
	f.mu.Lock()
	f.master[t.Name] = t.State == notify.Master
	f.mu.Unlock()
	f.nudge()
}

func (f *Follower) nudge() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// Close ends the parts that run, unless keep is set.
func (f *Follower) Close(keep bool) {
	f.cancel()
	<-f.done
	if f.conn == nil {
		return
	}
	if f.running && !keep {
		f.complain(f.settle(nil))
	}
	f.complain(f.conn.Close())
}

func (f *Follower) run(ctx context.Context) {
	defer close(f.done)
	var again <-chan time.Time
	for {
		select {
		case <-f.wake:
		case <-again:
		case <-ctx.Done():
			return
		}
		again = nil
		if err := f.follow(ctx); err != nil {
			f.complain(err)
			again = time.After(retryEvery)
		} else {
			f.said = ""
		}
	}
}

// follow makes the kernel run what is wanted now.
func (f *Follower) follow(ctx context.Context) error {
	f.mu.Lock()
	var want []ipvs.Daemon
	if f.config != nil {
		want = wanted(f.config, f.master)
	}
	f.mu.Unlock()
	if f.conn == nil {
		if len(want) == 0 {
			return nil
		}
		var err error
		if f.conn, err = f.open(ctx); err != nil {
			return err
		}
	}
	if len(want) == 0 && !f.running {
		return nil
	}
	f.running = len(want) > 0
	return f.settle(want)
}

// settle ends what is not wanted, first, and starts what is.
func (f *Follower) settle(want []ipvs.Daemon) error {
	have, err := f.conn.Daemons()
	if err != nil {
		return err
	}
	var errs []error
	missing := want
	for _, h := range have {
		kept := false
		missing = without(missing, func(w ipvs.Daemon) bool { kept = kept || fits(h, w); return fits(h, w) })
		if !kept {
			errs = append(errs, f.conn.StopDaemon(h.Master))
		}
	}
	for _, w := range missing {
		errs = append(errs, f.conn.StartDaemon(w))
	}
	return errors.Join(errs...)
}

func without(list []ipvs.Daemon, gone func(ipvs.Daemon) bool) []ipvs.Daemon {
	var kept []ipvs.Daemon
	for _, d := range list {
		if !gone(d) {
			kept = append(kept, d)
		}
	}
	return kept
}

// complain logs a failure, once as long as it is the same.
func (f *Follower) complain(err error) {
	if err != nil && err.Error() != f.said {
		f.said = err.Error()
		f.log.Printf("lvs_sync_daemon: %v", err)
	}
}
