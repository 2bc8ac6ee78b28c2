package gauge

import (
	"testing"
	"time"
)

func TestSummarize(t *testing.T) {
	var list []time.Duration
	for n := range 200 {
		list = append(list, time.Duration(200-n)*time.Millisecond)
	}
	if got, want := Summarize(list), (Summary{200, 101 * time.Millisecond, 199 * time.Millisecond, 200 * time.Millisecond}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := Summarize(nil); got != (Summary{}) {
		t.Errorf("of nothing: %+v", got)
	}
	if got := (Summary{P50: 2, P99: 3}).Ratio(Summary{P50: 4, P99: 2}); got != " 0.50  1.50     -" {
		t.Errorf("ratio %q", got)
	}
}
