package router

import (
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/advert"
	"github.com/viplab/viplab/daemon/internal/testnet"
	"github.com/viplab/viplab/daemon/vrrp"
)

// heralds calls a function at the first line.
type heralds struct {
	once sync.Once
	f    func()
}

func (h *heralds) Log(bool, string) { h.once.Do(h.f) }

// TestAdvertsBeforePackets: what becomes due for a Master while packets wait is
// done after the batch that is being read, not after all of them; and what
// silence means is asked when all were read.
func TestAdvertsBeforePackets(t *testing.T) {
	h, x, sw := testnet.New(t), testnet.New(t), testnet.New(t)
	sw.Switch()
	h.Plug(sw, "pa", "10.0.0.1/24")
	r := still(t, h, instance(100))
	v := r.virtuals[0]
	count := func() uint64 { return v.checker.Discards[advert.BadTTL] }
	var advertAt, silenceAt uint64
	urgent, rest := alarm{}, alarm{}
	urgent.ring = func(vrrp.Instant) { advertAt = count(); r.urgent.stop(&urgent) }
	rest.ring = func(vrrp.Instant) { silenceAt = count(); r.rest.stop(&rest) }
	r.opt.Log = &heralds{f: func() { r.urgent.set(&urgent, 1) }}
	r.rest.set(&rest, 1)
	a := attacker{Host: x, t: t}
	x.Plug(sw, "px", "10.0.0.66/24")
	x.Do(func() error { return a.s.open() })
	defer a.s.close()
	bad := packet(t, v.conf, evil, 254, 100)
	const packets = 4 * batch
	for range packets {
		a.send(netip.MustParseAddr("10.0.0.1"), bad)
	}
	r.hearing(t, r.fds())
	if advertAt != batch || silenceAt != packets {
		t.Errorf("an advert went out after %d packets, silence was believed after %d, want %d and %d", advertAt, silenceAt, batch, packets)
	}
}

// TestManyMasters: who pretends to be many Masters fills no log.
func TestManyMasters(t *testing.T) {
	h, sw := testnet.New(t), testnet.New(t)
	sw.Switch()
	h.Plug(sw, "pa", "10.0.0.1/24")
	r := still(t, h, instance(100, fast))
	log := make(lines, 4096)
	r.opt.Log = log
	var p *port
	for _, p = range r.ports {
	}
	twice := instance(200, fast)
	twice.AdvertInt *= 2
	from := evil
	for range 50 {
		from = from.Next()
		r.intake.headers[0].size = uint32(copy(r.intake.bytes[0][:], packet(t, twice, from, 255, 200)))
		r.deliver(p, 0, now(), time.Now())
	}
	if master, _ := r.virtuals[0].machine.Heard(); master != from {
		t.Errorf("the Master is %v", master)
	}
	if len(log) > 5 {
		t.Errorf("%d lines", len(log))
	}
}

// TestSendFailure: that adverts cannot be sent is logged when it begins.
func TestSendFailure(t *testing.T) {
	h, sw := testnet.New(t), testnet.New(t)
	sw.Switch()
	h.Plug(sw, "pa", "10.0.0.1/24")
	r := still(t, h, instance(100))
	r.pass()
	log := make(lines, 64)
	r.opt.Log = log
	v := r.virtuals[0]
	sound := v.outlets[0].fd
	for _, fd := range []int{-1, -1, sound, -1, sound} {
		v.outlets[0].fd = fd
		for !r.advertised(fd == sound) {
		}
	}
	failed := 0
	for len(log) > 0 {
		if strings.Contains(<-log, "send advert from 10.0.0.1 on eth0: bad file descriptor") {
			failed++
		}
	}
	if n := v.stats().SendErrors; failed != 2 || n != 3 {
		t.Errorf("%d lines for %d failures, want 2 for 3", failed, n)
	}
}

// advertised has r's next alarm ring and reports whether it sent an advert, or
// tried to.
func (r *Router) advertised(ok bool) bool {
	v := r.virtuals[0]
	sent, failed := v.record.sent, v.record.sendErrors
	r.pass()
	if ok {
		return v.record.sent > sent
	}
	return v.record.sendErrors > failed
}

// TestOtherGroups: what other programs have joined does not reach the port.
func TestOtherGroups(t *testing.T) {
	a, _, sw := alone(t)
	x := attack(t, sw)
	other := netip.MustParseAddr("224.0.0.99")
	a.Do(func() error {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return err
		}
		t.Cleanup(func() { unix.Close(fd) })
		return unix.SetsockoptIPMreqn(fd, unix.IPPROTO_IP, unix.IP_ADD_MEMBERSHIP, &unix.IPMreqn{Multiaddr: other.As4(), Address: [4]byte{10, 0, 0, 1}})
	})
	mine := instance(100, prompt)
	a.run(mine)
	a.log.until(t, "Entering MASTER STATE")
	elsewhere := packet(t, mine, evil, 255, 200)
	copy(elsewhere[16:], other.AsSlice())
	x.send(other, elsewhere)
	x.send(group4, packet(t, mine, evil, 254, 200))
	a.log.until(t, "invalid TTL")
	if i := a.status().Instances[0]; len(i.Discards) != 1 || i.State != "MASTER" {
		t.Errorf("%s, discards %v", i.State, i.Discards)
	}
}
