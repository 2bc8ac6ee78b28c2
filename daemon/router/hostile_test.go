package router

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"

	"github.com/viplab/viplab/daemon/advert"
	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/internal/testnet"
)

// attacker is a host that sends what it likes.
type attacker struct {
	*testnet.Host
	t     *testing.T
	s     senders
	index int
}

func attack(t *testing.T, sw *testnet.Host) *attacker {
	a := &attacker{Host: testnet.New(t), t: t}
	a.Plug(sw, "px", "10.0.0.66/24")
	a.Do(func() error {
		l, err := netlink.LinkByName("eth0")
		if err != nil {
			return err
		}
		a.index = l.Attrs().Index
		return a.s.open()
	})
	t.Cleanup(a.s.close)
	return a
}

var (
	group4 = netip.MustParseAddr("224.0.0.18")
	evil   = netip.MustParseAddr("10.0.0.66")
)

// packet is an advert of i as src sends it with priority prio.
func packet(t *testing.T, i *conf.Instance, src netip.Addr, ttl, prio int) []byte {
	t.Helper()
	c, err := advert.NewChecker(i)
	if err != nil {
		t.Fatal(err)
	}
	s, err := advert.NewSender(i, c)
	if err != nil {
		t.Fatal(err)
	}
	return s.Append(nil, src, group4, ttl, prio, time.Now())
}

// send sends an IPv4 packet to dst.
func (a *attacker) send(dst netip.Addr, b []byte) {
	a.t.Helper()
	if err := a.s.outlet(a.index, evil, dst, 255).send(b); err != nil {
		a.t.Error(err)
	}
}

// await waits until ok of an instance.
func (s *site) await(ok func() bool) {
	for !ok() {
		time.Sleep(time.Millisecond) // ends with the test binary's own time-out, if ok is never true
	}
}

// TestDiscards: each packet that is not taken is counted by its reason, logged
// once, and touches nothing.
func TestDiscards(t *testing.T) {
	a, next, sw := alone(t)
	x := attack(t, sw)
	mine := instance(100, prompt, func(i *conf.Instance) { i.AdvertInt, i.Version, i.AuthType, i.AuthPass = time.Second, 2, 1, "1111" })
	a.run(mine)
	a.log.until(t, "Entering MASTER STATE")
	like := func(change func(*conf.Instance)) []byte {
		i := *mine
		change(&i)
		return packet(t, &i, evil, 255, 250)
	}
	twist := func(at int, b byte) []byte {
		p := packet(t, mine, evil, 255, 250)
		p[at] = b
		return p
	}
	rows := []struct {
		reason advert.Discard
		packet []byte
	}{
		{advert.BadTTL, packet(t, mine, evil, 254, 250)},
		{advert.BadVersion, twist(20, 7<<4|1)},
		{advert.BadVersion, like(func(i *conf.Instance) { i.Version, i.AuthType = 3, 0 })},
		{advert.BadType, twist(20, 2<<4|2)},
		{advert.Truncated, twist(23, 200)},
		{advert.BadChecksum, twist(22, 251)},
		{advert.BadPassword, like(func(i *conf.Instance) { i.AuthPass = "2222" })},
		{advert.BadAuthType, like(func(i *conf.Instance) { i.AuthType = 0 })},
		{advert.BadInterval, like(func(i *conf.Instance) { i.AdvertInt = 2 * time.Second })},
		{advert.ZeroInterval, like(func(i *conf.Instance) { i.AdvertInt = 0 })},
		{advert.BadAddressList, like(func(i *conf.Instance) { i.Addresses = vips(vip2) })},
	}
	const times = 3
	want := map[string]uint64{}
	for _, row := range rows {
		want[row.reason.Key()] += times
		for range times {
			x.send(group4, row.packet)
		}
	}
	i := a.status().Instances[0]
	a.await(func() bool {
		i = a.status().Instances[0]
		n := uint64(0)
		for _, k := range i.Discards {
			n += k
		}
		return n >= uint64(times*len(rows))
	})
	for key, n := range want {
		if i.Discards[key] != n {
			t.Errorf("%d discards for %s, want %d", i.Discards[key], key, n)
		}
	}
	if len(i.Discards) != len(want) || i.State != "MASTER" || len(i.Peers) != 0 {
		t.Errorf("%s, peers %v, discards %v", i.State, i.Peers, i.Discards)
	}
	a.stop()
	for w := next(); w.prio != 0; w = next() { // the last
	}
	said := map[string]int{}
	for line := range a.log {
		for _, row := range rows {
			if strings.Contains(line, row.reason.Error()) {
				said[row.reason.Key()]++
			}
		}
		if strings.Contains(line, "removing VIPs") {
			break
		}
	}
	for key := range want {
		if said[key] != 1 && !strings.HasSuffix(key, "_auth_type") && !strings.HasSuffix(key, "_version") || said[key] == 0 {
			t.Errorf("%s was logged %d times", key, said[key])
		}
	}
}

// TestStrangers: adverts for other virtual routers are counted, and logged where
// that is asked for.
func TestStrangers(t *testing.T) {
	a, _, sw := alone(t)
	x := attack(t, sw)
	cfg := config(instance(100, prompt))
	cfg.Global.VRRP.LogUnknownVRIDs = true
	a.start(cfg)
	a.log.until(t, "Entering MASTER STATE")
	other := packet(t, instance(100, prompt, named("W", 77)), evil, 255, 100)
	for range 5 {
		x.send(group4, other)
	}
	x.send(group4, append([]byte{}, other[:20]...))
	a.log.until(t, "unknown VRID 77")
	a.await(func() bool { r := a.status().Receive; return r.UnknownVRID == 5 && len(r.Discards) > 0 })
	if err := a.router.ClearStats(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r := a.status().Receive; r.UnknownVRID != 0 || len(r.Discards) != 0 {
		t.Errorf("after a clear: %+v", r)
	}
}

// TestFlood: a flood of packets, sound and not, takes no advert its time.
func TestFlood(t *testing.T) {
	a, next, sw := alone(t)
	x := attack(t, sw)
	const interval = 100 * time.Millisecond
	mine := instance(200, fast, func(i *conf.Instance) { i.AdvertInt = interval })
	a.run(mine)
	a.log.until(t, "Entering MASTER STATE")
	lower, bad := packet(t, mine, evil, 255, 100), packet(t, mine, evil, 255, 250)
	bad[22]++ // its checksum is wrong
	o := x.s.outlet(x.index, evil, group4, 255)
	stop, stopped := make(chan struct{}), make(chan int)
	go func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				stopped <- n
				return
			default:
			}
			if n%2 == 0 {
				_ = o.send(lower)
			} else {
				_ = o.send(bad)
			}
			if n%50 == 0 {
				time.Sleep(time.Millisecond) // about 50,000 a second
			}
		}
	}()
	ours := func() wire {
		for {
			if w := next(); w.prio == 200 {
				return w
			}
		}
	}
	first := ours()
	last, n := first, 0
	for last.At.Sub(first.At) < 20*interval {
		last = ours()
		n++
	}
	close(stop)
	t.Logf("%d packets in %v", <-stopped, last.At.Sub(first.At))
	// A lower priority is answered once an interval, besides.
	if n < 19 || n > 2*21+1 {
		t.Errorf("%d adverts in the time of 20", n)
	}
	s := a.status().Instances[0]
	if s.State != "MASTER" || s.Discards["bad_checksum"] == 0 || s.Stats.GARPSent > 5*25 {
		t.Errorf("%s, discards %v, %d announcements", s.State, s.Discards, s.Stats.GARPSent)
	}
	a.stop()
	lines := 0
	for line := range a.log {
		if strings.Contains(line, "discarded") {
			lines++
		}
		if strings.Contains(line, "removing VIPs") {
			break
		}
	}
	if lines != 1 {
		t.Errorf("%d lines on discarded packets", lines)
	}
}
