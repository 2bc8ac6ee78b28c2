package expect

import (
	"net/netip"
	"testing"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/lab/timeline"
)

func isGARP(e *timeline.Event) bool {
	return e.Kind == timeline.KindFrame && e.Frame.ARP != nil && e.Frame.ARP.Gratuitous()
}

func (s *story) garp(n int) *timeline.Event { return s.frames(isGARP)[n] }

func TestGARP(t *testing.T) {
	item := Item{GARP: &GARP{Address: vip, Node: "web2"}}
	dropGARP := func(n int) func(*story) {
		return func(s *story) {
			seq := s.garp(n).Seq
			s.drop(func(e *timeline.Event) bool { return e.Seq == seq })
		}
	}
	garp := func(change func(*conf.GARP)) func(map[string]*conf.Config) {
		return func(c map[string]*conf.Config) { change(&c["web2"].Instances[0].GARP) }
	}
	answering := garp(func(g *conf.GARP) { g.LowerRepeat = 5 })
	run(t, crash, []row{
		{name: "as promised", item: item, from: 10.1, to: 20,
			want: "5 announcements for 192.168.0.5 within 0.051 s", got: "5 announcements within 0.000240 s"},
		{name: "one missing", doctor: dropGARP(3), item: item, from: 10.1, to: 20, id: "R3768-6.4.2-07", got: "4 announcements"},
		{name: "one missing of the second burst", doctor: dropGARP(9), item: item, from: 10.1, to: 20,
			id: "R5227-2.3-01", want: "5 announcements, 5.000000 s ± 0.001 s after the first", got: "4 announcements after 5.000000 s"},
		{name: "one too many", doctor: func(s *story) { s.garps(13.81, 1, "web2") }, item: item, from: 10.1, to: 20,
			id: "R3768-6.4.2-07", got: "6 announcements"},
		{name: "slow", doctor: func(s *story) { s.garp(4).At += at(0.3) }, item: item, from: 10.1, to: 20,
			id: "R3768-6.4.2-07", got: "within 0.300240 s"},
		{name: "second burst 20 ms late", doctor: func(s *story) {
			for n := 5; n < 10; n++ {
				s.garp(n).At += at(0.02)
			}
		}, item: item, from: 10.1, to: 20, id: "R5227-2.3-01", got: "5.020000 s", seconds: 0.02},
		{name: "second burst missing", doctor: func(s *story) {
			s.drop(func(e *timeline.Event) bool { return isGARP(e) && e.At > at(15) })
		}, item: item, from: 10.1, to: 20, id: "R5227-2.3-01", got: "none until 20.000000 s, due at 18.80488"},
		{name: "no second burst configured", configs: garp(func(g *conf.GARP) { g.Delay = 0 }), doctor: func(s *story) {
			s.drop(func(e *timeline.Event) bool { return isGARP(e) && e.At > at(15) })
		}, item: item, from: 10.1, to: 20},
		{name: "three configured", configs: garp(func(g *conf.GARP) { g.Repeat = 3 }), item: item, from: 10.1, to: 20,
			id: "R3768-6.4.2-07", want: "3 announcements"},
		{name: "wrong MAC in the frame", doctor: func(s *story) { s.garp(2).Frame.Src = macs["web1"] }, item: item, from: 10.1, to: 20,
			id: "R5227-1.1-2.3-01", got: "sent from 02:00:00:00:00:03"},
		{name: "wrong MAC in the message", doctor: func(s *story) { s.garp(2).Frame.ARP.SenderMAC = macs["web1"] }, item: item,
			from: 10.1, to: 20, id: "R5227-1.1-2.3-01", got: "says the address is at 02:00:00:00:00:03"},
		{name: "unicast", doctor: func(s *story) { s.garp(2).Frame.Dst = macs["web1"] }, item: item, from: 10.1, to: 20,
			id: "R5227-1.1-2.3-01", got: "sent to"},
		{name: "the old Master announces too", doctor: func(s *story) { s.garps(14, 1, "web1") }, item: item, from: 10.1, to: 20,
			id: "R5227-1.1-2.3-01", got: "web1 announced it too"},
		{name: "before the advertisement", doctor: func(s *story) { s.garp(0).At = at(13.80) }, item: item, from: 10.1, to: 20,
			id: "R3768-6.4.2-07"},
		{name: "one more before the advertisement", doctor: func(s *story) { s.garps(13.80, 1, "web2") }, item: item, from: 10.1, to: 20,
			id: "R3768-6.4.2-08", got: "one 0.00468"},
		{name: "Master too briefly for the second burst", doctor: func(s *story) {
			s.drop(func(e *timeline.Event) bool { return e.At > at(15) })
			s.advert(15, "web1", 100)
		}, item: item, from: 10.1, to: 20},
		{name: "second burst though no longer Master", doctor: func(s *story) { s.advert(15, "web1", 100) }, item: item,
			from: 10.1, to: 20, id: "R5227-2.4-02", got: "one at 18.80488"},
		{name: "an answer to the last advert of the Master before", configs: answering, doctor: func(s *story) {
			s.advert(13.8055, "web1", 40)
			s.garps(13.8056, 5, "web2")
		}, item: item, from: 10.1, to: 20, got: "10 announcements within"},
		{name: "an answer though none is configured", doctor: func(s *story) {
			s.advert(13.8055, "web1", 40)
			s.garps(13.8056, 5, "web2")
		}, item: item, from: 10.1, to: 20, id: "R3768-6.4.2-07", got: "10 announcements"},
		{name: "an answer that is cut short", configs: answering, doctor: func(s *story) {
			s.advert(13.8055, "web1", 40)
			s.garps(13.8056, 3, "web2")
		}, item: item, from: 10.1, to: 20, id: "R3768-6.4.2-07", got: "8 announcements"},
		{name: "an answer to nobody", configs: answering, doctor: func(s *story) { s.garps(13.8056, 5, "web2") }, item: item, from: 10.1, to: 20,
			id: "R3768-6.4.2-07", got: "10 announcements"},
		{name: "no takeover", item: item, from: 16, to: 20, id: "R3768-6.4.2-07", got: "did not become Master"},
		{name: "address of nobody", item: Item{GARP: &GARP{Address: ips["web1"], Node: "web2"}}, to: 20,
			id: "garp", verdict: Error, got: "192.168.0.3 of web2: no such virtual router"},
		{name: "open: second burst to come", doctor: onlyBefore(16), item: item, from: 10.1, to: 18.9, open: true,
			id: "R5227-2.3-01", verdict: Pending},
		{name: "open: second burst overdue", doctor: onlyBefore(16), item: item, from: 10.1, to: 19.9, open: true, id: "R5227-2.3-01"},
		{name: "open: burst incomplete", doctor: onlyBefore(13.80490), item: item, from: 10.1, to: 13.9, open: true,
			id: "R3768-6.4.2-07", verdict: Pending, got: "2 announcements"},
		{name: "open: burst stays incomplete", doctor: onlyBefore(13.80490), item: item, from: 10.1, to: 15, open: true,
			id: "R3768-6.4.2-07", got: "2 announcements"},
		{name: "open: second burst incomplete", doctor: onlyBefore(18.80490), item: item, from: 10.1, to: 18.9, open: true,
			id: "R5227-2.3-01", verdict: Pending, got: "2 announcements after 5"},
		{name: "another network's router ends no reign", doctor: func(s *story) {
			s.advert(15, "web3", 100)
			s.events[len(s.events)-1].Frame.Network = "other"
		}, item: item, from: 10.1, to: 20, exact: false, want: "5 announcements"},
		{name: "open: all there", item: item, from: 10.1, to: 18.9, open: true},
	})
}

func TestNeighbourAdvertisement(t *testing.T) {
	six := netip.MustParseAddr("fe80::5")
	base := func() *story {
		s := crash()
		for _, e := range s.frames(func(*timeline.Event) bool { return true }) {
			e.Frame.IPSrc = netip.MustParseAddr("fe80::" + e.Node[3:])
			if e.Frame.ARP != nil {
				e.Frame.Dst = allNodesMAC
				e.Frame.ND = &timeline.ND{Op: "advert", Target: six, LinkAddr: e.Frame.ARP.SenderMAC, Override: true, Router: true}
				e.Frame.ARP = nil
			}
		}
		return s
	}
	isNA := func(e *timeline.Event) bool { return e.Frame.ND != nil }
	configs := func(c map[string]*conf.Config) {
		for _, cfg := range c {
			cfg.Instances[0].Addresses = []conf.Address{{Prefix: netip.PrefixFrom(six, 64)}}
			cfg.Instances[0].Version = 3
		}
	}
	item := Item{GARP: &GARP{Address: six, Node: "web2"}}
	run(t, base, []row{
		{name: "as promised", configs: configs, item: item, from: 10.1, to: 20},
		{name: "without override", configs: configs, doctor: func(s *story) { s.frames(isNA)[1].Frame.ND.Override = false },
			item: item, from: 10.1, to: 20, id: "R4861-4.4-02", got: "without the override flag"},
		{name: "an answer is no announcement", configs: configs, doctor: func(s *story) { s.frames(isNA)[1].Frame.ND.Solicited = true },
			item: item, from: 10.1, to: 20, id: "R5798-6.4.2-09", got: "4 announcements"},
	})
}
