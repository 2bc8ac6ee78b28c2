package capture

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/lab/timeline"
)

// brief writes kernel events as a line each.
func brief(events []timeline.Event) []string {
	var out []string
	for _, e := range events {
		switch {
		case e.Link != nil:
			l := e.Link
			out = append(out, fmt.Sprintf("%s link %s up=%v carrier=%v", l.Change, l.Interface, l.Up, l.Carrier))
		case e.Neighbour != nil:
			n := e.Neighbour
			out = append(out, fmt.Sprintf("%s neighbour %s %s %s", n.Change, n.Interface, n.Address, n.MAC))
		case e.Address != nil:
			a := e.Address
			out = append(out, fmt.Sprintf("%s address %s %s %s", a.Change, a.Interface, a.Prefix, a.Label))
		}
	}
	return out
}

func TestKernelState(t *testing.T) {
	up := timeline.Link{Interface: "eth0", Type: "veth", Up: true, Carrier: true}
	lost := timeline.Link{Interface: "eth0", Type: "veth", Up: true}
	renamed := timeline.Link{Interface: "lan0", Type: "veth", Up: true, Carrier: true}
	own := timeline.Address{Prefix: netip.MustParsePrefix("192.0.2.1/24"), Label: "eth0"}
	vip := timeline.Address{Prefix: netip.MustParsePrefix("192.0.2.9/32"), Label: "eth0"}
	labelled := timeline.Address{Prefix: vip.Prefix, Label: "eth0:0"}
	type step = func(*kernelState) []timeline.Event
	link := func(l timeline.Link) step { return func(s *kernelState) []timeline.Event { return s.setLink(2, l) } }
	addr := func(a timeline.Address) step {
		return func(s *kernelState) []timeline.Event { return s.setAddress(2, a) }
	}
	noAddr := func(a timeline.Address) step {
		return func(s *kernelState) []timeline.Event { return s.dropAddress(2, a.Prefix) }
	}
	neighbour := func(mac string) step {
		return func(s *kernelState) []timeline.Event {
			return s.setNeighbour(2, timeline.Neighbour{Address: netip.MustParseAddr("192.0.2.7"), MAC: mac})
		}
	}
	noLink := func(s *kernelState) []timeline.Event { return s.dropLink(2) }
	begin := func(s *kernelState) []timeline.Event { s.beginDump(); return nil }
	end := func(s *kernelState) []timeline.Event { return s.endDump() }
	rows := []struct {
		name  string
		steps []step
		want  []string
	}{
		{"said twice", []step{link(up), link(up), addr(own), addr(own)},
			[]string{"add link eth0 up=true carrier=true", "add address eth0 192.0.2.1/24 eth0"}},
		{"carrier lost", []step{link(up), link(lost)},
			[]string{"add link eth0 up=true carrier=true", "change link eth0 up=true carrier=false"}},
		{"label changed", []step{link(up), addr(vip), addr(labelled)},
			[]string{"add link eth0 up=true carrier=true", "add address eth0 192.0.2.9/32 eth0", "change address eth0 192.0.2.9/32 eth0:0"}},
		{"address gone, twice", []step{link(up), addr(vip), noAddr(vip), noAddr(vip)},
			[]string{"add link eth0 up=true carrier=true", "add address eth0 192.0.2.9/32 eth0", "del address eth0 192.0.2.9/32 eth0"}},
		{"address of no link", []step{addr(vip)}, nil},
		{"link gone with its addresses", []step{link(up), addr(vip), addr(own), noLink, noLink},
			[]string{"add link eth0 up=true carrier=true", "add address eth0 192.0.2.9/32 eth0", "add address eth0 192.0.2.1/24 eth0",
				"del address eth0 192.0.2.1/24 eth0", "del address eth0 192.0.2.9/32 eth0", "del link eth0 up=false carrier=false"}},
		{"neighbour, confirmed, elsewhere, forgotten", []step{link(up), neighbour("a"), neighbour("a"), neighbour("b"), neighbour(""), neighbour("")},
			[]string{"add link eth0 up=true carrier=true", "add neighbour eth0 192.0.2.7 a", "change neighbour eth0 192.0.2.7 b", "del neighbour eth0 192.0.2.7 b"}},
		{"neighbour of no link", []step{neighbour("a")}, nil},
		{"neighbour gone with its link", []step{link(up), neighbour("a"), noLink},
			[]string{"add link eth0 up=true carrier=true", "add neighbour eth0 192.0.2.7 a", "del neighbour eth0 192.0.2.7 a", "del link eth0 up=false carrier=false"}},
		{"dump that lacks a neighbour", []step{link(up), neighbour("a"), begin, link(up), end},
			[]string{"add link eth0 up=true carrier=true", "add neighbour eth0 192.0.2.7 a", "del neighbour eth0 192.0.2.7 a"}},
		{"link renamed", []step{link(up), addr(own), link(renamed)},
			[]string{"add link eth0 up=true carrier=true", "add address eth0 192.0.2.1/24 eth0",
				"del address eth0 192.0.2.1/24 eth0", "del link eth0 up=false carrier=false",
				"add link lan0 up=true carrier=true", "add address lan0 192.0.2.1/24 eth0"}},
		{"dump that lacks an address", []step{link(up), addr(vip), addr(own), begin, link(up), addr(own), end},
			[]string{"add link eth0 up=true carrier=true", "add address eth0 192.0.2.9/32 eth0", "add address eth0 192.0.2.1/24 eth0",
				"del address eth0 192.0.2.9/32 eth0"}},
		{"dump that lacks a link", []step{link(up), addr(own), begin, end},
			[]string{"add link eth0 up=true carrier=true", "add address eth0 192.0.2.1/24 eth0",
				"del address eth0 192.0.2.1/24 eth0", "del link eth0 up=false carrier=false"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			s := newKernelState()
			var got []timeline.Event
			for _, step := range row.steps {
				got = append(got, step(s)...)
			}
			if diff := cmp.Diff(row.want, brief(got)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
