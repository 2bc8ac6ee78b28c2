package check

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestAlarms(t *testing.T) {
	var h alarms
	list := make([]*checker, 200)
	for i := range list {
		list[i] = &checker{place: nowhere}
	}
	in := map[*checker]bool{}
	for range 20000 {
		c := list[rand.IntN(len(list))]
		if rand.IntN(3) == 0 {
			h.remove(c)
			delete(in, c)
		} else {
			h.set(c, time.Duration(rand.IntN(1000)))
			in[c] = true
		}
		if len(h) != len(in) {
			t.Fatalf("%d of %d", len(h), len(in))
		}
		for i, c := range h {
			if c.place != i || i > 0 && h[(i-1)/2].at > c.at {
				t.Fatalf("%d is at %d, due %v", i, c.place, c.at)
			}
		}
		if first := h.first(); (first == nil) != (len(in) == 0) {
			t.Fatal("the first is missing")
		}
	}
}
