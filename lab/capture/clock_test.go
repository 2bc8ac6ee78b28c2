package capture

import (
	"testing"
	"time"

	"github.com/viplab/viplab/lab/timeline"
)

func TestWallClock(t *testing.T) {
	const epoch = int64(1_800_000_000_000_000_000)
	second := timeline.Time(time.Second)
	hour := int64(time.Hour)
	rows := []struct {
		name string
		// step is how far the wall clock jumps between the two batches.
		step int64
		// stamp is what a frame that arrived at 9 s carries.
		stamp int64
		want  timeline.Time
	}{
		{"steady", 0, epoch + 9e9, 9 * second},
		{"stepped forward before the frame", hour, epoch + 9e9 + hour, 9 * second},
		{"stepped forward after the frame", hour, epoch + 9e9, 9 * second},
		{"stepped back after the frame", -hour, epoch + 9e9, 9 * second},
		{"stamp a little ahead of the reading", 0, epoch + 10e9 + 500_000, 10 * second},
		{"stamp that fits neither offset", 0, epoch + 4000e9, 10 * second},
		{"handed over late by a soft interrupt", 0, epoch + 8e9 - 50e6, 8*second - timeline.Time(50*time.Millisecond)},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			now, offset := 8*second, epoch
			c := newWallClock(func() timeline.Time { return now }, func() int64 { return int64(now) + offset })
			now, offset = 10*second, epoch+row.step
			c.asking()
			c.measure()
			if got := c.at(row.stamp); got != row.want {
				t.Errorf("got %v, want %v", got, row.want)
			}
		})
	}
}

// A reader that is behind takes several batches in one go: the frames of the
// later ones are older than the reading of the earlier ones.
func TestWallClockBacklog(t *testing.T) {
	now := timeline.Time(time.Second)
	c := newWallClock(func() timeline.Time { return now }, func() int64 { return int64(now) })
	for range 3 {
		now = now.Add(time.Second)
		c.asking()
		c.measure()
	}
	if got, want := c.at(int64(1200*time.Millisecond)), timeline.Time(1200*time.Millisecond); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}
