package pool

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/viplab/viplab/daemon/check"
	"github.com/viplab/viplab/daemon/conf"
)

// anything is a random configuration of one virtual server.
func anything(r *rand.Rand) string {
	lines := ""
	for _, l := range []string{"alpha", "omega", "inhibit_on_failure", "sorry_server 10.0.0.9 80", "sorry_server 10.0.0.8 80", "sorry_server_inhibit", "quorum 2", "quorum 4", "hysteresis 1", "delay_loop 3"} {
		if r.IntN(3) == 0 {
			lines += l + "\n"
		}
	}
	var servers []string
	for n := range 4 {
		if r.IntN(4) > 0 {
			s := fmt.Sprintf("10.0.0.%d %d ", n+1, r.IntN(3)+1)
			if r.IntN(3) == 0 {
				s += "PING_CHECK {\n}"
			}
			servers = append(servers, s)
		}
	}
	if len(servers) == 0 {
		servers = []string{"10.0.0.1 1"}
	}
	return virtual(lines, servers...)
}

// TestRandom makes random events of random configurations.
func TestRandom(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 7))
		global := ""
		if seed%3 == 0 {
			global = "global_defs {\nrs_init_notifies\n}\n"
		}
		w := &world{t: t}
		x := &witness{t: t, w: w, known: map[string]bool{}, step: fmt.Sprintf("seed %d, start", seed)}
		x.see(w.Load(parse(t, global+anything(r))), w.Wanted())
		x.sound()
		for n := range 60 {
			if r.IntN(12) == 0 {
				text := global + anything(r)
				x.step = fmt.Sprintf("seed %d, event %d, reload of\n%s", seed, n, text)
				before := w.list
				actions := w.Load(parse(t, text))
				x.see(actions, w.Wanted())
				x.forget(before)
				x.sound()
				continue
			}
			list := w.Checkers()
			c := list[r.IntN(len(list))]
			result := check.Result{ID: c.ID, Up: r.IntN(2) == 0, HasWeight: r.IntN(4) == 0, Absolute: r.IntN(2) == 0, Weight: r.IntN(6) - 2}
			x.step = fmt.Sprintf("seed %d, event %d, %+v", seed, n, result)
			x.see(w.Result(result), x.replaced(w.Changed()))
			x.sound()
		}
		x.step = fmt.Sprintf("seed %d, stop", seed)
		x.see(w.Stop(), nil)
	}
}

// forget lets a server that is gone come back under its name.
func (x *witness) forget(before []*service) {
	for _, v := range before {
		for _, r := range v.servers {
			if !x.w.has(r.conf) {
				delete(x.known, v.name+" "+r.name)
			}
		}
	}
}

func (w *world) has(c *conf.RealServer) bool {
	for _, v := range w.list {
		for _, r := range v.servers {
			if r.conf.Address == c.Address {
				return true
			}
		}
	}
	return false
}

// replaced is all that the kernel is to have, changed in place of what was.
func (x *witness) replaced(changed []Target) []Target {
	if len(changed) > 0 {
		return changed // there is one service
	}
	var same []Target
	for _, e := range x.have {
		same = append(same, Target{Entry: e})
	}
	return same
}
