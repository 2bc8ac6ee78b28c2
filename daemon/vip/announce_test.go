package vip

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vishvananda/netlink"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/internal/testnet"
)

// announcement is a frame as "ADDRESS MAC".
func announcement(f testnet.Frame) string {
	ip := f.From().String()
	if f.NA != nil {
		ip = f.NA.TargetAddress.String()
	}
	return ip + " " + f.Src.String()
}

// TestAnnounce hears announcements on the wire: rounds of all addresses, from the
// MAC address of the interface that each is on.
func TestAnnounce(t *testing.T) {
	r := newRig(t)
	frames := r.sw.Sniff(func(f *testnet.Frame) bool { return f.NA != nil && f.NA.Flags&0x40 == 0 || f.ARP != nil })
	e := r.start(r.read("", "use_vmac_addr\nvirtual_ipaddress {\n10.0.0.100/24\n10.0.0.101/24\n}\nvirtual_ipaddress_excluded {\n2001:db8::1/64\n}"))[0]
	virtual, own := "00:00:5e:00:02:33", r.MAC("eth0").String()
	hear := func(want ...string) { // each family in its order
		t.Helper()
		var got, sorted [2][]string
		for _, w := range want {
			f := <-frames
			kind := 0
			if f.NA != nil {
				kind = 1
			}
			got[kind] = append(got[kind], announcement(f))
			kind = strings.Count(w, "2001:")
			sorted[kind] = append(sorted[kind], w)
		}
		equal(t, "frames", got, sorted)
	}
	all := []string{"10.0.0.100 " + own, "10.0.0.101 " + own, "2001:db8::1 " + virtual}
	r.act(func() { e.Announce(nil, 3, r.now) })
	equal(t, "before it holds them", e.GARPSent(), 0)
	r.act(e.Acquire)
	r.Do(func() error { e.Announce(nil, 3, r.now); return nil })
	equal(t, "at once", e.GARPSent(), 3)
	r.settle()
	hear(append(append(slices.Clone(all), all...), all...)...)
	equal(t, "sent", e.GARPSent(), 9)
	r.act(func() { e.Announce([]conf.Address{e.conf.Addresses[1]}, 2, r.now) })
	hear(all[1], all[1])
	r.Do(func() error { e.Announce(nil, 3, r.now); e.Release(); return nil })
	r.settle()
	equal(t, "released", e.GARPSent(), 14)
	hear(all...)
	r.act(e.Acquire)
	r.act(func() { e.Announce(e.conf.Addresses[:1], 1, r.now) })
	hear(all[0])
	if !r.logged("(V1) Sending/queueing gratuitous ARPs on eth0 for 10.0.0.100") || !r.logged("(V1) Sending/queueing Unsolicited Neighbour Adverts on vrrp.51 for 2001:db8::1") {
		t.Errorf("%q", r.log)
	}
}

// TestAnnounceFailure: what cannot be sent is named once, and keeps nobody from
// other work.
func TestAnnounceFailure(t *testing.T) {
	r := newRig(t)
	e := r.start(r.read("", "virtual_ipaddress {\n10.0.0.100/24\n10.0.0.101/24\n}"))[0]
	r.act(e.Acquire)
	r.Do(func() error {
		l, err := netlink.LinkByName("eth0")
		if err != nil {
			return err
		}
		return netlink.LinkSetDown(l)
	})
	for range 3 {
		r.Do(func() error { e.Announce(nil, 5, r.now); return nil })
	}
	equal(t, "sent", e.GARPSent(), 0)
	n := 0
	for _, line := range r.log {
		if line == "(V1) announce 10.0.0.100 on eth0: network is down" {
			n++
		}
	}
	if _, on := r.host.Deadline(); on || n == 0 || n > 3 {
		t.Errorf("something is due: %v; logged %d times: %q", on, n, r.log)
	}
}

// TestInterval spreads announcements over time.
func TestInterval(t *testing.T) {
	r := newRig(t)
	e := r.start(r.read("global_defs {\nvrrp_garp_interval 0.5\n}", "virtual_ipaddress {\n10.0.0.100/24\n10.0.0.101/24\n}"))[0]
	r.act(func() { e.Acquire(); e.Announce(nil, 2, r.now) })
	for n := uint64(1); n <= 4; n++ {
		equal(t, "sent", e.GARPSent(), n)
		r.now += second / 2
		r.settle()
	}
	equal(t, "sent", e.GARPSent(), 4)
}

// TestExtra announces, time and again, from interfaces that send no adverts.
func TestExtra(t *testing.T) {
	const addresses = "virtual_ipaddress {\n10.0.0.100/24\n10.1.0.100/24 dev eth1\n10.1.0.101/24 dev eth1\n}"
	rows := []struct {
		name, body string
		n          uint64 // each time
	}{
		{"off", "use_vmac\nuse_vmac_addr", 0},
		{"VMAC", "use_vmac\nuse_vmac_addr\ngarp_extra_if 3", 1},
		{"no VMAC", "garp_extra_if 3", 0},
		{"all", "garp_extra_if all 3", 1},
		{"adverts from below", "use_vmac\nvmac_xmit_base\nuse_vmac_addr\ngarp_extra_if 3", 2},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			r := newRig(t)
			e := r.start(r.read("", row.body+"\n"+addresses))[0]
			r.act(func() { e.Acquire(); e.Announce(nil, 1, r.now) })
			equal(t, "sent", e.GARPSent(), 3)
			for n := range uint64(3) {
				r.now += 3*second - 1
				r.settle()
				equal(t, fmt.Sprintf("before %d", n), e.GARPSent(), 3+n*row.n)
				r.now++
				r.settle()
				equal(t, fmt.Sprintf("at %d", n), e.GARPSent(), 3+(n+1)*row.n)
			}
			r.act(e.Release)
			if _, on := r.host.Deadline(); on {
				t.Error("released, and something is due")
			}
			r.close()
		})
	}
}

// TestExtraReloaded switches it off and on.
func TestExtraReloaded(t *testing.T) {
	r := newRig(t)
	e := r.start(r.read("", "garp_extra_if all 3\nvirtual_ipaddress {\n10.0.0.100/24\n10.1.0.100/24 dev eth1\n}"))[0]
	off := r.read("", "virtual_ipaddress {\n10.0.0.100/24\n10.1.0.100/24 dev eth1\n}").Instances[0]
	on := e.conf
	r.act(func() { e.Acquire(); e.Announce(nil, 1, r.now) })
	r.act(func() { e.Reload(off, true) })
	r.now += 4 * second
	r.settle()
	equal(t, "off", e.GARPSent(), 2)
	r.act(func() { e.Reload(on, true) })
	equal(t, "just on", e.GARPSent(), 2)
	r.now += 4 * second
	r.settle()
	equal(t, "on", e.GARPSent(), 3)
}
