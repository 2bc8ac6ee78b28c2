package expect

import (
	"testing"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/lab/timeline"
)

func (s *story) neighbour(t float64, c timeline.Change, mac string) {
	s.add(t, "client", timeline.KindNeighbour, func(e *timeline.Event) {
		e.Neighbour = &timeline.Neighbour{Change: c, Interface: "enp0s3", Address: vip, MAC: mac}
	})
}

func TestNeighbour(t *testing.T) {
	item := Item{Neighbour: &Neighbour{Node: "client", Address: vip, At: "web2"}}
	base := func() *story {
		s := &story{}
		s.link(0, "web1", "enp0s3", macs["web1"])
		s.link(0, "web2", "enp0s3", macs["web2"])
		s.neighbour(1, timeline.Added, macs["web1"])
		s.neighbour(5, timeline.Changed, macs["web2"])
		return s
	}
	vmac := func(c map[string]*conf.Config) { c["web2"].Instances[0].VMAC = true }
	run(t, base, []row{
		{name: "turned", item: item, to: 10, want: macs["web2"], got: macs["web2"] + " since 5.000000 s"},
		{name: "stale", item: item, to: 4, id: "neighbour", got: macs["web1"] + " since 1.000000 s"},
		{name: "open: may turn yet", item: item, to: 4, open: true, id: "neighbour", verdict: Pending},
		{name: "not asked for", doctor: func(s *story) { s.events = s.events[:2] }, item: item, to: 10, id: "neighbour", got: "not in the table"},
		{name: "forgotten", doctor: func(s *story) { s.neighbour(6, timeline.Deleted, macs["web2"]) }, item: item, to: 10,
			id: "neighbour", got: "forgotten at 6.000000 s"},
		{name: "virtual MAC", configs: vmac, doctor: func(s *story) { s.neighbour(6, timeline.Changed, vmac51) }, item: item, to: 10},
		{name: "not the virtual MAC", configs: vmac, item: item, to: 10, id: "neighbour", want: vmac51},
		{name: "hardware unknown", doctor: func(s *story) { s.events = s.events[2:] }, item: item, to: 10, id: "neighbour", verdict: Error},
		{name: "no virtual address", item: Item{Neighbour: &Neighbour{Node: "client", Address: ips["web1"], At: "web2"}}, to: 10,
			id: "neighbour", verdict: Error},
	})
}

// flooded: web1 is Master, and answers adverts of a stranger once a second.
func flooded() *story {
	s := steady()
	for i := range 10 {
		s.advert(float64(i)+0.5, "rogue", 1)
		s.advert(float64(i)+0.5001, "web1", 100)
		s.garps(float64(i)+0.5002, 5, "web1")
	}
	return s
}

func TestCalm(t *testing.T) {
	item := Item{Calm: &Calm{VRID: 51, Node: "web1"}}
	lower := func(n int) func(map[string]*conf.Config) {
		return func(c map[string]*conf.Config) { c["web1"].Instances[0].GARP.LowerRepeat = n }
	}
	run(t, flooded, []row{
		{name: "once an interval", configs: lower(5), item: item, to: 10, want: "at most 110 in 10 s", got: "50"},
		{name: "storm", configs: lower(5), doctor: func(s *story) { s.garps(3, 100, "web1") }, item: item, to: 10, id: "calm", got: "150"},
		{name: "others' do not count", configs: lower(5), doctor: func(s *story) { s.garps(3, 100, "web2") }, item: item, to: 10},
		{name: "none configured", configs: lower(0), item: item, to: 10, id: "calm", want: "at most 0", got: "50"},
		{name: "adverts", configs: lower(5), doctor: func(s *story) {
			for i := range 10 {
				s.advert(5+float64(i)/100, "web1", 100)
			}
		}, item: item, to: 10, id: "calm", want: "at most 22", got: "30"},
		{name: "open: the interval is not over", configs: lower(1), item: item, to: 0.9, open: true, id: "calm", verdict: Pending},
	})
}

// Adverts of a node that has no such router are forged: nobody is Master, rival
// or overthrown by them.
func TestForgedAdvertsConcernNobody(t *testing.T) {
	forged := func(s *story) {
		for i := range 30 {
			s.advert(float64(i)/3, "rogue", 200)
		}
	}
	run(t, steady, []row{
		{name: "no rival", doctor: forged, item: Item{Master: &Master{VRID: 51, Node: "web1"}}, to: 10.5},
		{name: "no second Master", doctor: forged, item: Item{SingleMaster: &SingleMaster{VRID: 51}}, to: 10.5},
		{name: "an answer out of turn", doctor: func(s *story) {
			s.advert(10.3, "rogue", 1)
			s.adverts(10.3001, 3, "web1", 100)
		}, item: Item{Adverts: &Adverts{VRID: 51, Node: "web1"}}, to: 12.5},
	})
	run(t, crash, []row{
		{name: "no end of a reign", doctor: func(s *story) { s.advert(14, "rogue", 200) },
			item: Item{GARP: &GARP{Address: vip, Node: "web2"}}, from: 10.1, to: 20},
	})
}
