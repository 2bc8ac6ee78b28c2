package timeline

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var vip = netip.MustParseAddr("192.168.0.5")

func address(at Time, node, iface string, c Change) Event {
	return Event{At: at, Kind: KindAddress, Node: node,
		Address: &Address{Change: c, Interface: iface, Prefix: netip.PrefixFrom(vip, 24)}}
}

func unlink(at Time, node, iface string) Event {
	return Event{At: at, Kind: KindLink, Node: node, Link: &Link{Change: Deleted, Interface: iface}}
}

// numbered gives events the order of their places, as a Recorder does.
func numbered(events ...Event) []Event {
	for i := range events {
		events[i].Seq = uint64(i + 1)
	}
	return events
}

func TestHolders(t *testing.T) {
	x := NewIndex(numbered(
		address(10, "web1", "eth0", Added),
		address(30, "web1", "eth0", Deleted),
		address(20, "web2", "eth0", Added), // told late
		address(40, "web2", "lo", Added),
		unlink(50, "web2", "eth0"),
		address(55, "web3", "vrrp.51", Added),
		unlink(60, "web3", "vrrp.51"),
	))
	for _, tc := range []struct {
		at   Time
		want []string
	}{
		{9, nil}, {10, []string{"web1/eth0"}}, {20, []string{"web1/eth0", "web2/eth0"}},
		{30, []string{"web2/eth0"}}, {45, []string{"web2/eth0", "web2/lo"}},
		{50, []string{"web2/lo"}}, {55, []string{"web2/lo", "web3/vrrp.51"}}, {99, []string{"web2/lo"}},
	} {
		var got []string
		for _, h := range x.Holders(vip, tc.at) {
			got = append(got, h.Node+"/"+h.Interface)
		}
		if d := cmp.Diff(tc.want, got); d != "" {
			t.Errorf("at %d (-want +got):\n%s", tc.at, d)
		}
	}
	want := map[string][]Span{"web1": {{10, 30}}, "web2": {{20, 99}}, "web3": {{55, 60}}}
	if d := cmp.Diff(want, x.HolderSpans(vip, 99)); d != "" {
		t.Errorf("spans (-want +got):\n%s", d)
	}
}

func TestTable(t *testing.T) {
	row := func(at Time, c Change, dest string, weight int) Event {
		return Event{At: at, Kind: KindIPVS, Node: "lb1",
			IPVS: &IPVS{Change: c, Service: "TCP 10.0.0.1:80", Destination: dest, Weight: weight}}
	}
	x := NewIndex(numbered(
		row(1, Added, "10.0.0.2:80", 1), // before its service
		row(2, Added, "", 0),
		row(3, Added, "10.0.0.3:80", 2),
		row(4, Changed, "10.0.0.3:80", 0),
		row(5, Deleted, "10.0.0.2:80", 0),
		row(6, Deleted, "", 0),
		row(7, Deleted, "10.0.0.3:80", 0),
	))
	for _, tc := range []struct {
		at   Time
		want map[string]int // nil: no service
	}{
		{0, nil},
		{2, map[string]int{"10.0.0.2:80": 1}},
		{3, map[string]int{"10.0.0.2:80": 1, "10.0.0.3:80": 2}},
		{4, map[string]int{"10.0.0.2:80": 1, "10.0.0.3:80": 0}},
		{5, map[string]int{"10.0.0.3:80": 0}},
		{6, nil}, {7, nil},
	} {
		var got map[string]int
		if s := x.Table("lb1", tc.at)["TCP 10.0.0.1:80"]; s != nil {
			got = map[string]int{}
			for d, r := range s.Destinations {
				got[d] = r.Weight
			}
		}
		if d := cmp.Diff(tc.want, got); d != "" {
			t.Errorf("at %d (-want +got):\n%s", tc.at, d)
		}
	}
}

func TestRunning(t *testing.T) {
	proc := func(at Time, p Phase, service string, pid int) Event {
		return Event{At: at, Kind: KindProcess, Node: "web1", Process: &Process{Phase: p, Service: service, PID: pid}}
	}
	x := NewIndex(numbered(
		proc(1, Begin, "keepalived", 10), proc(2, Begin, "httpd", 11), proc(3, Begin, "keepalived", 12),
		proc(4, End, "keepalived", 10), proc(5, End, "keepalived", 12),
	))
	for _, tc := range []struct {
		at   Time
		want []int
	}{{0, nil}, {1, []int{10}}, {3, []int{10, 12}}, {4, []int{12}}, {5, nil}} {
		var got []int
		for _, e := range x.Running("web1", "keepalived", tc.at) {
			got = append(got, e.Process.PID)
		}
		if d := cmp.Diff(tc.want, got); d != "" {
			t.Errorf("at %d (-want +got):\n%s", tc.at, d)
		}
	}
}

func TestTrack(t *testing.T) {
	x := NewIndex(numbered(
		address(5, "d", "", Added), address(1, "a", "", Added), address(3, "b", "", Added),
		address(3, "c", "", Added), Event{At: 2, Kind: KindFrame}, // without payload: left out
	))
	names := func(tr Track) (out []string) {
		for _, e := range tr {
			out = append(out, e.Node)
		}
		return out
	}
	for _, tc := range []struct {
		name      string
		got, want []string
	}{
		{"all", names(x.All()), []string{"a", "b", "c", "d"}},
		{"between", names(x.All().Between(3, 5)), []string{"b", "c", "d"}},
		{"between nothing", names(x.All().Between(4, 4)), nil},
		{"until", names(x.All().Until(3)), []string{"a", "b", "c"}},
		{"before", names(x.All().Before(3)), []string{"a"}},
		{"nodes", x.Nodes(), []string{"a", "b", "c", "d"}},
	} {
		if d := cmp.Diff(tc.want, tc.got, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, d)
		}
	}
}

func BenchmarkIndexAdd(b *testing.B) {
	events := make([]Event, 100_000)
	for i := range events {
		events[i] = address(Time(i^3), "web1", "eth0", Added)
	}
	for b.Loop() {
		NewIndex(numbered(events...))
	}
}
