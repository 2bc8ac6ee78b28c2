package track

import (
	"errors"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/vrrp"
)

// lossPause is between the loss of events and the look at /proc that makes up
// for it: where many are lost, one look has to do for all.
const lossPause = 100 * time.Millisecond

// processes are those of a configuration that are tracked.
type processes struct {
	opt *Options
	all sync.WaitGroup

	mu     sync.Mutex
	closed bool
	list   []*process         // in the order of the configuration
	found  map[int][]*process // whose processes they are, by number
	events *connector         // nil: /proc is polled
	failed bool               // there are no events
	scan   *time.Timer        // to the next look at /proc; nil: none is due
	proc   proc
}

func newProcesses(o *Options) *processes { return &processes{opt: o} }

func (s *processes) apply(cfg *conf.Config, used users) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.list
	s.list = nil
	for _, c := range cfg.TrackProcesses {
		if !used.has(vrrp.Process, c.Name) {
			continue
		}
		p := newProcess(c)
		if i := slices.IndexFunc(old, func(p *process) bool { return p.name == c.Name }); i >= 0 {
			if old[i].same(c) {
				p = old[i]
			} else {
				old[i].cancel()
				p.reported = old[i].reported
			}
			old = slices.Delete(old, i, i+1)
		}
		s.list = append(s.list, p)
	}
	for _, p := range old {
		p.cancel()
		s.opt.Report(vrrp.Result{Tracker: p.reported.Tracker})
	}
	if len(s.list) == 0 {
		s.quiet()
		return
	}
	s.open(cfg.Global.Receive.ProcessMonitor)
	s.rescan()
}

// open begins to listen to events, before the first look at /proc so that nothing
// is missed.
func (s *processes) open(b conf.Buffer) {
	if s.events != nil || s.failed {
		return
	}
	c, err := newConnector(b, firstNamespace)
	if err != nil {
		s.without(err)
		return
	}
	s.events = c
	s.all.Go(func() {
		err := c.read(s.happened, s.lost)
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.events == c && !errors.Is(err, os.ErrClosed) {
			s.events = nil
			c.close()
			s.without(err)
		}
	})
}

// without goes on without events.
func (s *processes) without(err error) {
	s.failed = true
	s.opt.Log.Printf("track_process: %v: looking at /proc once a second", err)
	s.later(pollInterval)
}

// later has the next look at /proc after d, unless one is due already.
func (s *processes) later(d time.Duration) {
	if s.scan != nil || s.closed {
		return
	}
	s.scan = time.AfterFunc(d, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.closed || s.scan == nil {
			return
		}
		s.scan = nil
		s.rescan()
		if s.events == nil {
			s.later(pollInterval)
		}
	})
}

// quiet ends what nobody needs any more.
func (s *processes) quiet() {
	if s.events != nil {
		s.events.close()
		s.events = nil
	}
	if s.scan != nil {
		s.scan.Stop()
		s.scan = nil
	}
	s.found, s.failed = nil, false
}

func (s *processes) lost() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.later(lossPause)
}

func (s *processes) close() {
	s.mu.Lock()
	s.closed = true
	s.quiet()
	for _, p := range s.list {
		p.cancel()
	}
	s.mu.Unlock()
	s.all.Wait()
}

func (s *processes) repeat() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.list {
		s.opt.Report(p.reported)
	}
}

func (s *processes) results() []vrrp.Result {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]vrrp.Result, len(s.list))
	for n, p := range s.list {
		out[n] = p.state()
	}
	return out
}
