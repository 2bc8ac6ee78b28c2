package vrrp

import (
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// TestLegalEdges is R3768-6.3-01 over random events: only the edges of the
// RFC, with Fault as a second Initialize.
func TestLegalEdges(t *testing.T) {
	legal := map[[2]State]bool{
		{Initialize, Backup}: true, {Initialize, Master}: true, {Backup, Master}: true, {Master, Backup}: true,
		{Backup, Initialize}: true, {Master, Initialize}: true, {Initialize, Fault}: true, {Fault, Initialize}: true,
		{Fault, Backup}: true, {Fault, Master}: true, {Backup, Fault}: true, {Master, Fault}: true,
	}
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		m := NewMachine(instance([]int{1, 100, 254, 255}[rnd.IntN(4)], func(i *conf.Instance) { i.Preempt = rnd.IntN(2) == 0 }))
		holds, now := false, Instant(0)
		for range 300 {
			now = now.Add(time.Duration(rnd.Int64N(int64(2 * time.Second))))
			events := []Event{Tick{}, Tick{}, Startup{Source: ours}, Startup{Fault: "x"}, Shutdown{}, Down{"x"}, Up{ours},
				Lost{"address"}, hears(rnd.IntN(256), []netip.Addr{low, high, ours}[rnd.IntN(3)])}
			for _, a := range run(m, events[rnd.IntN(len(events))], now) {
				switch a := a.(type) {
				case Enter:
					if !legal[[2]State{a.From, a.To}] {
						t.Fatalf("seed %d: %v to %v", seed, a.From, a.To)
					}
				case Acquire:
					holds = true
				case Release:
					holds = false
				}
			}
			if holds != (m.State() == Master) {
				t.Fatalf("seed %d: %v holds addresses: %v", seed, m.State(), holds)
			}
			if at, ok := m.Deadline(); ok && m.State() != Master && m.State() != Backup {
				t.Fatalf("seed %d: a timer in %v at %v", seed, m.State(), at)
			}
		}
	}
}
