package capture

import (
	"time"

	"github.com/viplab/viplab/lab/timeline"
)

// slack is how far a kernel timestamp may lie outside the span in which its
// frame must have arrived before the wall clock is suspected: a soft interrupt
// may hand a frame over that long after it was stamped.
const slack = 100 * time.Millisecond

// wallClock maps the kernel's timestamps, which are CLOCK_REALTIME, to the
// lab's clock. The offset is measured for every batch: the wall clock may be
// stepped while a lab runs, in a guest even by a scenario.
type wallClock struct {
	lab  func() timeline.Time
	wall func() int64 // nanoseconds since 1970

	offset int64         // wall less lab, as last measured
	before int64         // what it was when the socket was last empty
	now    timeline.Time // when offset was measured
	asked  timeline.Time // when the socket was last asked
	last   timeline.Time // when it was last asked of those times that it was empty
}

func newWallClock(lab func() timeline.Time, wall func() int64) *wallClock {
	c := &wallClock{lab: lab, wall: wall}
	c.asking()
	c.measure()
	c.emptied()
	return c
}

// asking is called before the socket is read.
func (c *wallClock) asking() { c.asked = c.lab() }

// measure is called after the socket gave a batch, before its frames are mapped.
func (c *wallClock) measure() { c.offset, c.now = c.read() }

// emptied is called when the socket is found empty: whatever it gives later has
// come after the last asking.
func (c *wallClock) emptied() { c.last, c.before = c.asked, c.offset }

// read reads both clocks. The tightest of three readings counts, as the thread
// may lose the CPU between two of them.
func (c *wallClock) read() (offset int64, now timeline.Time) {
	best := int64(-1)
	for range 3 {
		from := c.lab()
		wall := c.wall()
		to := c.lab()
		spread := int64(to - from)
		if best < 0 || spread < best {
			best, offset, now = spread, wall-int64(from)-spread/2, to
		}
		if spread < int64(20*time.Microsecond) {
			break
		}
	}
	return offset, now
}

// at maps a timestamp of the batch. One that this batch's offset puts where it
// cannot be was taken before the wall clock stepped; the offset before holds.
func (c *wallClock) at(stamp int64) timeline.Time {
	t := timeline.Time(stamp - c.offset)
	if c.possible(t) {
		return min(t, c.now)
	}
	if t := timeline.Time(stamp - c.before); c.possible(t) {
		return min(t, c.now)
	}
	return c.now
}

func (c *wallClock) possible(t timeline.Time) bool {
	return t >= c.last.Add(-slack) && t <= c.now.Add(time.Millisecond)
}

// realtime reads CLOCK_REALTIME.
func realtime() int64 { return time.Now().UnixNano() }
