package vrrp

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// TestRandomWorlds runs two to four routers through random trouble and then lets
// them be: a single one is Master on each segment, and the right one.
func TestRandomWorlds(t *testing.T) {
	worlds := 1000
	if testing.Short() {
		worlds = 100
	}
	for seed := range uint64(worlds) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		w := randomWorld(t, fmt.Sprintf("seed %d", seed), rnd)
		for range 60 {
			w.trouble(rnd)
			w.run(w.now.Add(time.Duration(rnd.Int64N(int64(3 * time.Second)))))
		}
		w.heal()
		w.run(w.now.Add(60 * time.Second))
		w.settled()
	}
}

// randomWorld has routers with different priorities, the same on both segments.
// What makes one behave in another way than the others is random.
func randomWorld(t *testing.T, name string, rnd *rand.Rand) *world {
	hosts, segments, version := 2+rnd.IntN(3), 1+rnd.IntN(2), 2+rnd.IntN(2)
	interval := time.Second
	if version == 3 {
		interval = []time.Duration{100 * ms, 500 * ms, 2 * time.Second}[rnd.IntN(3)]
	}
	priorities := rnd.Perm(254)[:hosts]
	if rnd.IntN(5) == 0 {
		priorities[0] = 254 // becomes 255: an owner
	}
	preempt, farewell := make([]bool, hosts), make([]bool, hosts)
	delay := make([]time.Duration, hosts)
	for n := range hosts {
		preempt[n], farewell[n] = rnd.IntN(3) > 0 || priorities[n] == 254, rnd.IntN(2) == 0
		delay[n] = time.Duration(rnd.IntN(2)) * 3 * time.Second
	}
	return newWorld(t, name, hosts, segments, func(host, segment int) *conf.Instance {
		return instance(priorities[host]+1, func(i *conf.Instance) {
			i.Name, i.Version, i.AdvertInt = fmt.Sprintf("host %d segment %d", host, segment), version, interval
			i.Preempt, i.HigherPrioSendAdvert = preempt[host], farewell[host]
			if i.PreemptDelay = delay[host]; i.Priority == owner || !i.Preempt {
				i.PreemptDelay = 0
			}
			if !i.Preempt && rnd.IntN(2) == 0 {
				i.TimerExpired = 254
			}
		})
	})
}

// trouble is one random thing.
func (w *world) trouble(rnd *rand.Rand) {
	p := w.hosts[rnd.IntN(len(w.hosts))]
	s := rnd.IntN(len(p.machines))
	m := p.machines[s]
	switch rnd.IntN(12) {
	case 0, 1:
		p.cut[s] = !p.cut[s]
	case 2:
		p.frozen = !p.frozen
	case 3:
		w.each(p, Shutdown{})
	case 4:
		w.each(p, Startup{Source: p.addr()})
	case 5:
		w.handle(p, m, Down{"trouble"})
	case 6, 7:
		w.handle(p, m, Up{p.addr()})
	case 8:
		if m.conf.Priority != owner {
			w.each(p, SetPriority{1 + rnd.IntN(254), "trouble"})
		}
	case 9:
		w.handle(p, m, Lost{"trouble"})
	case 10:
		w.handle(p, m, Switchover{})
	case 11:
		w.each(p, Reload{Instance: m.conf})
	}
}

// each has e happen to all virtual routers of a host. A reload is one of the
// configuration that each has.
func (w *world) each(p *peer, e Event) {
	for _, m := range p.machines {
		if _, ok := e.(Reload); ok {
			e = Reload{Instance: m.conf}
		}
		w.handle(p, m, e)
	}
}

// heal ends all trouble.
func (w *world) heal() {
	for _, p := range w.hosts {
		clear(p.cut)
		p.frozen = false
		w.each(p, Startup{Source: p.addr()})
		w.each(p, Up{p.addr()})
		w.each(p, Reload{})
	}
}

// settled demands one Master on each segment, the same host on all, and with
// preemption everywhere the one of the highest priority.
func (w *world) settled() {
	best, forced := w.hosts[0], true
	for _, p := range w.hosts {
		if p.machines[0].priority > best.machines[0].priority {
			best = p
		}
		forced = forced && p.machines[0].conf.Preempt
	}
	first := w.masters(0)
	for s := range w.hosts[0].machines {
		got := w.masters(s)
		if len(got) != 1 || !slices.Equal(got, first) || forced && got[0] != best.n {
			w.fail("segment %d has Masters %v, want one, the same everywhere; the best is %d, by force: %v", s, got, best.n, forced)
		}
	}
}
