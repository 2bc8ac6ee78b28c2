package router

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/internal/testnet"
)

// TestLinkLost is R3768-6.4-derived-01, by carrier and by the interface itself.
func TestLinkLost(t *testing.T) {
	a, _, _, sw := pair(t)
	a.run(quick(254))
	a.log.until(t, "setting VIPs.")
	a.log.until(t, "gratuitous ARPs")
	for _, set := range []func(up bool){func(up bool) { sw.Link("pa", up) }, func(up bool) { a.Link("eth0", up) }} {
		set(false)
		a.log.until(t, "Entering FAULT STATE")
		a.holds(false)
		set(true)
		a.log.until(t, "Netlink reports eth0 up")
		a.log.until(t, "Entering BACKUP STATE")
		a.log.until(t, "Entering MASTER STATE")
		a.log.until(t, "gratuitous ARPs")
		a.holds(true)
	}
}

// TestSourceLost is R3768-6.4-derived-03: without a primary address there is
// no Master; with another one there is again, and it is the source.
func TestSourceLost(t *testing.T) {
	a, _, frames, _ := pair(t)
	a.run(quick(254))
	a.log.until(t, "gratuitous ARPs")
	a.Address("10.0.0.1/24", false)
	a.log.until(t, "has no IPv4 address")
	a.log.until(t, "Entering FAULT STATE")
	a.holds(false)
	a.Address("10.0.0.7/24", true)
	a.log.until(t, "Entering MASTER STATE")
	f := next(frames, func(f testnet.Frame) bool { return f.From() != netip.MustParseAddr("10.0.0.1") })
	if f.From() != netip.MustParseAddr("10.0.0.7") {
		t.Errorf("source is %v", f.From())
	}
}

// TestSourceIsStable is R3768-5.2.1-02: another address that the kernel lists
// first does not become the source.
func TestSourceIsStable(t *testing.T) {
	a, _, frames, _ := pair(t)
	a.run(quick(254))
	a.log.until(t, "gratuitous ARPs")
	a.LinkScope("10.7.0.1/24")
	sent := next(frames, func(testnet.Frame) bool { return true })
	for range 2 {
		if sent = next(frames, func(testnet.Frame) bool { return true }); sent.From() != netip.MustParseAddr("10.0.0.1") {
			t.Errorf("source is %v", sent.From())
		}
	}
}

// TestAddressTakenAway: what somebody else removes is put back and announced
// again, and the Master stays Master; unless that goes on and on.
func TestAddressTakenAway(t *testing.T) {
	a, _, frames, _ := pair(t)
	a.run(quick(200, func(i *conf.Instance) { i.GARP.Repeat = 1 }))
	a.log.until(t, "gratuitous ARPs")
	for range 5 {
		a.Address("10.0.0.100/24", false)
		for _, line := range a.log.until(t, "gratuitous ARPs") {
			if strings.Contains(line, "STATE") {
				t.Errorf("a transition: %s", line)
			}
		}
		a.holds(true)
	}
	a.Address("10.0.0.100/24", false)
	a.log.until(t, "Entering BACKUP STATE")
	a.holds(false)
	resigned := next(frames, func(f testnet.Frame) bool { return f.VRRP.Priority == 0 })
	back := next(frames, func(testnet.Frame) bool { return true })
	// The timer counts from the loss, which a busy machine may announce late; how
	// exact it is the tests of Machine show.
	if gap := back.At.Sub(resigned.At); gap < skewOf(200)/2 {
		t.Errorf("back after %v, want about %v", gap, skewOf(200))
	}
	a.log.until(t, "Entering MASTER STATE")
	a.log.until(t, "gratuitous ARPs")
	a.holds(true)
}

func TestResidualAddress(t *testing.T) {
	a, _, _, _ := pair(t)
	a.Address("10.0.0.100/16", true) // another length, as an older configuration had it
	a.run(quick(200))
	a.log.until(t, "removing residual address 10.0.0.100/16")
	a.log.until(t, "Entering BACKUP STATE (init)")
	if got := a.Labels(); len(got) != 1 {
		t.Errorf("addresses %v", got)
	}
}

// TestOwner: the host's own address is the virtual one; it was there before
// and stays.
func TestOwner(t *testing.T) {
	a, _, frames, _ := pair(t)
	owned := func(i *conf.Instance) {
		i.Addresses = vips(conf.Address{Prefix: netip.MustParsePrefix("10.0.0.1/24"), Interface: "eth0"})
	}
	a.run(quick(255, owned))
	a.log.until(t, "Entering MASTER STATE")
	if f := next(frames, func(testnet.Frame) bool { return true }); f.From() != netip.MustParseAddr("10.0.0.1") || f.VRRP.Priority != 255 {
		t.Errorf("from %v priority %d", f.From(), f.VRRP.Priority)
	}
	a.stop()
	if got := a.Labels(); len(got) != 1 {
		t.Errorf("addresses %v, want the host's own", got)
	}
}
