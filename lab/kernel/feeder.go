package kernel

import (
	"io"
	"time"
)

// feeder passes a caller's standard input to a runner.
type feeder interface {
	// feed passes the input on until its end, or until over is closed.
	feed(send func(frameKind, []byte) error, over <-chan struct{})
	// taken says that the runner has taken one more piece.
	taken()
}

// noInput is the feeder of a command that has its input already.
type noInput struct{}

func (noInput) feed(func(frameKind, []byte) error, <-chan struct{}) {}
func (noInput) taken()                                              {}

// frameFeeder sends the input in frames, the next when the last was taken.
type frameFeeder struct {
	from io.Reader // nil: no input
	done chan struct{}
}

func newFrameFeeder(from io.Reader) *frameFeeder {
	return &frameFeeder{from: from, done: make(chan struct{}, 1)}
}

func (f *frameFeeder) taken() { poke(f.done) }

func (f *frameFeeder) feed(send func(frameKind, []byte) error, over <-chan struct{}) {
	if f.from == nil {
		_ = send(frameStdin, nil) // fails if the runner is gone, which needs no input
		return
	}
	readUntil(f.from, over, func(piece []byte) bool {
		if send(frameStdin, piece) != nil || len(piece) == 0 {
			return false
		}
		select {
		case <-f.done:
			return true
		case <-over:
			return false
		}
	})
}

// poke wakes whoever waits on a channel of capacity one.
func poke(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// deadliner is a reader whose Read can be ended from outside.
type deadliner interface{ SetReadDeadline(time.Time) error }

func canInterrupt(from io.Reader) bool {
	d, ok := from.(deadliner)
	return ok && d.SetReadDeadline(time.Time{}) == nil
}

// readUntil reads pieces, and gives them and an empty one for the end to take,
// until take declines or over is closed. A Read that nothing can interrupt is
// left to end on its own, with the goroutine that is in it.
func readUntil(from io.Reader, over <-chan struct{}, take func([]byte) bool) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		buffer := make([]byte, 64<<10)
		for {
			n, err := from.Read(buffer)
			if n > 0 && !take(buffer[:n]) {
				return
			}
			if err != nil {
				take(nil)
				return
			}
		}
	}()
	interruptible := canInterrupt(from)
	select {
	case <-done:
	case <-over:
		if interruptible {
			_ = from.(deadliner).SetReadDeadline(time.Unix(1, 0)) // it worked a moment ago
			<-done
		}
	}
}
