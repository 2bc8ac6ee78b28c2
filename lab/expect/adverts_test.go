package expect

import (
	"net/netip"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/lab/timeline"
)

// steady: web1 is Master and alone.
func steady() *story {
	s := &story{}
	s.adverts(1, 10, "web1", 100)
	return s
}

func TestAdverts(t *testing.T) {
	item := Item{Adverts: &Adverts{VRID: 51, Node: "web1"}}
	fifth := func(change func(*timeline.Event)) func(*story) {
		return func(s *story) { change(&s.events[4]) }
	}
	vrrp := func(change func(*timeline.VRRP)) func(*story) {
		return fifth(func(e *timeline.Event) { change(e.Frame.VRRP) })
	}
	own := func(s *story, address netip.Addr) {
		s.add(0, "web1", timeline.KindAddress, func(e *timeline.Event) {
			e.Address = &timeline.Address{Change: timeline.Added, Interface: "enp0s3", Prefix: netip.PrefixFrom(address, 24)}
		})
	}
	inst := func(change func(*conf.Instance)) func(map[string]*conf.Config) {
		return func(c map[string]*conf.Config) { change(c["web1"].Instances[0]) }
	}
	run(t, steady, []row{
		{name: "as configured", item: item, to: 20, want: "at least 3 advertisements", got: "10 advertisements"},
		{name: "too few", item: Item{Adverts: &Adverts{VRID: 51, Node: "web1", Count: 11}}, to: 20, id: "adverts", got: "10 advertisements"},
		{name: "open: more to come", item: Item{Adverts: &Adverts{VRID: 51, Node: "web1", Count: 11}}, to: 10.5, open: true,
			id: "adverts", verdict: Pending},
		{name: "open: wrong field cannot be mended", doctor: fifth(func(e *timeline.Event) { e.Frame.TTL = 254 }),
			item: Item{Adverts: &Adverts{VRID: 51, Node: "web1", Count: 5}}, to: 5.5, open: true, id: "R3768-5.2.3-01"},
		{name: "none", item: Item{Adverts: &Adverts{VRID: 51, Node: "web2"}}, to: 20, id: "adverts", got: "0 advertisements"},
		{name: "TTL 254", doctor: fifth(func(e *timeline.Event) { e.Frame.TTL = 254 }), item: item, to: 20,
			id: "R3768-5.2.3-01", want: "255", got: "254 at 5.000000 s"},
		{name: "wrong priority", doctor: vrrp(func(v *timeline.VRRP) { v.Priority = 90 }), item: item, to: 20,
			id: "R3768-5.3.4-02", want: "100", got: "90"},
		{name: "priority changed by a tracker", doctor: func(s *story) {
			for i := range s.events {
				s.events[i].Frame.VRRP.Priority = 80
			}
		}, item: Item{Adverts: &Adverts{VRID: 51, Node: "web1", Priority: 80}}, to: 20},
		{name: "resignation is no wrong priority", doctor: func(s *story) { s.advert(10.5, "web1", 0) }, item: item, to: 20},
		{name: "wrong checksum", doctor: vrrp(func(v *timeline.VRRP) { v.ChecksumOK = false }), item: item, to: 20,
			id: "R3768-5.3.8-01", want: "right", got: "wrong at 5.000000 s"},
		{name: "wrong checksum of a resignation", doctor: func(s *story) {
			s.advert(10.5, "web1", 0)
			s.events[10].Frame.VRRP.ChecksumOK = false
		}, item: item, to: 20, id: "R3768-5.3.8-01"},
		{name: "wrong version", doctor: vrrp(func(v *timeline.VRRP) { v.Version = 3 }), item: item, to: 20, id: "R3768-5.3.1-01"},
		{name: "wrong type", doctor: vrrp(func(v *timeline.VRRP) { v.Type = 2 }), item: item, to: 20, id: "R3768-5.3.2-01"},
		{name: "wrong interval", doctor: vrrp(func(v *timeline.VRRP) { v.Interval = 2 * time.Second }), item: item, to: 20,
			id: "R3768-5.3.7-01", want: "1 s", got: "2 s"},
		{name: "address missing", doctor: vrrp(func(v *timeline.VRRP) { v.Addresses = nil }), item: item, to: 20,
			id: "R3768-5.3.9-01", want: "192.168.0.5", got: "none"},
		{name: "address too many", doctor: vrrp(func(v *timeline.VRRP) { v.Addresses = []netip.Addr{vip, group} }), item: item, to: 20,
			id: "R3768-5.3.9-01", got: "192.168.0.5, 224.0.0.18"},
		{name: "wrong group", doctor: fifth(func(e *timeline.Event) { e.Frame.IPDst = ips["web2"] }), item: item, to: 20,
			id: "R3768-5.2.2-01", want: "224.0.0.18 at 01:00:5e:00:00:12"},
		{name: "wrong group MAC", doctor: fifth(func(e *timeline.Event) { e.Frame.Dst = broadcastMAC }), item: item, to: 20, id: "R3768-5.2.2-01"},
		{name: "own group", configs: inst(func(i *conf.Instance) { i.MulticastGroup = netip.MustParseAddr("224.1.101.33") }),
			item: item, to: 20, id: "R3768-5.2.2-01", want: "224.1.101.33 at 01:00:5e:01:65:21"},
		{name: "wrong password", doctor: vrrp(func(v *timeline.VRRP) { v.AuthData = "3131313200000000" }), item: item, to: 20,
			id: "R2338-5.3.6.2-01", want: "3131313100000000"},
		{name: "no authentication sent", doctor: vrrp(func(v *timeline.VRRP) { v.AuthType = 0 }), item: item, to: 20,
			id: "R2338-5.3.6.2-01", want: "PASS", got: "none"},
		{name: "unknown authentication", doctor: vrrp(func(v *timeline.VRRP) { v.AuthType = 7 }), item: item, to: 20,
			id: "R2338-5.3.6.2-01", got: "type 7"},
		{name: "no authentication configured", configs: inst(func(i *conf.Instance) { i.AuthType, i.AuthPass = 0, "" }), item: item, to: 20,
			id: "R3768-5.3.6-01", want: "none", got: "PASS"},
		{name: "sent from the VIP", doctor: fifth(func(e *timeline.Event) { e.Frame.IPSrc = vip }), item: item, to: 20,
			id: "R3768-5.2.1-01", got: "192.168.0.5 at"},
		{name: "own address", doctor: func(s *story) { own(s, ips["web1"]) }, item: item, to: 20},
		{name: "sent from another node's address", doctor: func(s *story) {
			s.add(0, "web2", timeline.KindAddress, func(e *timeline.Event) {
				e.Address = &timeline.Address{Change: timeline.Added, Interface: "enp0s3", Prefix: netip.PrefixFrom(ips["web1"], 24)}
			})
		}, item: item, to: 20, id: "R3768-5.2.1-01"},
		{name: "cadence off by 30 ms", doctor: fifth(func(e *timeline.Event) { e.At += at(0.030) }), item: item, to: 20,
			id: "R3768-6.2-01", want: "every 1.000000 s ± 0.001 s", got: "9 intervals, worst 1.030000 s", seconds: 0.030},
		{name: "cadence too fast", doctor: fifth(func(e *timeline.Event) { e.At -= at(0.030) }), item: item, to: 20,
			id: "R3768-6.2-01", seconds: -0.030},
		{name: "answer out of turn", doctor: func(s *story) {
			s.advert(10.3, "web2", 50)
			s.adverts(10.3001, 3, "web1", 100)
		}, item: item, to: 20},
		{name: "answer out of turn, and on at the old pace", doctor: func(s *story) {
			s.advert(10.3, "web2", 50)
			s.advert(10.3001, "web1", 100)
			s.adverts(11, 3, "web1", 100)
		}, item: item, to: 20},
		{name: "too soon once only", doctor: func(s *story) {
			s.advert(10.3, "web2", 50)
			s.advert(10.3001, "web1", 100)
			s.adverts(11, 3, "web1", 100)
			s.advert(13.5, "web1", 100)
		}, item: item, to: 20, id: "R3768-6.2-01", got: "0.500000 s"},
		{name: "too late after an answer", doctor: func(s *story) {
			s.advert(10.3, "web2", 50)
			s.advert(10.3001, "web1", 100)
			s.adverts(11.4, 3, "web1", 100)
		}, item: item, to: 20, id: "R3768-6.2-01", got: "1.099900 s"},
		{name: "another network's router does not excuse", doctor: func(s *story) {
			s.advert(10.3, "web2", 50)
			s.events[10].Frame.Network = "other"
			s.adverts(10.3001, 3, "web1", 100)
		}, item: item, to: 20, id: "R3768-6.2-01"},
		{name: "two of the VRID", configs: func(c map[string]*conf.Config) {
			c["web1"].Instances = append(c["web1"].Instances, instance(conf.Backup, 1))
		}, item: item, to: 20, id: "adverts", verdict: Error, got: "more than once"},
	})
}
