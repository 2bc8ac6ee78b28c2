package vrrpd

import (
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/logs"
	"github.com/viplab/viplab/daemon/process"
)

// raiseInterval is the shortest time between two steps up.
const raiseInterval = time.Second

// place is the process's place in the scheduler: what the configuration gives it,
// and more where timers are late and max_auto_priority permits that. One
// goroutine sees to it.
type place struct {
	log  *logs.Log
	late chan time.Duration // room for one
	set  chan placement
	done chan struct{}
}

// placement is what the configuration wants.
type placement struct {
	process conf.Process
	max     int // of the real-time priority that timers may raise; 0 or less: none
	done    chan struct{}
}

func newPlace(log *logs.Log) *place {
	p := &place{log: log, late: make(chan time.Duration, 1), set: make(chan placement), done: make(chan struct{})}
	go p.run()
	return p
}

// take makes the place what g says, and returns when that is done.
func (p *place) take(g *conf.Global) {
	done := make(chan struct{})
	p.set <- placement{g.Processes.VRRP, g.Processes.MaxAuto, done}
	<-done
}

// note takes word of a timer that is late. It never waits.
func (p *place) note(late time.Duration) {
	select {
	case p.late <- late:
	default:
	}
}

func (p *place) close() {
	close(p.set)
	<-p.done
}

func (p *place) run() {
	defer close(p.done)
	var have, want conf.Process
	var limit, raised int
	var last time.Time
	for {
		select {
		case w, ok := <-p.set:
			if !ok {
				return
			}
			want, limit = w.process, w.max
			have = p.apply(have, above(want, min(raised, limit)))
			close(w.done)
		case late := <-p.late:
			if now := time.Now(); now.Sub(last) >= raiseInterval && max(raised, want.RTPriority) < limit {
				last, raised = now, max(raised, want.RTPriority)+1
				p.log.Printf("A timer is %v late: raising the real-time priority to %d", late.Round(time.Millisecond), raised)
				have = p.apply(have, above(want, raised))
			}
		}
	}
}

func (p *place) apply(have, want conf.Process) conf.Process {
	if err := process.Apply(&have, &want); err != nil {
		p.log.Printf("%v", err)
	}
	return want
}

// above is p with a real-time priority of at least n.
func above(p conf.Process, n int) conf.Process {
	p.RTPriority = max(p.RTPriority, n)
	return p
}
