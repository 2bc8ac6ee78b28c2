package pool

import (
	"testing"

	"github.com/viplab/viplab/daemon/ipvs"
	"github.com/viplab/viplab/daemon/notify"
)

// witness knows of a virtual server only what others are told and what the kernel
// has.
type witness struct {
	t     *testing.T
	w     *world
	have  []ipvs.Entry
	known map[string]bool // last notified state, by name
	step  string
}

// see takes the actions of an event, and makes the kernel follow one change at a
// time.
func (x *witness) see(actions []Action, want []Target) {
	x.t.Helper()
	for _, a := range actions {
		e, ok := a.(Tell)
		if !ok {
			continue
		}
		name := e.Event.Virtual + " " + e.Event.Real
		if before, known := x.known[name]; known && before == e.Event.Up {
			x.t.Fatalf("%s: %s is told twice that it is %v", x.step, name, before)
		}
		x.known[name] = e.Event.Up
		x.right(e.Event)
	}
	entries := make([]ipvs.Entry, 0, len(want))
	for _, t := range want {
		entries = append(entries, t.Entry)
	}
	x.follow(entries)
}

// right holds the words of a notification against its state.
func (x *witness) right(e notify.ServerEvent) {
	x.t.Helper()
	keyword := map[[2]bool]string{{true, true}: "notify_up", {true, false}: "notify_down", {false, true}: "quorum_up", {false, false}: "quorum_down"}[[2]bool{e.Real != "", e.Up}]
	if e.Keyword != keyword || e.Detail == "" {
		x.t.Fatalf("%s: %+v, want %s", x.step, e, keyword)
	}
}

// follow goes through all states of the kernel on the way to want: no service that
// serves before and after stands empty in between.
func (x *witness) follow(want []ipvs.Entry) {
	x.t.Helper()
	before, after := serving(x.have), serving(want)
	for _, c := range ipvs.Diff(x.have, want) {
		x.have = made(x.have, c)
		now := serving(x.have)
		for k := range before {
			if after[k] && !now[k] {
				x.t.Fatalf("%s: %v stands empty after %v", x.step, k, c)
			}
		}
	}
	if rest := ipvs.Diff(x.have, want); len(rest) > 0 {
		x.t.Fatalf("%s: left over %v", x.step, rest)
	}
}

// serving are the services with a server that takes connections.
func serving(list []ipvs.Entry) map[ipvs.Key]bool {
	set := map[ipvs.Key]bool{}
	for _, e := range list {
		for _, r := range e.Servers {
			if r.Weight > 0 {
				set[e.Key] = true
			}
		}
	}
	return set
}

// made is list after a change.
func made(list []ipvs.Entry, c ipvs.Change) []ipvs.Entry {
	var out []ipvs.Entry
	if c.Op == ipvs.AddService {
		out = append(out, ipvs.Entry{Service: c.Service})
	}
	for _, e := range list {
		if e.Key == c.Service.Key {
			if c.Op == ipvs.RemoveService {
				continue
			}
			if c.Op == ipvs.EditService {
				e.Service = c.Service
			}
			var servers []ipvs.ServerEntry
			for _, r := range e.Servers {
				if r.Address != c.Server.Address || c.Op == ipvs.EditService {
					servers = append(servers, r)
				}
			}
			if c.Op == ipvs.AddServer || c.Op == ipvs.EditServer {
				servers = append(servers, ipvs.ServerEntry{Server: c.Server})
			}
			e.Servers = servers
		}
		out = append(out, e)
	}
	return out
}

// sound holds the pool against the rules, worked out once more from what is known
// of each server.
func (x *witness) sound() {
	x.t.Helper()
	for _, v := range x.w.list {
		alive, sum := map[string]int{}, 0
		for _, r := range v.servers {
			up := true
			for _, c := range r.checkers {
				up = up && c.up
			}
			if up != r.alive {
				x.t.Fatalf("%s: %s is alive: %v, its checkers say %v", x.step, r.name, r.alive, up)
			}
			if up {
				alive[r.conf.Address.String()] = r.weight
				sum += r.weight
			}
		}
		switch c := v.conf; {
		case v.up && (sum == 0 || sum < c.Quorum-c.Hysteresis), !v.up && sum >= c.Quorum+c.Hysteresis:
			x.t.Fatalf("%s: quorum %v with weight %d of %d±%d", x.step, v.up, sum, c.Quorum, c.Hysteresis)
		}
		stands := !v.up && v.conf.SorryServer.IsValid()
		for _, f := range v.services {
			for _, r := range v.pool(f) {
				address, weight := r.Address.String(), 0
				switch {
				case stands && address == v.conf.SorryServer.String():
					weight = 1
				case !stands:
					weight = alive[address]
				}
				if r.Weight != weight {
					x.t.Fatalf("%s: %s has weight %d, want %d", x.step, address, r.Weight, weight)
				}
				delete(alive, address)
			}
		}
		for address, weight := range alive {
			if !stands {
				x.t.Fatalf("%s: %s is alive with weight %d and not in the pool", x.step, address, weight)
			}
		}
	}
}
