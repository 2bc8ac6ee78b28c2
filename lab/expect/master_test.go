package expect

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/lab/timeline"
)

func TestMaster(t *testing.T) {
	web1 := Item{Master: &Master{VRID: 51, Node: "web1"}}
	web2 := Item{Master: &Master{VRID: 51, Node: "web2"}}
	run(t, crash, []row{
		{name: "before", item: web1, to: 10.5, got: "web1 with priority 100 at 10.000000 s"},
		{name: "after", item: web2, from: 10.1, to: 20},
		{name: "the wrong node", item: web1, from: 10.1, to: 20, id: "master", got: "web1 is silent since 10.000000 s; web2 advertised"},
		{name: "the wrong node, not yet silent", item: web2, to: 5, id: "master", got: "web2 has never advertised; web1 advertised"},
		{name: "resigned", doctor: resigned, item: web1, to: 10.6, id: "master", got: "web1 resigned at 10.500000 s"},
		{name: "open: not yet", item: web2, from: 10.1, to: 12, open: true, id: "master", verdict: Pending},
		{name: "open: now", item: web2, from: 10.1, to: 14, open: true},
		{name: "two Masters", doctor: func(s *story) { s.adverts(15.2, 6, "web1", 100) }, item: web2, from: 10.1, to: 20,
			id: "master", got: "web1 advertised too, priority 100 at 19.200000 s"},
		{name: "two Masters, the better one asked for", doctor: func(s *story) { s.adverts(11, 10, "web1", 100) }, item: web1, from: 10.1, to: 20,
			id: "master", got: "web2 advertised too"},
		{name: "healed: the rival has yielded", doctor: func(s *story) {
			s.drop(func(e *timeline.Event) bool { return e.Node == "web2" && e.At > at(18) })
			s.adverts(11, 10, "web1", 100)
		}, item: web1, from: 10.1, to: 20},
		{name: "healed: the rival has resigned", doctor: func(s *story) {
			s.drop(func(e *timeline.Event) bool { return e.Node == "web2" && e.At > at(20) })
			s.adverts(11, 10, "web1", 100)
			s.advert(19.9, "web2", 0)
		}, item: web1, from: 10.1, to: 20},
		{name: "back after a resignation: what came between is no rival", doctor: func(s *story) {
			s.drop(func(e *timeline.Event) bool { return e.Node == "web2" && e.At > at(19) })
			s.advert(19.1, "web2", 0)
			s.advert(19.3, "web1", 100)
			s.advert(19.9, "web2", 50)
		}, item: web2, from: 10.1, to: 20},
		{name: "other network", doctor: func(s *story) {
			s.adverts(15.2, 6, "web3", 100)
			for _, e := range s.frames(func(e *timeline.Event) bool { return e.Node == "web3" }) {
				e.Frame.Network = "other"
			}
		}, item: web2, from: 10.1, to: 20},
		{name: "unknown node", item: Item{Master: &Master{VRID: 51, Node: "web9"}}, to: 5, id: "master", verdict: Error, got: "web9"},
	})
	run(t, preempted, []row{{name: "right after preemption", item: web1, from: 20, to: 23.8}})
}

func TestSingleMaster(t *testing.T) {
	item := Item{SingleMaster: &SingleMaster{VRID: 51}}
	detach := func(s *story) { s.fault(10.1, "port-detach", "web1:enp0s3", timeline.Begin) }
	run(t, crash, []row{
		{name: "crash and takeover", item: item, to: 23, got: "never two"},
		{name: "resignation and takeover", doctor: resigned, item: item, to: 20},
		{name: "second Master for 50 ms", doctor: func(s *story) {
			s.advert(5.3, "web2", 50)
			s.advert(5.35, "web2", 0)
		}, item: item, to: 23, id: "R3768-2.1-01", want: "no two at once for longer than 0.001 s",
			got: "web1 and web2 for 0.050000 s from 5.300000 s"},
		{name: "second Master that hears the first", doctor: func(s *story) { s.advert(5.95, "web2", 50) }, item: item, to: 23,
			id: "R3768-2.1-01", got: "web1 and web2 for 0.050000 s from 5.950000 s"},
		{name: "second Master allowed for 60 ms", doctor: func(s *story) { s.advert(5.95, "web2", 50) },
			item: Item{SingleMaster: &SingleMaster{VRID: 51, Allow: 60 * time.Millisecond}}, to: 23, got: "at most 0.050000 s, web1 and web2"},
		{name: "not in the window", doctor: func(s *story) { s.advert(5.95, "web2", 50) }, item: item, from: 7, to: 23},
		{name: "partition: both go on", doctor: func(s *story) { s.adverts(11, 12, "web1", 100) }, item: item, to: 23,
			id: "R3768-2.1-01", got: "web1 and web2 for 9.195312 s from 13.80468"},
		{name: "detached port: both go on, unheard", doctor: func(s *story) { detach(s); s.adverts(11, 12, "web1", 100) }, item: item, to: 23,
			id: "R3768-2.1-01", got: "web1 and web2 for"},
		{name: "equal priority: the higher address stays", doctor: func(s *story) {
			s.advert(5.5, "web2", 100)
			s.advert(5.6, "web2", 0)
		}, item: item, from: 5, to: 7, got: "never two"},
		{name: "equal priority: the lower address yields late", doctor: func(s *story) {
			for _, e := range s.frames(func(e *timeline.Event) bool { return e.Node == "web1" }) {
				e.Frame.IPSrc = ips["web3"]
			}
			s.advert(5.5, "web2", 100)
		}, item: item, from: 5, to: 7, id: "R3768-2.1-01", got: "web1 and web2 for 0.500000 s from 5.500000 s"},
		{name: "another port detached", doctor: func(s *story) {
			s.fault(0, "port-detach", "web2:eth9", timeline.Begin)
			s.fault(0, "link-down", "web2:enp0s3", timeline.Begin)
			s.advert(5.95, "web2", 50)
		}, item: item, to: 23, id: "R3768-2.1-01", got: "web1 and web2 for 0.050000 s"},
		{name: "no such VRID", item: Item{SingleMaster: &SingleMaster{VRID: 9}}, to: 23, id: "single-master", verdict: Error},
		{name: "VIP on two nodes", doctor: func(s *story) {
			s.drop(func(e *timeline.Event) bool {
				return e.Kind == timeline.KindAddress && e.Address.Change == timeline.Deleted
			})
		}, item: item, to: 23, id: "single-master", got: "web1 and web2 for 9.195213 s from 13.804787 s"},
		{name: "VIP on a real server besides", doctor: func(s *story) { s.address(0, "rs1", "lo", timeline.Added) }, item: item, to: 23},
		{name: "open: so far", item: item, to: 12, open: true},
		{name: "open: VIP on two, word of its end may be on its way", doctor: func(s *story) {
			s.address(11.5, "web2", "enp0s3", timeline.Added)
			s.address(11, "web1", "enp0s3", timeline.Added)
		}, item: item, to: 12, open: true},
		{name: "open: decided", doctor: func(s *story) { s.advert(5.3, "web2", 50) }, item: item, to: 7, open: true, id: "R3768-2.1-01"},
	})
	run(t, preempted, []row{{name: "preemption", item: item, to: 30, got: "never two"}})
}

// A node that hears the better one and returns at once, because that one
// resigned, was not Master between.
func TestReignsAfterResignation(t *testing.T) {
	s := &story{}
	s.adverts(0, 3, "web2", 250)
	s.advert(2.2, "web1", 254)
	s.advert(2.3, "web1", 0)
	s.adverts(2.35, 2, "web2", 250)
	r := NewRun(s.events, map[string]*conf.Config{}, tolerance)
	var got []string
	for _, g := range Reigns(r.Timeline(), 51, at(4)) {
		got = append(got, g.Node+" "+g.From.String()+" "+g.To.String())
	}
	want := []string{"web2 0.000000 2.200000", "web1 2.200000 2.300000", "web2 2.350000 4.000000"}
	diff(t, want, got)
}

func TestOverlaps(t *testing.T) {
	span := func(from, to timeline.Time) timeline.Span { return timeline.Span{From: from, To: to} }
	for _, tc := range []struct {
		name  string
		spans map[string][]timeline.Span
		want  []string
	}{
		{"one", map[string][]timeline.Span{"a": {span(0, 50)}}, nil},
		{"handed over", map[string][]timeline.Span{"a": {span(0, 50)}, "b": {span(50, 100)}}, nil},
		{"two", map[string][]timeline.Span{"a": {span(0, 50)}, "b": {span(40, 100)}}, []string{"40 50 a+b"}},
		{"clipped", map[string][]timeline.Span{"a": {span(-20, 500)}, "b": {span(-10, 400)}}, []string{"0 100 a+b"}},
		{"three", map[string][]timeline.Span{"a": {span(0, 50)}, "b": {span(10, 40)}, "c": {span(20, 30)}}, []string{"10 40 a+b+c"}},
		{"relay", map[string][]timeline.Span{"a": {span(0, 50)}, "b": {span(10, 20)}, "c": {span(20, 30)}}, []string{"10 30 a+b+c"}},
		{"twice", map[string][]timeline.Span{"a": {span(0, 50)}, "b": {span(10, 20), span(30, 40)}}, []string{"10 20 a+b", "30 40 a+b"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []string
			for _, o := range overlaps(tc.spans, Window{From: 0, To: 100}) {
				got = append(got, fmt.Sprint(int64(o.From), " ", int64(o.To), " ", strings.Join(o.nodes, "+")))
			}
			diff(t, tc.want, got)
		})
	}
}
