package vrrp

import (
	"fmt"
	"maps"
	"slices"
	"testing"
)

// pairs are the states with the events that happened in them.
type pairs map[string]bool

// received are the kinds of advertisement that a machine may tell apart.
var received = []string{"priority 0", "lower priority", "same priority, lower address", "same priority, higher address",
	"same priority, own address", "higher priority", "another owner"}

// note notes that e happens to m.
func (p pairs) note(m *Machine, e Event) { p[m.State().String()+" "+kindOf(m, e)] = true }

// kindOf says what happens, as exactly as a machine tells it apart.
func kindOf(m *Machine, e Event) string {
	switch e := e.(type) {
	case Received:
		return fmt.Sprintf("%T %s", e, received[class(m, e)])
	case Startup:
		return fmt.Sprintf("%T fit %v", e, e.Fault == "")
	}
	return fmt.Sprintf("%T", e)
}

func class(m *Machine, e Received) int {
	switch {
	case e.Priority == 0:
		return 0
	case e.Priority == 255:
		return 6
	case e.Priority < m.priority:
		return 1
	case e.Priority > m.priority:
		return 5
	case e.Source == ours:
		return 4
	case e.Source.Less(ours):
		return 2
	}
	return 3
}

// events are all that may happen.
func events() []string {
	list := []string{"vrrp.Startup fit true", "vrrp.Startup fit false"}
	for _, e := range []Event{Shutdown{}, Tick{}, Down{}, Up{}, SetPriority{}, Lost{}, Reload{}, Switchover{}} {
		list = append(list, fmt.Sprintf("%T", e))
	}
	for _, r := range received {
		list = append(list, "vrrp.Received "+r)
	}
	return list
}

// TestEveryPair demands that every event happens in every state in some row.
func TestEveryPair(t *testing.T) {
	p := pairs{}
	for _, r := range allRows() {
		m := NewMachine(r.conf)
		for _, s := range r.steps {
			p.note(m, s.event)
			run(m, s.event, Instant(s.at))
		}
	}
	want := map[string]bool{}
	for _, s := range []State{Initialize, Backup, Master, Fault} {
		for _, e := range events() {
			want[s.String()+" "+e] = true
		}
	}
	for _, k := range slices.Sorted(maps.Keys(want)) {
		if !p[k] {
			t.Errorf("no row has %s", k)
		}
	}
	for k := range p {
		if !want[k] {
			t.Errorf("%s is not among the pairs", k)
		}
	}
}
