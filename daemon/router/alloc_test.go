package router

import (
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/internal/testnet"
	"github.com/viplab/viplab/daemon/vrrp"
)

// still is a router whose thread the test plays: time passes when it says so.
func still(t testing.TB, h *testnet.Host, list ...*conf.Instance) *Router {
	t.Helper()
	r, err := New(Options{Log: nolog{}})
	if err != nil {
		t.Fatal(err)
	}
	h.Do(func() error {
		if err := r.open(); err != nil {
			return err
		}
		if err := r.start(config(list...)); err != nil {
			return err
		}
		for r.virtuals[0].machine.State() == vrrp.Fault { // until the interface has its link-local address
			if err := r.observe(); err != nil {
				return err
			}
			time.Sleep(time.Millisecond)
		}
		return nil
	})
	t.Cleanup(func() {
		h.Do(r.stop)
		r.close()
	})
	return r
}

type nolog struct{}

func (nolog) Log(bool, string) {}

// pass has the next alarm of r's first virtual router ring at its time.
func (r *Router) pass() {
	at, _ := r.virtuals[0].machine.Deadline()
	r.virtuals[0].alarm.ring(at)
}

// hearing has r take what its ports have.
func (r *Router) hearing(t testing.TB, ready []int) {
	if err := r.serve(ready); err != nil {
		t.Fatal(err)
	}
}

// fds are the descriptors of r's ports.
func (r *Router) fds() (list []int) {
	for fd := range r.byFD {
		list = append(list, fd)
	}
	return list
}

// noDAD has link-local addresses of interfaces to come work at once.
func noDAD(hosts ...*testnet.Host) {
	for _, h := range hosts {
		h.SetSysctl("ipv6/conf/default/accept_dad", "0")
	}
}

// TestNoAllocation: from a timer to the packet on the wire, and from the packet
// to the state machine of its virtual router, nothing is allocated.
func TestNoAllocation(t *testing.T) {
	kinds := []struct {
		name   string
		change func(*conf.Instance)
	}{
		{"version 2", func(*conf.Instance) {}},
		{"PASS", func(i *conf.Instance) { i.AuthType, i.AuthPass = 1, "1111" }},
		{"AH", func(i *conf.Instance) { i.AuthType, i.AuthPass = 2, "1111" }},
		{"version 3", func(i *conf.Instance) { i.Version = 3 }},
		{"IPv6", toIPv6},
	}
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			sw, a, b := testnet.New(t), testnet.New(t), testnet.New(t)
			sw.Switch()
			noDAD(a, b)
			a.Plug(sw, "pa", "10.0.0.1/24")
			b.Plug(sw, "pb", "10.0.0.2/24")
			quiet := func(i *conf.Instance) { i.GARP = conf.GARP{} }
			ra, rb := still(t, a, instance(200, k.change, quiet)), still(t, b, instance(100, k.change, quiet))
			ra.pass()
			fds := rb.fds()
			master, backup := ra.virtuals[0], rb.virtuals[0]
			if ra.virtuals[0].machine.State() != vrrp.Master {
				t.Fatal("not Master", ra.virtuals[0].tracking.Faults())
			}
			rb.hearing(t, fds)
			sent, heard := master.record.sent, backup.checker.Received
			const runs = 200
			if n := testing.AllocsPerRun(runs, ra.pass); n != 0 {
				t.Errorf("%v allocations an advert", n)
			}
			if n := master.record.sent - sent; n != runs+1 {
				t.Errorf("%d adverts sent, want %d", n, runs+1)
			}
			rb.hearing(t, fds)
			if n := testing.AllocsPerRun(runs, func() { ra.pass(); rb.hearing(t, fds) }); n != 0 {
				t.Errorf("%v allocations an advert that is sent and heard", n)
			}
			if n := backup.checker.Received - heard; n != 2*(runs+1) {
				t.Errorf("%d adverts heard, want %d", n, 2*(runs+1))
			}
		})
	}
}
