package expect

import (
	"net/netip"
	"testing"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/lab/timeline"
)

// inner is the second virtual router of the pair: VRID 52 on another network.
func (s *story) inner(t float64, node string, priority int) {
	s.advert(t, node, priority)
	f := s.events[len(s.events)-1].Frame
	f.Network, f.Port, f.VRRP.VRID = "inside", "enp0s8", 52
}

// grouped gives both nodes a second instance and, with a name, a group.
func grouped(name string) func(map[string]*conf.Config) {
	return func(c map[string]*conf.Config) {
		for _, cfg := range c {
			second := *cfg.Instances[0]
			second.Name, second.VRID, second.Interface = "VI_2", 52, "enp0s8"
			second.Addresses = []conf.Address{{Prefix: netip.MustParsePrefix("10.0.0.254/24")}}
			cfg.Instances = append(cfg.Instances, &second)
			if name != "" {
				cfg.SyncGroups = []*conf.SyncGroup{{Name: name, Members: []conf.Member{{Name: "VI_1"}, {Name: "VI_2"}}}}
			}
		}
	}
}

// pulled: web1's outer link goes at 10.2 s. VI_2 resigns on the inner network,
// VI_1 falls silent after 10 s; web2 takes both when VI_1's wait is over.
func pulled() *story {
	s := &story{}
	s.adverts(0, 11, "web1", 100)
	for i := range 11 {
		s.inner(float64(i)+0.1, "web1", 100)
	}
	s.inner(10.2, "web1", 0)
	const due = 10 + 3.8046875
	s.adverts(due, 5, "web2", 50)
	for i := range 5 {
		s.inner(due+float64(i)+0.0001, "web2", 50)
	}
	return s
}

func TestTakeoverOfAGroup(t *testing.T) {
	outer := Item{Takeover: &Takeover{VRID: 51, From: "web1", To: "web2", Resigned: yes(false)}}
	inner := Item{Takeover: &Takeover{VRID: 52, From: "web1", To: "web2", Resigned: yes(true)}}
	early := func(s *story) { // VI_2 alone, when its own wait is over
		s.drop(func(e *timeline.Event) bool { return e.Node == "web2" && e.Frame.VRRP.VRID == 52 })
		s.inner(10.2+0.8046875, "web2", 50)
	}
	apart := func(c map[string]*conf.Config) {
		grouped("")(c)
		c["web2"].SyncGroups = []*conf.SyncGroup{{Name: "VG_2", Members: []conf.Member{{Name: "VI_2"}, {Name: "VI_9"}}}}
	}
	run(t, pulled, []row{
		{name: "the member that waits longest", configs: grouped("VG_1"), item: outer, from: 10.15, to: 15,
			want: "3.804688 s ± 0.001 s after the last advertisement of web1", exact: true},
		{name: "the other goes with it", configs: grouped("VG_1"), item: inner, from: 10.15, to: 15,
			want: "3.804688 s ± 0.001 s after the last advertisement of web1, for VI_1 of VG_1"},
		{name: "the other must not go alone", configs: grouped("VG_1"), doctor: early, item: inner, from: 10.15, to: 15,
			id: "R3768-6.1-03", got: "1.004687 s", seconds: 1.0046875 - 3.8046875},
		{name: "without a group each goes alone", configs: grouped(""), doctor: early, item: inner, from: 10.15, to: 15,
			want: "0.804688 s ± 0.001 s after the resignation of web1"},
		{name: "without a group it is late", configs: grouped(""), item: inner, from: 10.15, to: 15, id: "R3768-6.4.2-10"},
		{name: "a member that is no instance", configs: apart, doctor: early, item: inner, from: 10.15, to: 15},
	})
}

// A last advert to one member has keepalived announce what both have.
func TestAnnouncementsOfAGroup(t *testing.T) {
	answering := func(name string) func(map[string]*conf.Config) {
		return func(c map[string]*conf.Config) {
			for _, cfg := range c {
				cfg.Instances[0].GARP.LowerRepeat = 5
			}
			grouped(name)(c)
		}
	}
	item := Item{GARP: &GARP{Address: vip, Node: "web2"}}
	twice := func(s *story) {
		s.inner(13.80495, "web2", 50)
		s.inner(13.8055, "web1", 40)
		s.garps(13.8056, 5, "web2")
	}
	run(t, crash, []row{
		{name: "twice", configs: answering("VG_1"), doctor: twice, item: item, from: 10.1, to: 20, got: "10 announcements within"},
		{name: "before its own first", configs: answering("VG_1"), doctor: func(s *story) {
			s.inner(13.8040, "web2", 50)
			s.inner(13.8041, "web1", 40)
			s.garps(13.8056, 5, "web2")
		}, item: item, from: 10.1, to: 20, got: "10 announcements within"},
		{name: "once", configs: answering("VG_1"), doctor: func(s *story) {
			twice(s)
			s.drop(func(e *timeline.Event) bool { return isGARP(e) && e.At > at(13.8055) && e.At < at(14) })
		}, item: item, from: 10.1, to: 20},
		{name: "three times", configs: answering("VG_1"), doctor: func(s *story) {
			twice(s)
			s.garps(13.8057, 5, "web2")
		}, item: item, from: 10.1, to: 20, id: "R3768-6.4.2-07", got: "15 announcements"},
		{name: "twice without a group", configs: answering(""), doctor: twice, item: item, from: 10.1, to: 20,
			id: "R3768-6.4.2-07", got: "10 announcements"},
	})
}
