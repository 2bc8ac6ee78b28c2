package daemon

import (
	"context"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/child"
	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/logs"
)

// supervisor is the parent of a running daemon. One goroutine, the one of loop,
// has all of its fields; others hand it functions.
type supervisor struct {
	*logs.Log
	options *Options
	limits  limits
	paths   paths
	stderr  io.Writer // for who started the daemon by hand
	up      func()    // tells that one that it runs

	config  *conf.Config
	started time.Time
	loaded  time.Time // when config was read
	refused string    // what was wrong with a later one

	spawner *child.Spawner
	members []*member
	work    chan func()
	done    chan struct{} // closed when nothing takes from work any more

	complete  bool // all children have been ready once
	reloading bool
	queued    bool // one more reload is wanted
	// waiting wait for the result of the reload on its way, waitingNext for that of
	// the next one.
	waiting, waitingNext []chan<- error
	stopping             bool
	kill                 *time.Timer
	status               int                // exit status
	others               *sync.WaitGroup    // goroutines that serve others
	unrelay              context.CancelFunc // ends telling checkers of BFD sessions; nil: nobody does
	unfollow             context.CancelFunc // ends following reload_time_file; nil: there is none
	systemd              systemd
	dumping              sync.Mutex
}

// limits bound what children take, and what is remembered of them.
type limits struct {
	start  time.Duration // how long a child may take to start
	reload time.Duration // and to reload
	calm   time.Duration // after which it is forgotten that one has died
	pause  time.Duration // the longest before one is started again
}

func defaultLimits() limits {
	return limits{start: time.Minute, reload: 30 * time.Second, calm: time.Minute, pause: time.Minute}
}

// post has the loop call f, unless it has ended. It reports whether it will.
func (s *supervisor) post(f func()) bool {
	select {
	case s.work <- f:
		return true
	case <-s.done:
		return false
	}
}

// loop answers signals and does what it is asked to until no child is left after
// a stop.
func (s *supervisor) loop(ctx context.Context, signals <-chan os.Signal) {
	defer close(s.done)
	end := ctx.Done()
	for !s.stopping || s.alive() {
		select {
		case f := <-s.work:
			f()
		case sig := <-signals:
			s.signal(ctx, sig)
		case <-end:
			end = nil
			s.stop("")
		}
	}
}

// alive reports whether a child is left.
func (s *supervisor) alive() bool {
	for _, m := range s.members {
		if m.process != nil {
			return true
		}
	}
	return false
}

// signal does what a signal to the parent means.
func (s *supervisor) signal(ctx context.Context, sig os.Signal) {
	switch sig {
	case unix.SIGINT:
		if !s.options.IgnoreSIGINT {
			s.stop("")
		}
	case unix.SIGTERM:
		s.stop("")
	case unix.SIGHUP:
		s.reload(ctx)
	case unix.SIGUSR1, unix.SIGUSR2, sigStatsClear, sigJSON:
		s.dump(ctx, sig)
	}
}

// stop begins the end: children have ChildWait to end in order. why, if there is
// something wrong, is logged.
func (s *supervisor) stop(why string) {
	if s.stopping {
		return
	}
	s.stopping = true
	if why != "" {
		s.Printf("%s", why)
	}
	s.systemd.tell("STOPPING=1", "STATUS=Stopping")
	s.Printf("Stopping")
	for _, m := range s.members {
		m.cancelStart()
		if m.process != nil {
			m.process.Signal(unix.SIGTERM)
		}
	}
	s.kill = time.AfterFunc(s.config.Global.Daemon.ChildWait, func() { s.post(s.killAll) })
}

// killAll ends the children that have not done so in time.
func (s *supervisor) killAll() {
	for _, m := range s.members {
		if m.process != nil {
			s.Printf("%s child process(%d) does not end: killing it", m.title, m.process.PID())
			m.process.Signal(unix.SIGKILL)
		}
	}
}
