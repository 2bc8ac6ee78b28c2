package pool

import (
	"net/netip"
	"slices"
	"testing"
)

func TestSuspend(t *testing.T) {
	text := virtual("ha_suspend", "10.0.0.1 1", "10.0.0.2 1")
	w := newWorld(t, text+"virtual_server fwmark 5 {\nlb_algo rr\nlb_kind DR\nreal_server 10.0.0.7 {\nPING_CHECK {\n}\n}\n}\n")
	locate := func(here bool, want ...Suspension) {
		t.Helper()
		actions, list := w.Locate(func(a netip.Addr) bool { return here && a == netip.MustParseAddr("10.0.0.100") })
		w.note(actions)
		if !slices.Equal(list, want) {
			t.Errorf("got %v, want %v", list, want)
		}
	}
	locate(false, Suspension{1, true}, Suspension{2, true})
	w.want("Suspending healthchecker for service [10.0.0.1]:tcp:80 for VS "+vip, "Suspending healthchecker for service [10.0.0.2]:tcp:80 for VS "+vip)
	if !w.Status(nil, nil)[0].Suspended {
		t.Error("the status does not say so")
	}
	w.load(virtual("ha_suspend", "10.0.0.1 1", "10.0.0.3 1"))
	locate(false, Suspension{1, true}, Suspension{4, true}) // a new one is off too
	w.want()
	locate(true, Suspension{1, false}, Suspension{4, false})
	w.want("Activating healthchecker for service [10.0.0.1]:tcp:80 for VS "+vip, "Activating healthchecker for service [10.0.0.3]:tcp:80 for VS "+vip)
	locate(true)
	locate(false, Suspension{1, true}, Suspension{4, true})
	w.load(virtual("", "10.0.0.1 1", "10.0.0.3 1")) // without ha_suspend all are on again
	locate(false, Suspension{1, false}, Suspension{4, false})
	if w.Suspends() {
		t.Error("no service has ha_suspend")
	}
}
