package router

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/internal/testnet"
)

// rename gives an interface another name. Old kernels want it down for that.
func rename(h *testnet.Host, from, to string) {
	h.Link(from, false)
	defer h.Link(to, true)
	h.Do(func() error {
		l, err := netlink.LinkByName(from)
		if err != nil {
			return err
		}
		return netlink.LinkSetName(l, to)
	})
}

// TestInterfaceComesAndGoes: one that is missing at the start, appears, is
// renamed and back, is deleted and made anew.
func TestInterfaceComesAndGoes(t *testing.T) {
	t.Parallel()
	sw := testnet.New(t)
	sw.Switch()
	next := adverts(sw)
	a := &site{Host: testnet.New(t), t: t}
	a.run(instance(100, prompt))
	a.log.until(t, "interface eth0 does not exist")
	a.log.until(t, "Entering FAULT STATE")
	if s := a.status().Instances[0]; s.State != "FAULT" || !slices.Equal(s.Faults, []string{"interface eth0 does not exist"}) {
		t.Errorf("%s, %q", s.State, s.Faults)
	}
	a.Plug(sw, "pa", "10.0.0.1/24")
	a.log.until(t, "Entering MASTER STATE")
	next()

	rename(a.Host, "eth0", "lan")
	a.log.until(t, "Entering FAULT STATE")
	a.await(func() bool {
		return slices.Equal(a.status().Instances[0].Faults, []string{"interface eth0 does not exist"})
	})
	rename(a.Host, "lan", "eth0")
	a.log.until(t, "Entering MASTER STATE")

	a.Remove("eth0")
	a.log.until(t, "Entering FAULT STATE")
	a.Plug(sw, "pb", "10.0.0.7/24")
	a.log.until(t, "Entering MASTER STATE")
	for w := next(); w.From().String() != "10.0.0.7"; w = next() {
	}
}

// TestVMACComesAndGoes: the device is made again with its interface.
func TestVMACComesAndGoes(t *testing.T) {
	a, next, sw := alone(t)
	a.run(instance(100, prompt, vmac))
	a.log.until(t, "Entering MASTER STATE")
	a.Remove("eth0")
	a.log.until(t, "Entering FAULT STATE")
	a.Plug(sw, "pb", "10.0.0.7/24")
	a.log.until(t, "Entering MASTER STATE")
	for w := next(); w.From().String() != "10.0.0.7"; w = next() {
	}
}

// TestDebounce: a short loss of the link does not count, a long one does.
func TestDebounce(t *testing.T) {
	a, _, sw := alone(t)
	cfg := config(instance(100, prompt))
	cfg.Debounces = []conf.Debounce{{Interface: "eth0", Down: time.Second, Up: 20 * time.Millisecond}}
	a.start(cfg)
	a.log.until(t, "Entering MASTER STATE")
	sw.Link("pa", false)
	a.unfit()
	sw.Link("pa", true)
	if s := a.status().Instances[0]; s.State != "MASTER" || s.Stats.ReleasedMaster != 0 {
		t.Errorf("%s, released %d times", s.State, s.Stats.ReleasedMaster)
	}
	sw.Link("pa", false)
	a.log.until(t, "Netlink reports eth0 down")
	a.log.until(t, "Entering FAULT STATE")
	sw.Link("pa", true)
	a.log.until(t, "Entering MASTER STATE")
}

// unfit waits until the router knows that eth0 has no carrier.
func (s *site) unfit() {
	for fit := true; fit; {
		if err := s.router.ask(s.t.Context(), func() error { fit = s.router.ifaces["eth0"].link.Fit(); return nil }); err != nil {
			s.t.Fatal(err)
		}
	}
}

// TestDontTrackPrimary: the link may be down.
func TestDontTrackPrimary(t *testing.T) {
	a, next, sw := alone(t)
	a.run(instance(100, prompt, func(i *conf.Instance) { i.DontTrackPrimary = true }))
	a.log.until(t, "Entering MASTER STATE")
	sw.Link("pa", false)
	a.log.until(t, "Netlink reports eth0 down")
	sw.Link("pa", true)
	for _, line := range a.log.until(t, "Netlink reports eth0 up") {
		if strings.Contains(line, "STATE") {
			t.Errorf("a transition: %s", line)
		}
	}
	next()
}

// TestLinkbeat: what the driver says counts.
func TestLinkbeat(t *testing.T) {
	a, _, sw := alone(t)
	cfg := config(instance(100, prompt))
	cfg.Linkbeats = []conf.Linkbeat{{Interface: "eth0", Method: "ETHTOOL"}}
	a.start(cfg)
	a.log.until(t, "Entering MASTER STATE")
	sw.Link("pa", false)
	a.log.until(t, "Entering FAULT STATE")
	if err := a.router.ask(t.Context(), func() error {
		if b := a.router.ifaces["eth0"].beat; !b.polled || !b.known || b.up {
			t.Errorf("beat %+v", b)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	sw.Link("pa", true)
	a.log.until(t, "Entering MASTER STATE")
}

// TestTrackSource: without mcast_src_ip there is no Master, if that is tracked.
func TestTrackSource(t *testing.T) {
	a, next, _ := alone(t)
	a.run(instance(100, prompt, func(i *conf.Instance) {
		i.Source, i.TrackSource = vip2.Prefix.Addr(), true
	}))
	a.log.until(t, "interface eth0 does not have the source address 10.0.0.101")
	a.Address("10.0.0.101/24", true)
	a.log.until(t, "Entering MASTER STATE")
	if w := next(); w.From() != vip2.Prefix.Addr() {
		t.Errorf("from %s", w.From())
	}
	a.Address("10.0.0.101/24", false)
	a.log.until(t, "Entering FAULT STATE")
}
