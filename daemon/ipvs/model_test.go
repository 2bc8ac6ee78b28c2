package ipvs

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// model is a kernel's table.
type model map[Key]*Entry

func (m model) table() []Entry {
	var list []Entry
	for _, e := range m {
		copied := *e
		copied.Servers = slices.SortedFunc(slices.Values(e.Servers), func(a, b ServerEntry) int { return a.Address.Compare(b.Address) })
		list = append(list, copied)
	}
	slices.SortFunc(list, func(a, b Entry) int { return a.compare(b.Key) })
	return list
}

// make does what the kernel does, and refuses what it refuses.
func (m model) make(c Change) error {
	e := m[c.Service.Key]
	if (c.Op == AddService) != (e == nil) {
		return fmt.Errorf("%v: service exists: %v", c, e != nil)
	}
	switch c.Op {
	case AddService:
		m[c.Service.Key] = &Entry{Service: c.Service}
		return nil
	case EditService:
		e.Service = c.Service
		return nil
	case RemoveService:
		delete(m, c.Service.Key)
		return nil
	}
	at := slices.IndexFunc(e.Servers, func(s ServerEntry) bool { return s.Address == c.Server.Address })
	if (c.Op == AddServer) != (at < 0) {
		return fmt.Errorf("%v: server exists: %v", c, at >= 0)
	}
	switch c.Op {
	case AddServer:
		e.Servers = append([]ServerEntry{{Server: c.Server}}, e.Servers...)
	case EditServer:
		e.Servers[at].Server = c.Server
	case RemoveServer:
		e.Servers = slices.Delete(e.Servers, at, at+1)
	}
	return nil
}

// usable are the services with a server that has a weight.
func usable(table []Entry) map[Key]bool {
	is := map[Key]bool{}
	for _, e := range table {
		if slices.ContainsFunc(e.Servers, func(s ServerEntry) bool { return s.Weight > 0 }) {
			is[e.Key] = true
		}
	}
	return is
}

// TestDiffLeadsToWanted changes random tables into others, interrupted anywhere.
// No service that can serve before and after is without a server at any moment in
// between.
func TestDiffLeadsToWanted(t *testing.T) {
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 0))
		before, want := randomTable(r), randomTable(r)
		kernel := model{}
		for _, c := range Diff(nil, before) {
			if err := kernel.make(c); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
		start, goal := usable(kernel.table()), usable(want)
		step := func(changes []Change) {
			for _, c := range changes {
				if err := kernel.make(c); err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				now := usable(kernel.table())
				for k := range start {
					if goal[k] && !now[k] {
						t.Fatalf("seed %d: after %v the service %v has no server", seed, c, k)
					}
				}
			}
		}
		changes := Diff(kernel.table(), want)
		step(changes[:r.IntN(len(changes)+1)]) // killed here: the next start sees what there is
		step(Diff(kernel.table(), want))
		reached := model{}
		for _, e := range want {
			reached[e.Key] = &e
		}
		same(t, kernel.table(), reached.table())
		if left := Diff(kernel.table(), want); len(left) > 0 || len(Drift(kernel.table(), want)) > 0 {
			t.Fatalf("seed %d: what is left: %v", seed, left)
		}
	}
}

// randomTable has few services, servers and values, so that two have much in
// common.
func randomTable(r *rand.Rand) []Entry {
	var list []Entry
	for n := range 4 {
		if r.IntN(3) == 0 {
			continue
		}
		e := entry(tcp(fmt.Sprintf("10.0.0.%d:80", n)), []string{"rr", "wlc"}[r.IntN(2)])
		if r.IntN(2) == 0 {
			e.Timeout = time.Minute
			e.Service = e.Normal()
		}
		for s := range 4 {
			if r.IntN(2) == 0 {
				e.Servers = append(e.Servers, ServerEntry{Server: nat(fmt.Sprintf("192.168.0.%d:80", s), r.IntN(3))})
			}
		}
		list = append(list, e)
	}
	return list
}
