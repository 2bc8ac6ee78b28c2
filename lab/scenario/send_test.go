package scenario

import (
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/viplab/viplab/lab/forge"
)

const hostile = `name: demo
title: Forged advertisements
suite: tests
topology: pair
steps:
  - name: forge
    do:
      - wait: {node: web1, vrid: 51, after: 300ms}
      - send: {from: "client:eth0", count: 3, every: 10ms, advert: {version: 3, vrid: 51, priority: 200, interval: 0s, ttl: 0, checksum: wrong}}
      - fault: {name: config, target: web1/keepalived, file: /etc/broken.conf}
`

func loadHostile(t *testing.T, src string) (*Scenario, error) {
	t.Helper()
	const file = "pair/scenarios/demo.yaml"
	return Load(fstest.MapFS{file: {Data: []byte(src)}}, "labs", file, pair(t))
}

func TestLoadForgedAdverts(t *testing.T) {
	s, err := loadHostile(t, hostile)
	if err != nil {
		t.Fatal(err)
	}
	none, zero := time.Duration(0), 0
	want := []Action{
		{Wait: &Wait{Node: "web1", VRID: 51, After: 300 * time.Millisecond}},
		{Send: &Send{From: "client:eth0", Count: 3, Every: 10 * time.Millisecond, Advert: forge.Advert{
			Version: 3, VRID: 51, Priority: 200, Interval: &none, TTL: &zero, Checksum: forge.Wrong,
		}}},
		{Fault: &Fault{Name: "config", Target: "web1/keepalived", File: "/etc/broken.conf"}},
	}
	if diff := cmp.Diff(want, s.Steps[0].Do, cmpopts.EquateComparable(netip.Addr{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMistakesInForgedAdverts(t *testing.T) {
	for _, tc := range []struct{ name, from, to, want string }{
		{"no interface", `"client:eth0"`, `"client"`, `9:22: target "client" must be NODE:INTERFACE`},
		{"unknown interface", `"client:eth0"`, `"client:eth1"`, `9:22: node client has no interface "eth1", did you mean client:eth0?`},
		{"impossible TTL", "ttl: 0", "ttl: 300", `9:60: impossible advertisement: ttl 300 is out of range 0..255`},
		{"unknown checksum", "checksum: wrong", "checksum: wrnog", `9:60: impossible advertisement: unknown checksum "wrnog"`},
		{"none", "count: 3", "count: 0", `9:44: count must be at least 1, not 0`},
		{"no pause", "every: 10ms", "every: 0s", `9:54: every must be longer than 0, not 0s`},
		{"wait for a client", "node: web1", "node: client", `8:22: node "client" runs no ha service`},
		{"wait for no router", "vrid: 51, after", "vrid: 0, after", `8:34: vrid 0 is out of range 1..255`},
		{"wait backwards", "after: 300ms", "after: -1s", `8:45: after must be longer than 0, not -1s`},
		{"relative file", "/etc/broken.conf", "broken.conf", `10:62: "broken.conf" must be an absolute path on the node`},
		{"file of another fault", "name: config", "name: stop", `10:54: file belongs to the fault config, not to stop`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := loadHostile(t, strings.Replace(hostile, tc.from, tc.to, 1))
			if err == nil {
				t.Fatal("no mistake found")
			}
			got := strings.ReplaceAll(err.Error(), "labs/pair/scenarios/demo.yaml:", "")
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
