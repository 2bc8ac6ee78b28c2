package topology

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func loadDemo(t *testing.T) *Topology {
	t.Helper()
	top, err := Load(demoFiles(demo), "demo")
	if err != nil {
		t.Fatal(err)
	}
	return top
}

func TestNamesAreSorted(t *testing.T) {
	top := loadDemo(t)
	if diff := cmp.Diff([]string{"web1", "web2"}, top.NodeNames()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"lan"}, top.NetworkNames()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"eth0", "lo"}, top.Nodes["web1"].InterfaceNames()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"httpd", "keepalived"}, top.Nodes["web1"].ServiceNames()); diff != "" {
		t.Error(diff)
	}
}

func TestHANodes(t *testing.T) {
	top := &Topology{Nodes: map[string]*Node{
		"b":      {Services: map[string]*Service{"vrrp": {HA: &HA{Config: "/etc/b.conf"}}, "web": {HTTP: &HTTP{}}}},
		"a":      {Services: map[string]*Service{"keepalived": {HA: &HA{}}}},
		"client": {Services: map[string]*Service{"nothing": nil}},
		"none":   nil,
	}}
	want := []HANode{
		{"a", "keepalived", "/etc/keepalived/keepalived.conf"},
		{"b", "vrrp", "/etc/b.conf"},
	}
	if diff := cmp.Diff(want, top.HANodes()); diff != "" {
		t.Error(diff)
	}
}

func TestOwner(t *testing.T) {
	top := loadDemo(t)
	for _, tc := range []struct {
		addr string
		want Attachment
		ok   bool
	}{
		{"192.168.0.3", Attachment{"web1", "eth0", "lan", netip.MustParsePrefix("192.168.0.3/24"), ""}, true},
		{"192.168.0.4", Attachment{"web2", "eth0", "lan", netip.MustParsePrefix("192.168.0.4/24"), ""}, true},
		{"192.168.0.5", Attachment{}, false}, // within the prefix of both, but of neither
		{"10.9.9.9", Attachment{}, false},    // only on lo
	} {
		t.Run(tc.addr, func(t *testing.T) {
			got, ok := top.Owner(netip.MustParseAddr(tc.addr))
			if diff := cmp.Diff(tc.want, got, cmpopts.EquateComparable(netip.Prefix{})); diff != "" || ok != tc.ok {
				t.Errorf("found %t\n%s", ok, diff)
			}
		})
	}
}

func TestAttachments(t *testing.T) {
	top := loadDemo(t)
	want := []Attachment{
		{"web1", "eth0", "lan", netip.MustParsePrefix("192.168.0.3/24"), ""},
		{"web1", "lo", "", netip.MustParsePrefix("10.9.9.9/32"), "lo:0"},
	}
	if diff := cmp.Diff(want, top.Attachments("web1"), cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Error(diff)
	}
	if got := top.Attachments("nobody"); got != nil {
		t.Errorf("an unknown node has %v", got)
	}
}

func TestFillDefaultsTwiceChangesNothing(t *testing.T) {
	once, twice := loadDemo(t), loadDemo(t)
	twice.FillDefaults()
	opts := cmp.Options{cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}), cmpopts.IgnoreFields(Topology{}, "Files")}
	if diff := cmp.Diff(once, twice, opts); diff != "" {
		t.Error(diff)
	}
}
