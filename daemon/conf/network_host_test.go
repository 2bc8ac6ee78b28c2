package conf

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// onHost reads text and holds it against a host.
func onHost(t *testing.T, text string, host *Host) (*Config, []string) {
	t.Helper()
	cfg := newConfig("")
	wrong := readInto(t, cfg, &owner{}, text)
	c := schema.NewContext(nil, func(d diag.Diagnostic) { wrong = append(wrong, d.Error()) })
	checkNetworkHost(c, cfg, host)
	return cfg, wrong
}

func TestHostInterfaces(t *testing.T) {
	_, wrong := onHost(t, `static_ipaddress {
10.0.0.1 dev eth1
10.0.0.1 dev eth7
10.0.0.2
}
static_routes {
10.1.0.0/24 dev eth7 nexthop dev eth8
10.1.0.0/24 dev eth1 vrf blue
10.1.0.0/24 dev eth1 vrf red
}
static_rules {
iif eth7 oif eth8 table 1 preference 5
}
garp_group {
garp_interval 1
interface eth7
}
linkbeat_interfaces {
eth7
eth1
}
interface_up_down_delays {
eth7 1
}
`, &Host{Interfaces: []string{"eth1", "red"}})
	expectWrong(t, wrong, `3:10: fatal: there is no interface eth7 on this host; ip link shows those that there are [unknown-interface]
4:1: fatal: there is no interface eth0 on this host; ip link shows those that there are [unknown-interface]
7:13: fatal: there is no interface eth7 on this host; ip link shows those that there are [unknown-interface]
7:22: fatal: there is no interface eth8 on this host; ip link shows those that there are [unknown-interface]
8:22: error: there is no VRF blue on this host; the route is passed over [unknown-interface]
12:1: fatal: there is no interface eth7 on this host; ip link shows those that there are [unknown-interface]
12:10: fatal: there is no interface eth8 on this host; ip link shows those that there are [unknown-interface]
16:1: fatal: there is no interface eth7 on this host; ip link shows those that there are [unknown-interface]
19:1: fatal: there is no interface eth7 on this host; ip link shows those that there are [unknown-interface]
23:1: fatal: there is no interface eth7 on this host; ip link shows those that there are [unknown-interface]`)
}

// TestHostDynamic asks for no interface of a host whose interfaces come and go.
func TestHostDynamic(t *testing.T) {
	h := &hostCheck{c: schema.NewContext(nil, func(d diag.Diagnostic) { t.Error(d) })}
	if kept := h.routes([]Route{{Interface: "eth7", VRF: "blue"}}); len(kept) != 1 {
		t.Error("the route is not kept")
	}
}

func TestHostNames(t *testing.T) {
	const text = `static_routes {
10.1.0.0/24 dev eth0 table blue tos af11 realms red/main scope far
10.2.0.0/24 dev eth0 table bleu
10.3.0.0/24 no_track protocol mine nexthop dev eth0 realms red
}
static_rules {
table blue preference 5 suppress_ifgroup lab ipproto ether
table main preference 5 ipproto nosuch
}
`
	host := &Host{Interfaces: []string{"eth0"}, Names: Names{"rt_tables": {"blue": 77}, "rt_dsfield": {"af11": 40}, "rt_realms": {"red": 3, "main": 4},
		"rt_scopes": {"far": 17}, "rt_protos": {"mine": 99}, "group": {"lab": 6}, "protocols": {"ether": 97}}}
	cfg, wrong := onHost(t, text, host)
	expectWrong(t, wrong, `3:22: error: this host knows no routing table "bleu"; the line is passed over; did you mean "blue"? [unknown-name]
8:25: error: this host knows no transport protocol "nosuch"; the line is passed over [unknown-name]`)
	var got []Ident
	for _, r := range cfg.StaticRoutes {
		got = append(got, r.Table, r.TOS, r.Realms.From, r.Realms.To, r.Scope, r.Protocol)
	}
	got = append(got, cfg.StaticRoutes[1].NextHops[0].Realms.To, cfg.StaticRules[0].Table, cfg.StaticRules[0].SuppressGroup, cfg.StaticRules[0].Transport)
	want := []Ident{{"blue", 77, true}, {"af11", 40, true}, {"red", 3, true}, {"main", 4, true}, {"far", 17, true}, {"18", 18, true},
		{}, {}, {}, {}, {}, {"mine", 99, true}, {"red", 3, true}, {"blue", 77, true}, {"lab", 6, true}, {"ether", 97, true}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("numbers (-want +got):\n%s", diff)
	}
	if _, wrong := onHost(t, text, &Host{Interfaces: []string{"eth0"}}); len(wrong) > 0 {
		t.Errorf("without names of a host: %v", wrong)
	}
}

func TestReadNames(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	names, err := ReadNames(fstest.MapFS{
		"etc/iproute2/rt_tables":             file("# tables\n255\tlocal\n100 blue # the blue one\nx bad\n7\n"),
		"etc/iproute2/rt_tables.d/more.conf": file("101 green\n102 blue\n"),
		"etc/iproute2/rt_tables.d/README":    file("103 red\n"),
		"usr/share/iproute2/rt_protos":       file("0x63 mine\n"),
		"etc/protocols":                      file("lonely\ntcp 6 TCP\nicmp\t1\tICMP\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Names{"rt_tables": {"local": 255, "blue": 100, "green": 101}, "rt_protos": {"mine": 99}, "protocols": {"tcp": 6, "icmp": 1},
		"rt_realms": {}, "rt_dsfield": {}, "rt_scopes": {}, "group": {}}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// deniedFS has a file that cannot be read.
type deniedFS struct{ fstest.MapFS }

func (d deniedFS) ReadFile(name string) ([]byte, error) {
	if name == "etc/protocols" {
		return nil, fs.ErrPermission
	}
	return d.MapFS.ReadFile(name)
}

func TestReadNamesDenied(t *testing.T) {
	if _, err := ReadNames(deniedFS{fstest.MapFS{}}); err == nil {
		t.Error("a file that cannot be read is no error")
	}
}
