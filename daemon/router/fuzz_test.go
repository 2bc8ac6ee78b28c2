package router

import (
	"net/netip"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/advert"
	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/internal/testnet"
	"github.com/viplab/viplab/daemon/vrrp"
)

// FuzzReceive delivers packets as a socket does. A packet that is not taken
// changes neither the state nor a timer of any virtual router.
func FuzzReceive(f *testing.F) {
	h, sw := testnet.New(f), testnet.New(f)
	sw.Switch()
	noDAD(h)
	h.Plug(sw, "pa", "10.0.0.1/24")
	kinds := []func(*conf.Instance){
		func(*conf.Instance) {},
		func(i *conf.Instance) { i.AuthType, i.AuthPass = 1, "1111" },
		func(i *conf.Instance) { i.AuthType, i.AuthPass = 2, "1111" },
		func(i *conf.Instance) { i.Version = 3 },
		toIPv6,
		func(i *conf.Instance) { i.Version = 3; to("10.0.0.66")(i) },
	}
	var list []*conf.Instance
	for n, kind := range kinds {
		i := instance(100+n, kind, named(string(rune('A'+n)), n+1), func(i *conf.Instance) { i.GARP = conf.GARP{} })
		list = append(list, i)
		if i.Family == conf.IPv4 {
			for _, prio := range []int{0, 50, 200, 255} {
				f.Add(uint8(0), packetOf(f, i, prio))
			}
			continue
		}
		f.Add(uint8(1), packetOf(f, i, 200))
	}
	r := still(f, h, list...)
	f.Fuzz(func(t *testing.T, which uint8, b []byte) {
		for _, p := range r.ports {
			if int(which)%2 != int(p.family)/6 {
				continue
			}
			before := watch(r)
			r.intake.headers[0].size = uint32(copy(r.intake.bytes[0][:], b))
			r.intake.headers[0].Controllen = 0
			r.deliver(p, 0, now(), time.Now())
			after := watch(r)
			for n := range before {
				x, y := before[n], after[n]
				taken := y.sound > x.sound && y.discards == x.discards
				if x.sound, x.discards = y.sound, y.discards; !taken && x != y {
					t.Errorf("virtual router %d: %+v became %+v", n, x, y)
				}
			}
		}
	})
}

// watched is what a packet that is not taken leaves alone, but for the counters.
type watched struct {
	sound    uint64
	discards uint64
	state    vrrp.State
	deadline vrrp.Instant
	interval time.Duration
	master   netip.Addr
}

func watch(r *Router) (list []watched) {
	for _, v := range r.virtuals {
		at, _ := v.machine.Deadline()
		master, _ := v.machine.Heard()
		sum := uint64(0)
		for _, n := range v.checker.Discards {
			sum += n
		}
		list = append(list, watched{v.checker.Received, sum, v.machine.State(), at, v.machine.MasterInterval(), master})
	}
	return list
}

// packetOf is an advert of i as its sockets deliver it.
func packetOf(t testing.TB, i *conf.Instance, prio int) []byte {
	c, err := advert.NewChecker(i)
	if err != nil {
		t.Fatal(err)
	}
	s, err := advert.NewSender(i, c)
	if err != nil {
		t.Fatal(err)
	}
	src, dst := evil, group4
	if i.Family == conf.IPv6 {
		src, dst = netip.MustParseAddr("fe80::66"), i.MulticastGroup
	} else if len(i.UnicastPeers) > 0 {
		dst = netip.MustParseAddr("10.0.0.1")
	}
	return s.Append(nil, src, dst, 255, prio, time.Now())
}
