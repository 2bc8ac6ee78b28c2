package router

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/internal/testnet"
)

// wire is an advert as bytes show it.
type wire struct {
	testnet.Frame
	version, vrid, prio int
	ttl                 int
	ah                  bool
}

// adverts are those that cross the switch.
func adverts(sw *testnet.Host) func() wire {
	frames := sw.Sniff(func(f *testnet.Frame) bool { return readWire(f).vrid != 0 })
	return func() wire {
		f := <-frames
		return readWire(&f)
	}
}

// readWire reads an advert without the daemon's decoder.
func readWire(f *testnet.Frame) (w wire) {
	w.Frame = *f
	var b []byte
	switch {
	case f.IP != nil && f.IP.Protocol == 112:
		b, w.ttl = f.IP.Payload, int(f.IP.TTL)
	case f.IP != nil && f.IP.Protocol == 51 && len(f.IP.Payload) > 24:
		b, w.ttl, w.ah = f.IP.Payload[24:], int(f.IP.TTL), true
	case f.IP6 != nil && f.IP6.NextHeader == 112:
		b, w.ttl = f.IP6.Payload, int(f.IP6.HopLimit)
	}
	if len(b) >= 8 {
		w.version, w.vrid, w.prio = int(b[0]>>4), int(b[1]), int(b[2])
	}
	return w
}

// fast has adverts of version 3 ten times a second.
func fast(i *conf.Instance) {
	i.Version, i.AdvertInt, i.GARP.Delay = 3, 100*time.Millisecond, 0
}

// to has an instance speak to a peer.
func to(peer string) func(*conf.Instance) {
	return func(i *conf.Instance) {
		i.MulticastGroup = netip.Addr{}
		i.UnicastPeers = []conf.UnicastPeer{{Address: netip.MustParseAddr(peer), MinTTL: -1, MaxTTL: -1}}
	}
}

func vmac(i *conf.Instance) { i.VMAC = true }

// TestKinds has two routers elect, fail over and fail back, speaking each kind of
// VRRP.
func TestKinds(t *testing.T) {
	none := func(*conf.Instance) {}
	soon := func(i *conf.Instance) { i.DownTimerAdverts = 1 }
	kinds := []struct {
		name         string
		base         func(*conf.Instance)
		onA, onB     func(*conf.Instance)
		version, ttl int
		ah           bool
		mac          string // that adverts come from; empty: of the interface
	}{
		{name: "version 2", base: soon, version: 2, ttl: 255},
		{name: "AH", base: func(i *conf.Instance) { soon(i); i.AuthType, i.AuthPass = 2, "secret" }, version: 2, ttl: 255, ah: true},
		{name: "version 3", base: fast, version: 3, ttl: 255},
		{name: "IPv6", base: func(i *conf.Instance) { fast(i); toIPv6(i) }, version: 3, ttl: 255},
		{name: "unicast", base: fast, onA: to("10.0.0.2"), onB: to("10.0.0.1"), version: 3, ttl: 255},
		{name: "unicast TTL", base: func(i *conf.Instance) { fast(i); i.Unicast.TTL = 7 }, onA: to("10.0.0.2"), onB: to("10.0.0.1"), version: 3, ttl: 7},
		{name: "VMAC", base: func(i *conf.Instance) { fast(i); vmac(i) }, version: 3, ttl: 255, mac: "00:00:5e:00:01:33"},
		{name: "VMAC IPv6", base: func(i *conf.Instance) { fast(i); toIPv6(i); vmac(i) }, version: 3, ttl: 255, mac: "00:00:5e:00:02:33"},
		{name: "VMAC, sent from below", base: func(i *conf.Instance) { fast(i); vmac(i); i.TransmitBase = true }, version: 3, ttl: 255},
		{name: "unicast IPv6", base: func(i *conf.Instance) { fast(i); toIPv6(i) }, onA: to("fd00::2"), onB: to("fd00::1"), version: 3, ttl: 255},
		{name: "HMAC", base: func(i *conf.Instance) {
			fast(i)
			i.HMAC = &conf.AuthHMAC{Keys: []conf.HMACKey{{ID: 1, Value: "0123456789abcdef0123456789abcdef"}}, ActiveKey: 1, AntiReplay: "time", TimeWindow: 5 * time.Second, Mode: "enforce"}
		}, version: 3, ttl: 255},
	}
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			a, b, next, _ := dual(t)
			if k.onA == nil {
				k.onA, k.onB = none, none
			}
			from := func(s *site, prio int) {
				t.Helper()
				for {
					w := next()
					if w.prio != prio {
						continue
					}
					mac := k.mac
					if mac == "" {
						mac = s.MAC("eth0").String()
					}
					if w.version != k.version || w.ttl != k.ttl || w.ah != k.ah || w.vrid != 51 || w.Src.String() != mac {
						t.Errorf("advert of version %d, TTL %d, AH %v, VRID %d from %s, want %d, %d, %v, 51, %s", w.version, w.ttl, w.ah, w.vrid, w.Src, k.version, k.ttl, k.ah, mac)
					}
					return
				}
			}
			b.run(instance(100, k.base, k.onB))
			b.log.until(t, "Entering MASTER STATE")
			from(b, 100)
			a.run(instance(200, k.base, k.onA))
			a.log.until(t, "Entering MASTER STATE")
			b.log.until(t, "higher priority 200, ours 100")
			b.log.until(t, "Entering BACKUP STATE")
			from(a, 200)
			if k.ah { // the next one goes on from the number of b's last words, which a has heard then
				from(a, 200)
			}
			a.stop()
			from(a, 0)
			b.log.until(t, "Entering MASTER STATE")
			from(b, 100)
			if i := b.status().Instances[0]; len(i.Discards) > 0 {
				t.Errorf("discards %v", i.Discards)
			}
		})
	}
}

// TestVMACBelow: a router that sends from the interface below its VMAC hears one
// that sends from the VMAC, whose MAC address is the same.
func TestVMACBelow(t *testing.T) {
	t.Parallel()
	a, b, _, _ := dual(t)
	b.run(instance(100, fast, vmac, func(i *conf.Instance) { i.TransmitBase = true }))
	b.log.until(t, "Entering MASTER STATE")
	a.run(instance(200, fast, vmac))
	b.log.until(t, "higher priority 200, ours 100")
	a.log.until(t, "Entering MASTER STATE")
	a.stop()
	b.log.until(t, "Entering MASTER STATE")
}

// TestNotices: what is remarkable about a Master that is taken is logged once.
func TestNotices(t *testing.T) {
	t.Parallel()
	a, b, next, _ := dual(t)
	a.run(instance(200, fast))
	a.log.until(t, "Entering MASTER STATE")
	b.run(instance(100, fast, func(i *conf.Instance) { i.AdvertInt = 200 * time.Millisecond }))
	b.log.until(t, "10.0.0.1 advertises every 100ms, our interval is 200ms")
	for range 5 {
		next()
	}
	if i := b.status().Instances[0]; i.MasterInterval != 0.1 || i.State != "BACKUP" {
		t.Errorf("%s, interval %v", i.State, i.MasterInterval)
	}
	b.stop()
	for len(b.log) > 0 {
		if line := <-b.log; strings.Contains(line, "advertises every") {
			t.Errorf("again: %s", line)
		}
	}
}
