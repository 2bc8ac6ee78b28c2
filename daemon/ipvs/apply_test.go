package ipvs

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"testing"
)

// TestFailuresStopNoOther has failures among many changes, more than fit into
// a batch, and looks at what became of the others.
func TestFailuresStopNoOther(t *testing.T) {
	_, c := dialed(t)
	c.s.room = 7
	good, bad := Service{Key: tcp("10.0.0.1:80"), Scheduler: "rr"}, Service{Key: tcp("10.0.0.2:80"), Scheduler: "nosuch"}
	changes := []Change{{AddService, bad, Server{}}, {AddService, good, Server{}}}
	var want []Server
	for i := range 250 {
		s := nat(fmt.Sprintf("192.168.0.%d:80", i), 1)
		if i%10 == 3 {
			s.Weight = -1
		} else {
			want = append(want, s)
		}
		changes = append(changes, Change{AddServer, bad, s}, Change{AddServer, good, s})
	}
	kinds := map[bool]int{}
	for i, f := range c.Apply(changes) {
		switch {
		case i == 0:
			fails(t, f, ErrNoScheduler)
		case f.Change.Service.Key == bad.Key:
			kinds[false]++
			fails(t, f, ErrNotTried)
			fails(t, f, ErrNoScheduler)
		default:
			kinds[true]++
			fails(t, f, ErrInvalid)
		}
	}
	if kinds[false] != 250 || kinds[true] != 25 {
		t.Errorf("got %v failures, want 250 of the bad service and 25 of the good one", kinds)
	}
	slices.SortFunc(want, func(a, b Server) int { return a.Address.Compare(b.Address) })
	same(t, table(t, c), []Entry{entry(good.Key, "rr", want...)})
}

// TestManyFailures has all of more changes fail than answers find room: none
// gets lost.
func TestManyFailures(t *testing.T) {
	_, c := dialed(t)
	var changes []Change
	for i := range 3 * c.s.room {
		changes = append(changes, Change{RemoveServer, Service{Key: tcp("10.0.0.1:80")}, Server{Address: netip.AddrPortFrom(netip.MustParseAddr("10.1.1.1"), uint16(i))}})
	}
	got := c.Apply(changes)
	if len(got) != len(changes) {
		t.Fatalf("got %d failures of %d", len(got), len(changes))
	}
	for _, f := range got {
		if !errors.Is(f, ErrNotFound) {
			t.Fatal(f)
		}
	}
}
