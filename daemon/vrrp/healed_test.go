package vrrp

import (
	"testing"
	"time"
)

// TestHealedSplitIsAnnounced: whichever of two Masters is heard first when a
// split heals, the better one announces the addresses after the other has
// dropped them.
func TestHealedSplitIsAnnounced(t *testing.T) {
	for phase := range 40 {
		n := newNetwork(t)
		a, b := n.add("a", instance(100, farewell)), n.add("b", instance(50, farewell))
		n.start(a, b)
		n.run(10 * time.Second)
		a.deaf, b.deaf = true, true
		n.run(20*time.Second + time.Duration(phase)*25*ms)
		a.deaf, b.deaf = false, false
		n.run(24 * time.Second)
		n.want("a")
		if a.announced <= b.dropped || a.announced > b.dropped.Add(time.Second+n.delay) {
			t.Errorf("phase %d: dropped at %v, announced at %v", phase, time.Duration(b.dropped), time.Duration(a.announced))
		}
	}
}
