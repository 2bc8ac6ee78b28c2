package capture

import (
	"net"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/ipvs"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/lab/timeline"
)

func TestServiceRow(t *testing.T) {
	v4, v6 := net.ParseIP("192.168.0.254").To4(), net.ParseIP("2001:db8::fe")
	rows := []struct {
		name    string
		service ipvs.Service
		want    timeline.IPVS
	}{
		{"TCP", ipvs.Service{AddressFamily: unix.AF_INET, Protocol: unix.IPPROTO_TCP, Address: v4, Port: 80, SchedName: "wrr"},
			timeline.IPVS{Service: "TCP 192.168.0.254:80", Scheduler: "wrr"}},
		{"UDP over IPv6", ipvs.Service{AddressFamily: unix.AF_INET6, Protocol: unix.IPPROTO_UDP, Address: v6, Port: 53, SchedName: "rr"},
			timeline.IPVS{Service: "UDP [2001:db8::fe]:53", Scheduler: "rr"}},
		{"SCTP, persistent", ipvs.Service{AddressFamily: unix.AF_INET, Protocol: unix.IPPROTO_SCTP, Address: v4, Port: 9, Flags: 1, Timeout: 50},
			timeline.IPVS{Service: "SCTP 192.168.0.254:9", Persistence: 50}},
		{"a timeout that is not in use", ipvs.Service{AddressFamily: unix.AF_INET, Protocol: unix.IPPROTO_TCP, Address: v4, Port: 80, Flags: 2, Timeout: 50},
			timeline.IPVS{Service: "TCP 192.168.0.254:80"}},
		{"one client in 256", ipvs.Service{AddressFamily: unix.AF_INET, FWMark: 7, Flags: 1, Timeout: 9, Netmask: 0x00ffffff},
			timeline.IPVS{Service: "FWM 7", Persistence: 9, Mask: 24}},
		{"a whole address", ipvs.Service{AddressFamily: unix.AF_INET, FWMark: 7, Flags: 1, Timeout: 9, Netmask: 0xffffffff},
			timeline.IPVS{Service: "FWM 7", Persistence: 9}},
		{"a net of IPv6", ipvs.Service{AddressFamily: unix.AF_INET6, FWMark: 7, Flags: 1, Timeout: 9, Netmask: 64},
			timeline.IPVS{Service: "FWM 7 IPv6", Persistence: 9, Mask: 64}},
		{"flags", ipvs.Service{AddressFamily: unix.AF_INET, FWMark: 7, Flags: 0x3e, SchedName: "mh"},
			timeline.IPVS{Service: "FWM 7", Scheduler: "mh", Flags: "ops,flag-1,flag-2,flag-3"}},
		{"mark", ipvs.Service{AddressFamily: unix.AF_INET, FWMark: 7}, timeline.IPVS{Service: "FWM 7"}},
		{"mark for IPv6", ipvs.Service{AddressFamily: unix.AF_INET6, FWMark: 7}, timeline.IPVS{Service: "FWM 7 IPv6"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if diff := cmp.Diff(row.want, serviceRow(&row.service)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestDestinationRow(t *testing.T) {
	for flags, want := range map[uint32]string{0: "Masq", 1: "Local", 2: "Tunnel", 3: "Route", 4: "Bypass", 0x103: "Route"} {
		d := ipvs.Destination{Address: net.ParseIP("192.168.0.3"), Port: 80, Weight: 2, ConnectionFlags: flags,
			UpperThreshold: 9, LowerThreshold: 4}
		row := timeline.IPVS{Service: "FWM 1", Destination: "192.168.0.3:80", Forward: want, Weight: 2, Upper: 9, Lower: 4}
		if diff := cmp.Diff(row, destinationRow("FWM 1", &d)); diff != "" {
			t.Errorf("flags %#x (-want +got)\n%s", flags, diff)
		}
	}
}

func TestIPVSTableDiff(t *testing.T) {
	service := func(name, scheduler string) timeline.IPVS { return timeline.IPVS{Service: name, Scheduler: scheduler} }
	server := func(name, to string, weight int) timeline.IPVS {
		return timeline.IPVS{Service: name, Destination: to, Forward: "Route", Weight: weight}
	}
	table := func(rows ...timeline.IPVS) ipvsTable {
		t := ipvsTable{}
		for _, r := range rows {
			t.add(r)
		}
		return t
	}
	with := func(c timeline.Change, row timeline.IPVS) timeline.IPVS { row.Change = c; return row }
	rows := []struct {
		name     string
		from, to ipvsTable
		want     []timeline.IPVS
	}{
		{"nothing", table(service("A", "rr")), table(service("A", "rr")), nil},
		{"all new", table(), table(server("A", "1", 1), service("A", "rr")),
			[]timeline.IPVS{with("add", service("A", "rr")), with("add", server("A", "1", 1))}},
		{"all gone", table(server("A", "1", 1), service("A", "rr")), table(),
			[]timeline.IPVS{with("del", server("A", "1", 1)), with("del", service("A", "rr"))}},
		{"a server for another", table(service("A", "rr"), server("A", "2", 1)), table(service("A", "rr"), server("A", "1", 1)),
			[]timeline.IPVS{with("del", server("A", "2", 1)), with("add", server("A", "1", 1))}},
		{"weight and scheduler", table(service("A", "rr"), server("A", "1", 1)), table(service("A", "wrr"), server("A", "1", 0)),
			[]timeline.IPVS{with("change", service("A", "wrr")), with("change", server("A", "1", 0))}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if diff := cmp.Diff(row.want, row.from.diff(row.to)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestWithoutCounters(t *testing.T) {
	const head = "IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n" +
		"  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\nTCP  C0A800FE:0050 wrr persistent 5000 FFFFFFFF\n"
	idle := head + "  -> C0A80003:0050      Route   1      0          0         \n"
	busy := head + "  -> C0A80003:0050      Route   1      12         345       \n"
	heavier := head + "  -> C0A80003:0050      Route   2      0          0         \n"
	same := func(a, b string) bool {
		return string(withoutCounters([]byte(a))) == string(withoutCounters([]byte(b)))
	}
	if !same(idle, busy) {
		t.Error("traffic alone looks like a change")
	}
	if same(idle, heavier) {
		t.Error("a changed weight is not seen")
	}
	if same(idle, head) {
		t.Error("a removed server is not seen")
	}
}

func FuzzWithoutCounters(f *testing.F) {
	f.Add([]byte("TCP  C0A800FE:0050 wrr\n  -> C0A80003:0050      Route   1      0          0         \n"))
	f.Add([]byte("  -> \n  -> 1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		n := len(b)
		if got := withoutCounters(b); len(got) > n {
			t.Errorf("%d bytes became %d", n, len(got))
		}
	})
}
