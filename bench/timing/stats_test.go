package main

import (
	"testing"
	"time"
)

func TestSummarize(t *testing.T) {
	var list []time.Duration
	for n := range 200 {
		list = append(list, time.Duration(200-n)*time.Millisecond)
	}
	if got, want := summarize(list), (summary{200, 101 * time.Millisecond, 199 * time.Millisecond, 200 * time.Millisecond}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := summarize(nil); got != (summary{}) {
		t.Errorf("of nothing: %+v", got)
	}
	if got := (summary{p50: 2, p99: 3}).ratio(summary{p50: 4, p99: 2}); got != " 0.50  1.50     -" {
		t.Errorf("ratio %q", got)
	}
}
