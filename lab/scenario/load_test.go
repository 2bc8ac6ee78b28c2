package scenario

import (
	"errors"
	"io/fs"
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/topology"
)

// demo is a scenario without mistakes that uses everything; the rows of the
// tests break it.
const demo = `name: demo
title: Everything at once
suite: tests
topology: pair
needs: {daemon: [vrrp, lvs], kernel: [ipvs]}
probes:
  page: {from: client, http: "http://192.168.0.5/", every: 100ms, timeout: 1s}
  echo: {from: client, ping: 192.168.0.5}
  who: {from: client, arp: 192.168.0.5}
steps:
  - name: start
    do:
      - start: [web1/keepalived, web2/keepalived]
      - run: {node: client, args: [ip, neigh, flush, all]}
      - request: {name: visit, from: client, http: "http://web1/", count: 3}
    expect:
      - takeover: {vrid: 51, to: web1}
      - garp: {address: 192.168.0.5, node: web1}
      - adverts: {vrid: 51, node: web1, count: 3}
      - master: {vrid: 51, node: web1}
      - vip: {address: 192.168.0.5, node: web1, prefix: 32, ignore: [client]}
      - arp: {address: 192.168.0.5, node: web1}
      - http: {probe: visit, body: web1, count: 3}
    within: 20s
  - name: break
    do:
      - fault: {name: link-down, target: "web1:eth0"}
      - fault: {name: priority, target: master(51)/keepalived, vrid: 51, priority: 40}
      - stop: backup(51)/keepalived
      - heal: {name: link-down, target: "web1:eth0"}
    expect:
      - takeover: {vrid: 51, from: web1, to: web2, resigned: false}
      - http: {probe: page, share: {web1: 2, web2: 1}, max-gap: 2s}
      - ping: {probe: echo, count: 2}
      - log: {node: web2, phrase: MASTER STATE, count: 1, facility: local3}
      - mail: {node: web2, subjects: [up], only: true}
      - process: {node: web1, service: keepalived, running: true}
      - ipvs: {node: web1, service: "TCP 192.168.0.5:80", scheduler: wrr, forward: Route, servers: {"192.168.0.3:80": 1}}
      - file: {node: web2, path: /var/log/state.log, lines: ["[Master]"], only: true}
      - outage: {probe: page, vrid: 51, from: web1, to: web2, script: chk}
      - script: {node: web1, name: chk, up: true, after: keepalived}
      - neighbour: {node: client, address: 192.168.0.5, at: web2}
always:
  - {id: one, title: never two, single-master: {vrid: 51, allow: 5ms}}
`

func pair(t *testing.T) map[string]*topology.Topology {
	t.Helper()
	top := &topology.Topology{
		Name: "pair", Title: "two servers and a client",
		Networks: map[string]*topology.Network{"lan": {}},
		Nodes: map[string]*topology.Node{
			"web1":   server("192.168.0.3/24"),
			"web2":   server("192.168.0.4/24"),
			"client": {Interfaces: map[string]*topology.Interface{"eth0": {Network: "lan"}}},
		},
	}
	top.Nodes["web2"].Services["mail"] = &topology.Service{Mail: &topology.Mail{}}
	if err := top.Validate(); err != nil {
		t.Fatal(err)
	}
	top.FillDefaults()
	return map[string]*topology.Topology{"pair": top}
}

func server(address string) *topology.Node {
	return &topology.Node{
		Interfaces: map[string]*topology.Interface{
			"eth0": {Network: "lan", Addresses: []netip.Prefix{netip.MustParsePrefix(address)}},
		},
		Services: map[string]*topology.Service{"keepalived": {HA: &topology.HA{}}},
	}
}

func loadDemo(t *testing.T, src string) (*Scenario, error) {
	t.Helper()
	const file = "pair/scenarios/demo.yaml"
	return Load(fstest.MapFS{file: {Data: []byte(src)}}, "labs", file, pair(t))
}

func TestLoad(t *testing.T) {
	got, err := loadDemo(t, demo)
	if err != nil {
		t.Fatal(err)
	}
	no := false
	vip := netip.MustParseAddr("192.168.0.5")
	want := &Scenario{
		Name: "demo", Title: "Everything at once", Suite: "tests", Topology: "pair",
		Needs: Needs{Daemon: []string{"vrrp", "lvs"}, Kernel: []string{"ipvs"}},
		Probes: map[string]*Probe{
			"page": {From: "client", HTTP: "http://192.168.0.5/", Every: 100 * time.Millisecond, Timeout: time.Second},
			"echo": {From: "client", Ping: vip},
			"who":  {From: "client", ARP: vip},
		},
		Steps: []*Step{{
			Name: "start", Within: 20 * time.Second,
			Do: []Action{
				{Start: Targets{"web1/keepalived", "web2/keepalived"}},
				{Run: &Command{Node: "client", Args: []string{"ip", "neigh", "flush", "all"}}},
				{Request: &Request{Name: "visit", From: "client", HTTP: "http://web1/", Count: 3}},
			},
			Expect: []expect.Item{
				{Takeover: &expect.Takeover{VRID: 51, To: "web1"}},
				{GARP: &expect.GARP{Address: vip, Node: "web1"}},
				{Adverts: &expect.Adverts{VRID: 51, Node: "web1", Count: 3}},
				{Master: &expect.Master{VRID: 51, Node: "web1"}},
				{VIP: &expect.VIP{Address: vip, Node: "web1", Prefix: 32, Ignore: []string{"client"}}},
				{ARP: &expect.ARP{Address: vip, Node: "web1"}},
				{HTTP: &expect.HTTP{Probe: "visit", Body: "web1", Count: 3}},
			},
		}, {
			Name: "break",
			Do: []Action{
				{Fault: &Fault{Name: "link-down", Target: "web1:eth0"}},
				{Fault: &Fault{Name: "priority", Target: "master(51)/keepalived", VRID: 51, Priority: 40}},
				{Stop: Targets{"backup(51)/keepalived"}},
				{Heal: &Fault{Name: "link-down", Target: "web1:eth0"}},
			},
			Expect: []expect.Item{
				{Takeover: &expect.Takeover{VRID: 51, From: "web1", To: "web2", Resigned: &no}},
				{HTTP: &expect.HTTP{Probe: "page", Share: map[string]int{"web1": 2, "web2": 1}, MaxGap: 2 * time.Second}},
				{Ping: &expect.Ping{Probe: "echo", Count: 2}},
				{Log: &expect.Log{Node: "web2", Phrase: "MASTER STATE", Count: 1, Facility: "local3"}},
				{Mail: &expect.Mail{Node: "web2", Subjects: []string{"up"}, Only: true}},
				{Process: &expect.Process{Node: "web1", Service: "keepalived", Running: true}},
				{IPVS: &expect.IPVS{Node: "web1", Service: "TCP 192.168.0.5:80", Scheduler: "wrr", Forward: "Route", Servers: map[string]int{"192.168.0.3:80": 1}}},
				{File: &expect.File{Node: "web2", Path: "/var/log/state.log", Lines: []string{"[Master]"}, Only: true}},
				{Outage: &expect.Outage{Probe: "page", VRID: 51, From: "web1", To: "web2", Script: "chk"}},
				{Script: &expect.Script{Node: "web1", Name: "chk", Up: true, After: "keepalived"}},
				{Neighbour: &expect.Neighbour{Node: "client", Address: vip, At: "web2"}},
			},
		}},
		Always: []expect.Item{{ID: "one", Title: "never two", SingleMaster: &expect.SingleMaster{VRID: 51, Allow: 5 * time.Millisecond}}},
		File:   "labs/pair/scenarios/demo.yaml",
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Addr{})); diff != "" {
		t.Error(diff)
	}
	if got.ID() != "tests/pair/demo" {
		t.Errorf("ID is %s", got.ID())
	}
	if err := got.Validate(pair(t)["pair"]); err != nil {
		t.Errorf("loaded, but not valid: %v", err)
	}
}

func TestLoadWithoutFile(t *testing.T) {
	_, err := Load(fstest.MapFS{}, "labs", "pair/scenarios/none.yaml", nil)
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "load scenario labs/pair/scenarios/none.yaml") {
		t.Errorf("got %v", err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(demo)
	f.Add(hostile)
	f.Add(varied)
	f.Add("steps: [{do: [{start: a/b}]}]\n")
	f.Fuzz(func(t *testing.T, src string) {
		s, err := Load(fstest.MapFS{"x.yaml": {Data: []byte(src)}}, "", "x.yaml", pair(t))
		var found topology.Diagnostics
		switch {
		case err != nil && !errors.As(err, &found):
			t.Errorf("error of type %T", err)
		case err == nil:
			if err := s.Validate(pair(t)[s.Topology]); err != nil {
				t.Errorf("loaded, but not valid: %v", err)
			}
		}
	})
}
