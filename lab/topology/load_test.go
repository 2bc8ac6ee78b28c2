package topology

import (
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// demo is a topology without mistakes; the rows of the tests break it.
const demo = `name: demo
title: Two web servers
networks:
  lan: {}
nodes:
  web1:
    hostname: web1.example.org
    interfaces:
      eth0: {network: lan, addresses: [192.168.0.3/24], mac: "02:00:00:00:00:03"}
      lo: {addresses: [10.9.9.9/32], labels: {10.9.9.9/32: "lo:0"}}
    routes:
      - {to: default, via: 192.168.0.254}
    sysctls: {net.ipv4.conf.eth0.arp_ignore: 1}
    hosts: {gw: 192.168.0.254}
    services:
      keepalived: {ha: {}}
      httpd: {http: {pages: {/: web1}}}
  web2:
    interfaces:
      eth0: {network: lan, addresses: [192.168.0.4/24]}
    services:
      keepalived: {ha: {args: [-D]}, manual: true}
      mail: {mail: {}}
`

func demoFiles(topology string) fstest.MapFS {
	return fstest.MapFS{
		FileName:                                  {Data: []byte(topology)},
		"README.md":                               {Data: []byte("# demo\n")},
		"scenarios/stop.yaml":                     {Data: []byte("name: stop\n")},
		"web1/etc/keepalived/keepalived.conf":     {Data: []byte("! web1\n")},
		"web2/etc/keepalived/keepalived.conf":     {Data: []byte("! web2\n")},
		"web2/etc/keepalived/notify.sh":           {Data: []byte("#!/bin/sh\n")},
		"web2/usr/local/bin/already-executable":   {Data: []byte{0x7f}, Mode: 0o700},
		"web2/var/empty":                          {Data: nil},
		".hidden/anything":                        {Data: nil},
		"web1/etc/keepalived/conf.d/included.con": {Data: []byte("x"), Mode: 0o600},
	}
}

func TestLoadFillsDefaults(t *testing.T) {
	got, err := Load(demoFiles(demo), "labs/demo")
	if err != nil {
		t.Fatal(err)
	}
	prefix := netip.MustParsePrefix
	want := &Topology{
		Name: "demo", Title: "Two web servers", Dir: "labs/demo",
		Networks: map[string]*Network{"lan": {MTU: 1500}},
		Nodes: map[string]*Node{
			"web1": {
				Hostname: "web1.example.org",
				Interfaces: map[string]*Interface{
					"eth0": {Network: "lan", Addresses: []netip.Prefix{prefix("192.168.0.3/24")}, MAC: "02:00:00:00:00:03"},
					"lo":   {Addresses: []netip.Prefix{prefix("10.9.9.9/32")}, Labels: map[string]string{"10.9.9.9/32": "lo:0"}},
				},
				Routes:  []Route{{To: "default", Via: netip.MustParseAddr("192.168.0.254")}},
				Sysctls: map[string]string{"net.ipv4.conf.eth0.arp_ignore": "1"},
				Hosts:   map[string]netip.Addr{"gw": netip.MustParseAddr("192.168.0.254")},
				Services: map[string]*Service{
					"keepalived": {HA: &HA{Config: "/etc/keepalived/keepalived.conf"}},
					"httpd":      {HTTP: &HTTP{Listen: []string{":80"}, Root: "/var/www/html", Pages: map[string]string{"/": "web1"}}},
				},
			},
			"web2": {
				Hostname:   "web2",
				Interfaces: map[string]*Interface{"eth0": {Network: "lan", Addresses: []netip.Prefix{prefix("192.168.0.4/24")}}},
				Services: map[string]*Service{
					"keepalived": {HA: &HA{Config: "/etc/keepalived/keepalived.conf", Args: []string{"-D"}}, Manual: true},
					"mail":       {Mail: &Mail{Listen: "127.0.0.1:25"}},
				},
			},
		},
	}
	opts := cmp.Options{
		cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}),
		cmpopts.IgnoreFields(Topology{}, "Files"),
	}
	if diff := cmp.Diff(want, got, opts); diff != "" {
		t.Error(diff)
	}
	if err := got.Validate(); err != nil {
		t.Errorf("filled defaults are not valid: %v", err)
	}
}

func TestLoadReportsEveryMistakeAtOnce(t *testing.T) {
	broken := strings.NewReplacer(
		"lan: {}", "lan: {mtu: big}", "network: lan, addresses: [192.168.0.4/24]", "network: lam, addresses: [192.168.0.3]",
		"ha: {}", "hq: {}", "title: Two web servers\n", "",
	).Replace(demo)
	_, err := Load(demoFiles(broken), "demo")
	want := `demo/topology.yaml:1:1: field "title" is missing
demo/topology.yaml:3:14: mtu must be a whole number, not "big"
demo/topology.yaml:15:7: service keepalived does not say what it is: ha, http, mail, hostile, nginx or command
demo/topology.yaml:15:20: unknown field "hq", did you mean ha?
demo/topology.yaml:19:23: unknown network "lam", did you mean lan?
demo/topology.yaml:19:40: "192.168.0.3" has no prefix length, write 192.168.0.3/24`
	if diff := cmp.Diff(want, errorText(err)); diff != "" {
		t.Error(diff)
	}
	var found Diagnostics
	if !errors.As(err, &found) {
		t.Fatalf("error is %T, want Diagnostics", err)
	}
	if want := "      eth0: {network: lam, "; !strings.Contains(found.Text(), want) {
		t.Errorf("text shows no source line:\n%s", found.Text())
	}
}

func TestLoadWithoutFile(t *testing.T) {
	_, err := Load(fstest.MapFS{}, "nowhere")
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "load topology nowhere") {
		t.Errorf("got %v", err)
	}
}

func TestLoadDir(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	if err := os.CopyFS(dir, demoFiles(demo)); err != nil {
		t.Fatal(err)
	}
	got, err := LoadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "demo" || got.Dir != dir {
		t.Errorf("got name %q, dir %q", got.Name, got.Dir)
	}
	t.Chdir(dir)
	if _, err := LoadDir("."); err != nil {
		t.Errorf("from within the directory: %v", err)
	}
	if err := os.Rename(dir, dir+"2"); err != nil {
		t.Fatal(err)
	}
	_, err = LoadDir(dir + "2")
	if want := `1:7: the name is "demo", but the directory is "demo2"`; !strings.Contains(errorText(err), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

func errorText(err error) string {
	if err == nil {
		return "no error"
	}
	return err.Error()
}

func FuzzLoad(f *testing.F) {
	f.Add(demo)
	f.Add("nodes: {a: {services: {x: {command: []}}}}")
	f.Fuzz(func(t *testing.T, src string) {
		top, err := Load(fstest.MapFS{FileName: {Data: []byte(src)}}, "")
		if err == nil {
			if err := top.Validate(); err != nil {
				t.Errorf("loaded, but not valid: %v", err)
			}
			top.Graph().Text()
		}
	})
}
