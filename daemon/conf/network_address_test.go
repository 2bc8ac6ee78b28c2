package conf

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestAddressLines(t *testing.T) {
	rows := slices.Concat(asWritten(`
		10.0.0.1
		10.0.0.1/24
		10.0.0.1/24 dev eth1
		10.0.0.1/24 scope link
		10.0.0.1/24 scope 10
		10.0.0.1/24 brd 10.0.0.255
		10.0.0.1/24 label eth0:1
		10.0.0.1 peer 10.0.0.2
		10.0.0.1 noprefixroute autojoin no_track
		10.0.0.1 preferred_lft 10 use_vmac
		10.0.0.1 preferred_lft 0
		2001:db8::1
		2001:db8::1/64 home -nodad mngtmpaddr
		2001:db8::1 preferred_lft forever
		2001:db8::1/64 preferred_lft 0
	`), []lineRow{
		{"10.0.0.1/32", "10.0.0.1", ""},
		{"10.0.0.1/30 dev 0123456789abcde label 0123456789abcde brd +", "10.0.0.1/30 dev 0123456789abcde brd 10.0.0.3 label 0123456789abcde", ""},
		{"10.0.0.1/24 broadcast +", "10.0.0.1/24 brd 10.0.0.255", ""},
		{"10.0.0.1/24 brd -", "10.0.0.1/24 brd 10.0.0.0", ""},
		{"10.0.0.1/24 label eth0:1 dev eth0 scope global", "10.0.0.1/24 dev eth0 label eth0:1", ""},
		{"10.0.0.1 scope 0xfd", "10.0.0.1 scope link", ""},
		{"10.0.0.1 preferred_lft forever", "10.0.0.1", ""},
		{"10.0.0.1 preferred_lft 4294967295", "10.0.0.1", ""},
		{"2001:db8::1 preferred_lft 0", "2001:db8::1", ""},
		{"::ffff:10.0.0.1", "::ffff:10.0.0.1", ""},

		{"10.0.0", "", `2:1: error: "10.0.0" is not an IP address; the line is passed over [bad-address]`},
		{"010.0.0.1", "", `2:1: error: "010.0.0.1" is not an IP address; the line is passed over [bad-address]`},
		{"fe80::1%eth0", "", `2:1: error: "fe80::1%eth0" is not an IP address; the line is passed over [bad-address]`},
		{"dev eth0 10.0.0.1", "", `2:1: error: "dev" is not an IP address; the line is passed over [bad-address]
2:5: error: unknown word "eth0" in virtual_ipaddress [unknown-keyword]
2:10: error: unknown word "10.0.0.1" in virtual_ipaddress [unknown-keyword]`},
		{"10.0.0.1/33", "10.0.0.1", `2:1: error: prefix length "33" of 10.0.0.1 is not a number from 0 to 32; /32 is used [out-of-range]`},
		{"10.0.0.1/", "10.0.0.1", `2:1: warning: 10.0.0.1 has no prefix length behind its slash; /32 is used [out-of-range]`},
		{"10.0.0.1 10.0.0.2", "10.0.0.1", `2:10: error: unknown word "10.0.0.2" in virtual_ipaddress [unknown-keyword]`},
		{"10.0.0.1 lable x", "10.0.0.1", `2:10: error: unknown word "lable" in virtual_ipaddress; did you mean "label"? [unknown-keyword]
2:16: error: unknown word "x" in virtual_ipaddress [unknown-keyword]`},
		{"10.0.0.1 dev", "", `2:10: error: dev needs a word behind it; the address is passed over [missing-argument]`},
		{"10.0.0.1 dev eth0 dev eth1", "", `2:19: error: dev stands twice; the address is passed over [repeated-keyword]`},
		{"10.0.0.1 dev 0123456789abcdef", "10.0.0.1", `2:14: error: "0123456789abcdef" cannot be the name of an interface: that has 1 to 15 letters [bad-text]`},
		{"10.0.0.1 scope lnk", "10.0.0.1", `2:16: error: scope "lnk" is neither a name nor a number from 0 to 255; it is passed over; did you mean "link"? [bad-choice]`},
		{"10.0.0.1 scope 256", "10.0.0.1", `2:16: error: scope "256" is neither a name nor a number from 0 to 255; it is passed over [bad-choice]`},
		{"10.0.0.1/24 brd x", "", `2:17: error: "x" is not an IPv4 address, + or -; the address is passed over [bad-address]`},
		{"10.0.0.1/31 brd +", "10.0.0.1/31", `2:17: error: a prefix of length 31 has no broadcast address; brd is passed over [bad-choice]`},
		{"2001:db8::1 brd +", "", `2:17: error: IPv6 has no broadcast addresses; the address is passed over [wrong-family]`},
		{"10.0.0.1 label 0123456789abcdef", "", `2:16: error: label "0123456789abcdef" has 16 bytes, and at most 15 are possible; the address is passed over [text-too-long]`},
		{"2001:db8::1 label eth0:1", "2001:db8::1", `2:19: error: IPv6 addresses have no label; the label is passed over [wrong-family]`},
		{"2001:db8::1 scope link", "2001:db8::1", `2:13: error: the scope of an IPv6 address is not to be chosen; it is passed over [wrong-family]`},
		{"10.0.0.1 peer 10.0.0.2/24", "10.0.0.1", `2:15: error: peer "10.0.0.2/24" is not an IP address; peer is passed over [bad-address]`},
		{"10.0.0.1 peer 2001:db8::1", "10.0.0.1", `2:15: error: peer 2001:db8::1 is not of the family of 10.0.0.1; peer is passed over [wrong-family]`},
		{"10.0.0.1 peer 10.0.0.2 peer 10.0.0.3", "10.0.0.1 peer 10.0.0.2", `2:24: error: peer stands twice; 10.0.0.3 is passed over [repeated-keyword]`},
		{"10.0.0.1/24 peer 10.0.0.2", "10.0.0.1 peer 10.0.0.2", `2:1: error: an address with a peer has no prefix length; /32 is used [no-effect]`},
		{"10.0.0.1 peer 10.0.0.2 brd 10.0.0.3", "10.0.0.1 peer 10.0.0.2", `2:24: error: an address with a peer has no broadcast address; it is passed over [no-effect]`},
		{"10.0.0.1 preferred_lft x", "10.0.0.1", `2:24: error: preferred_lft: "x" is not a whole number [bad-number]`},
		{"10.0.0.1 track_group G", "10.0.0.1", `2:10: error: track_group is for static addresses; it is passed over [misplaced-keyword]`},
		{"10.0.0.1 home", "10.0.0.1 home", `2:10: warning: home is for IPv6 addresses and has no effect on 10.0.0.1 [no-effect]`},
		{"10.0.0.0/24", "10.0.0.0/24", `2:1: warning: 10.0.0.0 is the address of the network 10.0.0.0/24 itself: nobody can connect to it [network-address]`},
		{"10.0.0.255/24", "10.0.0.255/24", `2:1: warning: 10.0.0.255 is the broadcast address of 10.0.0.0/24: nobody can connect to it [network-address]`},
		{"10.0.0.7/24 brd 10.0.0.7", "10.0.0.7/24 brd 10.0.0.7", `2:1: warning: 10.0.0.7 is the broadcast address of 10.0.0.0/24: nobody can connect to it [network-address]`},
		{"10.0.0.0/31", "10.0.0.0/31", ""},
	})
	testLines(t, "virtual_ipaddress", "", rows)
}

func TestStaticAddressLines(t *testing.T) {
	testLines(t, "static_ipaddress", "track_group G { group { V } }", []lineRow{
		{"10.0.0.1/24 dev eth0 track_group G", "10.0.0.1/24 dev eth0 track_group G", `1:25: warning: track_group G: there is no vrrp_instance V [unknown-name]`},
	})
	testLines(t, "static_ipaddress", "track_group GROUP { }", append(asWritten(`
		10.0.0.1/24 dev eth0
		10.0.0.1/24 dev eth0 track_group GROUP
		10.0.0.1/24 track_group GROUP
	`), []lineRow{
		{"10.0.0.1 track_group GRUOP", "10.0.0.1", `2:22: error: track_group: there is no track_group GRUOP; it is passed over; did you mean "GROUP"? [unknown-name]`},
		{"10.0.0.1 track_group GROUP track_group OTHER", "10.0.0.1 track_group GROUP", `2:28: error: track_group stands twice; OTHER is passed over [repeated-keyword]`},
		{"10.0.0.1 use_vmac", "10.0.0.1", `2:10: error: use_vmac is for addresses of an instance; it is passed over [misplaced-keyword]`},
	}...))
}

// TestAddressFamilies has the first address decide the family, except where
// addresses are not advertised.
func TestAddressFamilies(t *testing.T) {
	_, o, wrong := lineFile(t, "owner {\nvirtual_ipaddress {\n10.0.0.1\n2001:db8::1\n10.0.0.2\n}\nvirtual_ipaddress_excluded {\n10.0.0.1\n2001:db8::1\n}\n}\n")
	if got := []int{len(o.Addresses), len(o.Excluded)}; !slices.Equal(got, []int{2, 2}) {
		t.Errorf("%v addresses, want 2 and 2", got)
	}
	expectWrong(t, wrong, `4:1: error: 2001:db8::1 is not of the family of the first address; it is passed over; it belongs in virtual_ipaddress_excluded [mixed-families]`)
}

func TestAddressValues(t *testing.T) {
	_, o, _ := lineFile(t, in("virtual_ipaddress_excluded", "10.0.0.1/24 dev eth1 scope site brd + label x\n2001:db8::1 -nodad peer 2001:db8::2\n2001:db8::1/64 home mngtmpaddr noprefixroute autojoin no_track preferred_lft 60 use_vmac"))
	want := []Address{
		{Prefix: netip.MustParsePrefix("10.0.0.1/24"), Interface: "eth1", Scope: 200, Broadcast: netip.MustParseAddr("10.0.0.255"), Label: "x", Preferred: Forever},
		{Prefix: netip.MustParsePrefix("2001:db8::1/128"), DAD: true, Peer: netip.MustParseAddr("2001:db8::2")},
		{Prefix: netip.MustParsePrefix("2001:db8::1/64"), Home: true, ManageTemp: true, NoPrefixRoute: true, AutoJoin: true, NoTrack: true, Preferred: time.Minute, UseVMAC: true},
	}
	if diff := cmp.Diff(want, o.Excluded, cmpopts.IgnoreTypes(Origin{}), cmpopts.IgnoreUnexported(Address{}), cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got, want := o.Excluded[0].Where("brd").String(), "3:33"; got != want {
		t.Errorf("brd is set at %s, want %s", got, want)
	}
	if got, want := o.Excluded[1].Pos.String(), "4:1"; got != want {
		t.Errorf("the second address is at %s, want %s", got, want)
	}
}
