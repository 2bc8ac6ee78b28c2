package nstest

import (
	"testing"
	"time"

	"github.com/viplab/viplab/lab/timeline"
)

// Recorder returns a recorder on a lab clock that begins now.
func Recorder() *timeline.Recorder {
	start := time.Now()
	return timeline.NewRecorder(func() timeline.Time { return timeline.Time(time.Since(start)) }, nil)
}

// Wait blocks until rec holds an event that match accepts, and returns it. A
// test that waits in vain is ended by the deadline of go test.
func Wait(t testing.TB, rec *timeline.Recorder, match func(timeline.Event) bool) timeline.Event {
	t.Helper()
	for {
		more := rec.More()
		for _, e := range rec.Events() {
			if match(e) {
				return e
			}
		}
		<-more
	}
}
