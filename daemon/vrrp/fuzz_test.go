package vrrp

import (
	"net/netip"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// FuzzMachine lets the events that the input spells happen to a host with two
// virtual routers in a group, or one. What nothing may break, world looks at.
func FuzzMachine(f *testing.F) {
	f.Add([]byte{0, 100, 50})
	f.Add([]byte{3, 255, 255, 0x10, 9, 0x21, 200, 0x30, 1, 0x47, 0, 0x50, 9, 0x80, 0})
	f.Add([]byte{7, 100, 0, 0x10, 255, 0x10, 255, 0x70, 0, 0x90, 4, 0xa0, 3, 0xb0, 1, 0xc0, 1, 0xd0, 200})
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) < 3 {
			return
		}
		w := newWorld(t, "fuzz", 1, 1+int(in[0])&1, func(_, segment int) *conf.Instance {
			return instance(max(1, int(in[1])), fuzzed(in[0]>>1, in[2], segment))
		})
		for in = in[3:min(len(in), 1000)]; len(in) >= 2; in = in[2:] {
			w.now = w.now.Add(wait(in[1]))
			p := w.hosts[0]
			if m := p.machines[int(in[0])%len(p.machines)]; in[0]>>4 == 15 {
				p.system.SetGroups(regroup(p, in[1]), w.now, w.doer(p))
			} else {
				w.handle(p, m, spelt(in[0]>>4, in[1], m.conf))
			}
		}
	})
}

// fuzzed is a configuration of bits and a number.
func fuzzed(bits, number byte, segment int) func(*conf.Instance) {
	return func(i *conf.Instance) {
		i.Name = string(rune('a' + segment))
		i.Preempt, i.HigherPrioSendAdvert, i.LowerPrioNoAdvert = bits&1 == 0, bits&2 != 0, bits&4 != 0
		if bits&8 != 0 {
			i.Version, i.AdvertInt = 3, 10*ms*time.Duration(1+int(number))
		}
		i.PreemptDelay = time.Duration(number>>4) * 100 * ms
		i.TimerExpired = int(bits&16) * 15
		i.GARP.Refresh = time.Duration(number&15) * 500 * ms
		i.Excluded = vips(vip2)[:number&1]
	}
}

// wait is from nothing to an hour.
func wait(b byte) time.Duration {
	if b >= 250 {
		return time.Hour
	}
	return time.Duration(b&7) * time.Duration(b) * 3 * ms
}

// spelt is the event of a kind and a number.
func spelt(kind, b byte, i *conf.Instance) Event {
	from := netip.AddrFrom4([4]byte{10, 0, b & 1, b & 3})
	switch kind {
	case 0, 1, 2:
		return Tick{}
	case 3, 4:
		return says(int(b), from, time.Duration(b)*10*ms)
	case 5:
		return says(0, from, 0)
	case 6:
		return says(i.Priority, from, time.Second)
	case 7:
		return Startup{Source: ours, Priority: int(b & 127)}
	case 8:
		return Shutdown{}
	case 9:
		return Down{"fuzz"}
	case 10:
		return Up{from}
	case 11:
		return SetPriority{1 + int(b)%254, "fuzz"}
	case 12:
		return Lost{"fuzz"}
	case 13:
		return Switchover{}
	}
	return Reload{Instance: instance(max(1, int(b)), fuzzed(b, b, int(i.Name[0]-'a')))}
}

// regroup is no group, that of some, or that of all.
func regroup(p *peer, b byte) []*conf.SyncGroup {
	list := p.group()
	if len(list) > 0 {
		list[0].Members = list[0].Members[:min(len(list[0].Members), int(b)%3)]
	}
	return list
}
