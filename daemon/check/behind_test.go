package check

import (
	"testing"

	"golang.org/x/sys/unix"
)

// noted is a kind that notes that its socket was ready.
type noted struct{ seen *bool }

func (noted) begin(*loop, *checker)  {}
func (noted) expire(*loop, *checker) {}

func (n noted) ready(l *loop, c *checker, _ uint32) { *n.seen = true }

// TestBehind: a loop that has more to do than it can still notices that a
// connection has been made, before its time seems to be over.
func TestBehind(t *testing.T) {
	l, err := newLoop(&Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.poll.close()
	defer l.cancel()
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pair[0])
	defer unix.Close(pair[1])
	var seen bool
	c := &checker{kind: noted{&seen}, fd: pair[0], number: 1, place: nowhere}
	l.pace, l.fresh = maxPace, []fresh{{c, 1}}
	l.alarms.set(&checker{place: nowhere}, 0) // due long ago
	if _, err := l.sleep(); err != nil {
		t.Fatal(err)
	}
	if !seen {
		t.Error("the connection was not looked at")
	}
}
