package track

import (
	"fmt"
	"time"
)

// quorum is whether the right number of processes run. A number that is no longer
// right, or right again, counts once that has been so for a while: ForkDelay if a
// process began, TerminateDelay if one ended.
type quorum struct {
	min, max                  int // max -1: any number
	forkDelay, terminateDelay time.Duration
	count                     int
	known, up                 bool
}

// step is what follows from a new count.
type step struct {
	turn bool          // up has changed
	wait time.Duration // more than 0: call late if nothing else comes
	stop bool          // what was waited for is off
}

// set takes the number of processes.
func (q *quorum) set(count int) step {
	delay := q.terminateDelay
	if count > q.count {
		delay = q.forkDelay
	}
	was := q.good()
	q.count = count
	now := q.good()
	switch {
	case !q.known:
		q.known, q.up = true, now
		return step{turn: true, stop: true}
	case now == q.up:
		return step{stop: true}
	case now == was:
		return step{} // waited for already
	case delay <= 0:
		q.up = now
		return step{turn: true, stop: true}
	}
	return step{wait: delay}
}

// late is the end of a wait, and reports whether up has changed.
func (q *quorum) late() bool {
	turned := q.known && q.good() != q.up
	q.up = q.good()
	return turned
}

func (q *quorum) good() bool { return q.count >= q.min && (q.max < 0 || q.count <= q.max) }

// String is "has 1 process, 2 or more wanted".
func (q *quorum) String() string {
	text := fmt.Sprintf("has %d processes", q.count)
	if q.count == 1 {
		text = "has 1 process"
	}
	switch {
	case q.good():
		return text
	case q.max < 0:
		return fmt.Sprintf("%s, %d or more wanted", text, q.min)
	case q.max > q.min:
		return fmt.Sprintf("%s, %d to %d wanted", text, q.min, q.max)
	}
	return fmt.Sprintf("%s, %d wanted", text, q.min)
}
