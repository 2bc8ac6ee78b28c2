package notify

import (
	"os"
	"sync"
	"syscall"
	"time"
)

// process is a command that runs, or is about to.
type process struct {
	Command
	at     time.Time     // when it was asked for
	grace  time.Duration // from SIGTERM to SIGKILL
	quiet  bool          // its end is the caller's to tell, not the log's
	begun  chan struct{} // closed when it runs or cannot
	done   chan struct{} // closed when it has ended or cannot run
	err    error         // why it cannot run, or nobody knows how it ended; read after done
	status Status        // read after done

	mu     sync.Mutex
	child  child // nil before the start
	ending bool
	killed bool
	timer  *time.Timer // to SIGKILL
}

// live starts the command and waits for its end.
func (p *process) live(start starter, o *Options, out *os.File) {
	defer close(p.done)
	c, err := p.start(start, &program{p.Args, o.Env, o.Dir, p.Account}, out)
	if out != nil {
		_ = out.Close() // the child has its own
	}
	if p.err = err; err != nil {
		p.status = Status{Code: -1}
		close(p.begun)
		return
	}
	close(p.begun)
	p.status, p.err = c.wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer != nil {
		p.timer.Stop()
	}
}

func (p *process) start(start starter, what *program, out *os.File) (child, error) {
	p.mu.Lock()
	ending := p.ending
	p.mu.Unlock()
	if ending {
		return nil, errTooLate
	}
	c, err := start(what, out)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.child = c
	if p.ending {
		c.signal(syscall.SIGTERM)
	}
	if p.killed {
		c.signal(syscall.SIGKILL)
	}
	return c, nil
}

// terminate sends SIGTERM to the command's group, and SIGKILL after its grace.
// It reports whether it was the first to do so.
func (p *process) terminate() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ending {
		return false
	}
	p.ending = true
	p.signal(syscall.SIGTERM)
	p.timer = time.AfterFunc(p.grace, p.kill)
	return true
}

// kill sends SIGKILL to the command's group.
func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ending, p.killed = true, true
	p.signal(syscall.SIGKILL)
}

// signal wants p.mu to be held.
func (p *process) signal(sig syscall.Signal) {
	if p.child != nil {
		p.child.signal(sig)
	}
}

// pid is the command's number, 0 before its start.
func (p *process) pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.child == nil {
		return 0
	}
	return p.child.pid()
}
