package conf

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestRuleLines(t *testing.T) {
	const second = "2:1: error: the addresses of a rule are to be of one family; the rule is passed over [wrong-family]"
	testLines(t, "virtual_rules", "", slices.Concat(asWritten(`
		from 10.1.0.0/24 table 1 preference 100
		table 1 preference 5
		inet6 table 1 preference 5
		not from 10.1.0.0/24 to 10.2.0.0/16 table main preference 5
		from 2001:db8::/64 table blue preference 5
		table 1 preference 5 tos 0x10 fwmark 5 realms 1/2
		table 1 preference 5 fwmark 5/0xff suppress_prefixlength 0 suppress_ifgroup default
		table 1 preference 5 iif eth0 oif eth1 tunnel-id 18446744073709551615
		table 1 preference 5 uidrange 5-10 ipproto tcp sport 5 dport 6-7
		preference 5 l3mdev
		preference 5 type blackhole
		preference 5 type unreachable
		preference 5 goto 10
		preference 5 nop
		table 1 preference 5 protocol 5 no_track
		table 1 preference 5 no_track
	`), []lineRow{
		{"from all to any lookup 1 order 5", "table 1 preference 5", ""},
		{"from default dev eth0 dsfield 16 table 1 priority 5", "table 1 preference 5 tos 16 iif eth0", ""},
		{"table 1 preference 5 sup_pl 3 sup_group 4", "table 1 preference 5 suppress_prefixlength 3 suppress_ifgroup 4", ""},
		{"fwmark 0x10/0xff table 1 preference 5", "table 1 preference 5 fwmark 16/0xff", ""},
		{"preference 5 prohibit", "preference 5 type prohibit", ""},
		{"preference 5 blackhole", "preference 5 type blackhole", ""},
		{"table 1 preference 5 protocol 18", "table 1 preference 5", ""},
		{"inet from 10.0.0.0/8 table 1 preference 5", "from 10.0.0.0/8 table 1 preference 5", ""},

		{"from 10.0.0.0/8 table 1", "from 10.0.0.0/8 table 1 preference 16384", `2:1: error: the rule has no preference, and gets 16384: which of such rules comes first changes with every change of state; add preference N [rule-without-preference]`},
		{"from 10.0.0.0/8 preference 5", "", `2:1: error: the rule says nothing of what is to be done: table, goto, nop, blackhole, prohibit or unreachable; the rule is passed over [missing-keyword]`},
		{"from x table 1 preference 5", "", `2:6: error: "x" is not an IP address; the line is passed over [bad-address]`},
		{"from 10.0.0.0/33 table 1 preference 5", "from 10.0.0.0 table 1 preference 5", `2:6: error: prefix length "33" of 10.0.0.0 is not a number from 0 to 32; /32 is used [out-of-range]`},
		{"from 10.0.0.0/8 to 2001:db8::/64 table 1 preference 5", "", second},
		{"inet6 from 10.0.0.0/8 table 1 preference 5", "", second},
		{"inet from 2001:db8::/64 table 1 preference 5", "", second},
		{"table 0 preference 5", "", `2:7: error: there is no table 0; the rule is passed over [out-of-range]`},
		{"table 1 table 2 preference 5", "", `2:9: error: table stands beside table, and a rule does one thing; the rule is passed over [contradictory-limits]`},
		{"table 1 blackhole preference 5", "", `2:9: error: blackhole stands beside table, and a rule does one thing; the rule is passed over [contradictory-limits]`},
		{"preference 5 l3mdev nop", "", `2:21: error: nop stands beside l3mdev, and a rule does one thing; the rule is passed over [contradictory-limits]`},
		{"preference 5 goto 5", "", `2:14: error: goto 5 does not lead to a later rule than 5; the rule is passed over [contradictory-limits]`},
		{"preference 4294967296 table 1", "", `2:12: error: preference "4294967296" is not a number from 0 to 4294967295; the rule is passed over [out-of-range]`},
		{"preference 5 type unicast", "", `2:19: error: type "unicast" is none of blackhole, prohibit, unreachable, nop; the rule is passed over [bad-choice]`},
		{"preference 5 throw", "", `2:14: error: unknown word "throw" in virtual_rules [unknown-keyword]`},
		{"fwmark x table 1 preference 5", "", `2:8: error: fwmark "x" is not a number of 32 bits with a mask; the rule is passed over [bad-number]`},
		{"tos 256 table 1 preference 5", "", `2:5: error: TOS "256" is neither a name nor a number from 0 to 255; the rule is passed over [out-of-range]`},
		{"uidrange 5 table 1 preference 5", "", `2:10: error: uidrange "5" is not two numbers with - between them; the rule is passed over [bad-number]`},
		{"uidrange 6-5 table 1 preference 5", "table 1 preference 5 uidrange 6-5", `2:10: warning: uidrange 6-5 ends before it begins: the kernel refuses such a rule [contradictory-limits]`},
		{"uidrange 5-5 sport 6-6 table 1 preference 5", "table 1 preference 5 uidrange 5-5 sport 6", ""},
		{"from 10.0.0.0/33 table 1 fwmark x preference 5", "", `2:6: error: prefix length "33" of 10.0.0.0 is not a number from 0 to 32; /32 is used [out-of-range]
2:33: error: fwmark "x" is not a number of 32 bits with a mask; the rule is passed over [bad-number]`},
		{"from 10.0.0.0/33 table 1 iif / preference 5", "", `2:6: error: prefix length "33" of 10.0.0.0 is not a number from 0 to 32; /32 is used [out-of-range]
2:30: error: "/" cannot be the name of an interface: that has 1 to 15 letters; the rule is passed over [bad-text]`},
		{"sport 65536 table 1 preference 5", "", `2:7: error: sport "65536" is not a port, nor two with - between them; the rule is passed over [bad-number]`},
		{"dport 6-5 table 1 preference 5", "table 1 preference 5 dport 6-5", `2:7: warning: dport 6-5 ends before it begins: the kernel refuses such a rule [contradictory-limits]`},
		{"table 1 preference 5 protocol 256", "", `2:31: error: protocol "256" is not a number from 0 to 255; the rule is passed over [out-of-range]`},
		{"table 1 preference 5 protocol 5", "table 1 preference 5", `2:22: error: the loss of a rule is noticed by its protocol 18; 5 is passed over [no-effect]`},
		{"table 1 preference 5 suppress_prefixlength -1", "", `2:44: error: suppress_prefixlength "-1" is not a number from 0 to 2147483647; the rule is passed over [out-of-range]`},
		{"table 1 preference", "", `2:9: error: preference needs a word behind it; the rule is passed over [missing-argument]`},
		{"table 1 pref 5", "", `2:9: error: unknown word "pref" in virtual_rules [unknown-keyword]
2:14: error: unknown word "5" in virtual_rules [unknown-keyword]`},
		{"table 1 preference 5 track_group G", "", `2:22: error: track_group is for static rules; it is passed over [misplaced-keyword]`},
	}))
}

func TestStaticRuleLines(t *testing.T) {
	testLines(t, "static_rules", "track_group G { }", append(asWritten("table 1 preference 5 iif eth0 track_group G"), []lineRow{
		{"table 1 preference 5 track_group G", "table 1 preference 5", `2:22: error: a rule without iif is in no track_group; that is passed over [not-tracked]`},
		{"table 1 preference 5 iif eth0 track_group G no_track", "table 1 preference 5 iif eth0 no_track track_group G", `2:31: warning: no_track stands beside track_group, which has no effect [no-effect]`},
		{"table 1 preference 5 iif eth0 track_group H", "table 1 preference 5 iif eth0", `2:43: error: track_group: there is no track_group H; it is passed over [unknown-name]`},
	}...))
}

// TestRulePreferences counts the rules of the whole file.
func TestRulePreferences(t *testing.T) {
	cfg, o, _ := lineFile(t, "static_rules {\ntable 1\ntable 2 preference 7\n}\n"+in("virtual_rules", "table 3\ntable 4"))
	var got []uint32
	for _, r := range slices.Concat(cfg.StaticRules, o.Rules) {
		got = append(got, r.Preference)
	}
	if want := []uint32{16384, 7, 16383, 16382}; !slices.Equal(got, want) {
		t.Errorf("preferences are %v, want %v", got, want)
	}
}

func TestRuleValues(t *testing.T) {
	_, o, _ := lineFile(t, in("virtual_rules", "not from 2001:db8::/64 to ::/0 table main preference 1 fwmark 24/12 sup_pl 0 ipproto vrrp sport 5-10 dport 7 uidrange 1-2\n"+
		"goto 40 preference 2 iif eth0 oif eth1 tunnel-id 7 realms 30/20 suppress_ifgroup 9 no_track"))
	want := []Rule{
		{IPv6: true, Not: true, From: netip.MustParsePrefix("2001:db8::/64"), To: netip.MustParsePrefix("::/0"), Preference: 1, Mark: &Mark{24, 12},
			Action: Lookup, Table: Ident{"main", 254, true}, Transport: Ident{"vrrp", 112, true}, SourcePorts: PortRange{5, 10}, DestPorts: PortRange{7, 7},
			UIDs: &UIDRange{1, 2}, Protocol: Ident{"18", 18, true}},
		{Preference: 2, Action: Goto, Target: 40, Input: "eth0", Output: "eth1", TunnelID: 7, Realms: Realms{Ident{"30", 30, true}, Ident{"20", 20, true}},
			SuppressPrefix: -1, SuppressGroup: Ident{"9", 9, true}, NoTrack: true},
	}
	if diff := cmp.Diff(want, o.Rules, cmpopts.IgnoreTypes(Origin{}), cmpopts.IgnoreUnexported(Rule{}), cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
