package kernel

import (
	"syscall"
	"time"
)

// deadlineGrace is the lab time between SIGTERM and SIGKILL at the deadline.
const deadlineGrace = time.Second

// beat tells the host that the clock moves on.
func (r *runner) beat() {
	ticker := time.NewTicker(r.job.Beat)
	defer ticker.Stop()
	for {
		select {
		case <-r.done:
			return
		case <-ticker.C:
			_ = r.events.emit(frameBeat, nil) // a lost beat matters only if all are
		}
	}
}

// expire ends the command when the deadline passes.
func (r *runner) expire() {
	if r.ended(r.job.Deadline) {
		return
	}
	_ = r.events.emit(frameDeadline, nil)
	_ = syscall.Kill(-int(r.pid.Load()), syscall.SIGTERM)
	if !r.ended(deadlineGrace) {
		killAll()
	}
}

// ended waits for the command's end and reports whether it came within d.
func (r *runner) ended(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-r.done:
		return true
	case <-timer.C:
		return false
	}
}
