package conf

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestBFD(t *testing.T) {
	cfg, _, wrong := lineFile(t, `bfd_instance a {
    neighbor_ip 10.0.0.2
}
bfd_instance b {
    neighbour_ip 2001:db8::2
    source_ip 2001:db8::1
    min_rx 3.312
    min_tx 50
    idle_tx 2000
    multiplier 3
    passive
    hoplimit 20
    max_hops 20
    weight -5 reverse
    checker
}
bfd_instance c {
    neighbor_ip 2001:db8::3
    multihop
    max_hops -1
    vrrp
}
`)
	expectWrong(t, wrong, "")
	want := []*BFD{
		{Name: "a", Neighbor: netip.MustParseAddr("10.0.0.2"), MinRx: 10 * time.Millisecond, MinTx: 10 * time.Millisecond, IdleTx: time.Second,
			Multiplier: 5, TTL: 255, VRRP: true, Checker: true},
		{Name: "b", Neighbor: netip.MustParseAddr("2001:db8::2"), Source: netip.MustParseAddr("2001:db8::1"), MinRx: 3312 * time.Microsecond, MinTx: 50 * time.Millisecond,
			IdleTx: 2 * time.Second, Multiplier: 3, Passive: true, TTL: 20, MaxHops: 20, Weight: -5, Reverse: true, Checker: true},
		{Name: "c", Neighbor: netip.MustParseAddr("2001:db8::3"), MinRx: 10 * time.Millisecond, MinTx: 10 * time.Millisecond, IdleTx: time.Second,
			Multiplier: 5, TTL: 64, MaxHops: -1, Multihop: true, VRRP: true},
	}
	if diff := cmp.Diff(want, cfg.BFDs, modelOptions()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestBFDMistakes(t *testing.T) {
	const ok = "bfd_instance b {\nneighbor_ip 10.0.0.2\n"
	for _, row := range []struct{ text, wrong string }{
		{"bfd_instance b {\n}", "1:14: error: bfd_instance b has no neighbor_ip; it is passed over; write neighbor_ip ADDRESS in it [missing-keyword]"},
		{"bfd_instance b {\nneighbor_ip x\n}", `2:13: error: neighbor_ip: "x" is not an IP address [bad-address]`},
		{"bfd_instance b {\nneighbor_ip 10.0.0.2/24\n}", "2:13: warning: neighbor_ip takes an address without a prefix length; the length is passed over [extra-argument]"},
		{ok + "source_ip 2001:db8::1\n}", "1:14: error: bfd_instance b: source_ip and neighbor_ip are not of one family; it is passed over [wrong-family]"},
		{ok + "source_ip x\n}", `3:11: error: source_ip: "x" is not an IP address [bad-address]`},
		{ok + "neighbour_ip 10.0.0.3\n}", "3:1: warning: neighbour_ip is given a second time [repeated-keyword]"},
		{ok + "min_rx 0.5\n}", "3:8: error: min_rx 0.5 is not from 1 to 4294967 [out-of-range]"},
		{ok + "min_tx 4294968\n}", "3:8: error: min_tx 4294968 is not from 1 to 4294967 [out-of-range]"},
		{ok + "idle_tx 999\n}", "3:9: error: idle_tx 999 is not from 1000 to 4294967 [out-of-range]"},
		{ok + "min_rx 1.0005\n}", "3:8: error: min_rx 1.0005 has more than three decimals; 1.001 is used [rounded-value]"},
		{ok + "multiplier 256\n}", "3:12: error: multiplier 256 is not from 1 to 255 [out-of-range]"},
		{ok + "ttl 0\n}", "3:5: error: ttl 0 is not from 1 to 255 [out-of-range]"},
		{ok + "max_hops 256\n}", "3:10: error: max_hops 256 is not from -1 to 255 [out-of-range]"},
		{ok + "max_hops 65\nttl 64\n}", "3:1: error: max_hops is more than the TTL of packets, which is used instead [contradictory-limits]"},
		{ok + "weight 254\n}", "3:8: error: weight 254 is not from -253 to 253 [out-of-range]"},
		{"bfd_instance " + strings.Repeat("n", 31) + " {\nneighbor_ip 10.0.0.2\n}", ""},
		{"bfd_instance " + strings.Repeat("n", 32) + " {\nneighbor_ip 10.0.0.2\n}", "1:14: error: bfd_instance " + strings.Repeat("n", 32) + ": the name has more than 31 bytes; it is passed over [text-too-long]"},
		{ok + "}\nbfd_instance b {\nneighbor_ip 10.0.0.3\n}", "4:14: error: bfd_instance b is defined a second time; it is passed over [duplicate-name]"},
		{ok + "}\nbfd_instance c {\nneighbor_ip 10.0.0.2\nsource_ip 10.0.0.9\n}", "4:14: error: bfd_instance c has the neighbour and the source of another; it is passed over; write different source_ip in both [duplicate-address]"},
		{ok + "source_ip 10.0.0.9\n}\nbfd_instance c {\nneighbor_ip 10.0.0.2\n}", "5:14: error: bfd_instance c has the neighbour and the source of another; it is passed over; write different source_ip in both [duplicate-address]"},
		{ok + "source_ip 10.0.0.9\n}\nbfd_instance c {\nneighbor_ip 10.0.0.2\nsource_ip 10.0.0.8\n}", ""},
		{ok + "checker\n}\n" + in("track_bfd", "b"), "7:1: error: track_bfd: bfd_instance b is for health checks; it is passed over; write vrrp in it [unknown-name]"},
	} {
		t.Run(row.text, func(t *testing.T) {
			_, _, wrong := lineFile(t, row.text+"\n")
			expectWrong(t, wrong, row.wrong)
		})
	}
}
