package lab

import (
	"context"
	"fmt"
	"net/netip"
	"testing"
	"testing/fstest"

	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/fault"
	"github.com/viplab/viplab/lab/ha"
	"github.com/viplab/viplab/lab/probe"
	"github.com/viplab/viplab/lab/topology"
)

var vip = netip.MustParseAddr("192.0.2.50")

// pair is two directors, n1 preferred, and a client.
func pair() *topology.Topology {
	director := func(addr string) *topology.Node {
		return &topology.Node{
			Interfaces: map[string]*topology.Interface{"eth0": {Network: "lan", Addresses: []netip.Prefix{netip.MustParsePrefix(addr)}}},
			Services:   map[string]*topology.Service{"keepalived": {HA: &topology.HA{}}},
		}
	}
	client := director("192.0.2.9/24")
	client.Services = nil
	const conf = `vrrp_instance V {
    interface eth0
    virtual_router_id 51
    priority %d
    advert_int 1
    virtual_ipaddress {
        192.0.2.50/24
    }
}
`
	file := func(priority int) *fstest.MapFile { return &fstest.MapFile{Data: fmt.Appendf(nil, conf, priority)} }
	return &topology.Topology{
		Name: "pair", Title: "Two directors",
		Networks: map[string]*topology.Network{"lan": {}},
		Nodes:    map[string]*topology.Node{"n1": director("192.0.2.1/24"), "n2": director("192.0.2.2/24"), "client": client},
		Files: fstest.MapFS{
			"n1/etc/keepalived/keepalived.conf": file(100),
			"n2/etc/keepalived/keepalived.conf": file(50),
		},
	}
}

// keepalived finds the real thing.
func keepalived(t *testing.T) ha.Daemon {
	t.Helper()
	d, err := ha.Find(t.Context(), "keepalived")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// settled is a pair in which n1 is Master and everything is quiet.
func settled(t *testing.T) *T {
	t.Helper()
	if testing.Short() {
		t.Skip("takes ten seconds and more on the real clock; run without -short")
	}
	l := Start(t, pair(), Options{Daemon: keepalived(t)})
	l.Expect(
		&expect.Takeover{VRID: 51, To: "n1"}, &expect.GARP{Address: vip, Node: "n1"},
		&expect.Master{VRID: 51, Node: "n1"}, &expect.VIP{Address: vip, Node: "n1"},
	)
	return l
}

// What each fault does to keepalived 2.2.7, and its heal after it.
func TestFaults(t *testing.T) {
	daemon := fault.Service{Node: "n1", Name: "keepalived"}
	eth0 := fault.Interface{Node: "n1", Name: "eth0"}
	yes, no := true, false
	taken := func(resigned *bool) []expect.Expectation {
		return []expect.Expectation{
			&expect.Takeover{VRID: 51, From: "n1", To: "n2", Resigned: resigned},
			&expect.GARP{Address: vip, Node: "n2"}, &expect.Master{VRID: 51, Node: "n2"},
		}
	}
	back := []expect.Expectation{&expect.Master{VRID: 51, Node: "n1"}, &expect.VIP{Address: vip, Node: "n1"}}
	onlyN2 := &expect.VIP{Address: vip, Node: "n2"}
	for _, tc := range []struct {
		fault  fault.Fault
		expect []expect.Expectation
		also   expect.Expectation
	}{
		{fault.Stop{Service: daemon}, taken(&yes), onlyN2},
		{fault.KillParent{Service: daemon}, taken(&yes), onlyN2},
		{fault.KillAll{Service: daemon}, taken(&no), &expect.Process{Node: "n1", Service: "keepalived"}},
		{fault.Pause{Service: daemon}, taken(&no), &expect.Process{Node: "n1", Service: "keepalived", Running: true}},
		{fault.LinkDown{Interface: eth0}, taken(&no), onlyN2},
		{fault.PortDown{Interface: eth0}, taken(&no), onlyN2},
		{fault.Priority{Service: daemon, VRID: 51, Priority: 40}, []expect.Expectation{&expect.Master{VRID: 51, Node: "n2"}}, onlyN2},
	} {
		t.Run(tc.fault.Name(), func(t *testing.T) {
			l := settled(t)
			heal := l.Do(tc.fault)
			l.Expect(append(tc.expect, tc.also)...)
			heal()
			l.Expect(back...)
		})
	}
}

func TestKilledChildIsStartedAgain(t *testing.T) {
	l := settled(t)
	l.Do(fault.KillChild{Service: fault.Service{Node: "n1", Name: "keepalived"}})
	l.Expect(
		&expect.Log{Node: "n1", Phrase: "died: Respawning"}, &expect.Master{VRID: 51, Node: "n1"},
		&expect.Process{Node: "n1", Service: "keepalived", Running: true},
	)
}

func TestDetachedPortMakesTwoMasters(t *testing.T) {
	l := settled(t)
	l.Do(fault.PortDetach{Interface: fault.Interface{Node: "n1", Name: "eth0"}})
	l.Expect(&expect.Takeover{VRID: 51, From: "n1", To: "n2"}, &expect.GARP{Address: vip, Node: "n2"})
	// Both kernels own the address now, and only a partition hides it.
	verdict := expect.Overall(l.Judge(0, &expect.SingleMaster{VRID: 51}))
	if verdict != expect.Fail {
		t.Errorf("never two masters: got %s, want fail", verdict)
	}
}

func TestRolesFollowTheMaster(t *testing.T) {
	l := settled(t)
	is := func(role, want string) {
		t.Helper()
		if got, err := l.Resolve(role); err != nil || got != want {
			t.Errorf("%s is %q, %v; want %q", role, got, err, want)
		}
	}
	is("master(51)", "n1")
	is("backup(51)", "n2")
	l.Do(fault.Stop{Service: fault.Service{Node: "n1", Name: "keepalived"}})
	l.Expect(&expect.Master{VRID: 51, Node: "n2"})
	is("master(51)", "n2")
	is("backup(51)", "n1")
}

func TestARPIsAnsweredByTheMasterAlone(t *testing.T) {
	l := settled(t)
	n, err := l.Node("client")
	if err != nil {
		t.Fatal(err)
	}
	c := &probe.Client{Name: "client", Node: n, Recorder: l.Recorder}
	if err := c.Request(t.Context(), "who-has", probe.Target{ARP: vip}, 3); err != nil {
		t.Fatal(err)
	}
	l.Expect(&expect.ARP{Address: vip, Node: "n1"})
}

// TestNginx runs the real one, as a topology may name it. Its workers stay root:
// in an ordinary user's namespaces there is nobody else.
func TestNginx(t *testing.T) {
	top := pair()
	top.Nodes["n1"].Services = map[string]*topology.Service{"nginx": {Nginx: &topology.Nginx{}}}
	top.Files = fstest.MapFS{
		"n1/etc/nginx/nginx.conf":           {Data: []byte("user root;\nevents {}\nhttp { server { listen 80; root /srv/www; } }\n")},
		"n1/srv/www/index.html":             {Data: []byte("page of nginx\n")},
		"n2/etc/keepalived/keepalived.conf": pair().Files.(fstest.MapFS)["n2/etc/keepalived/keepalived.conf"],
	}
	l := Start(t, top, Options{Daemon: keepalived(t)})
	n, err := l.Node("client")
	if err != nil {
		t.Fatal(err)
	}
	c := &probe.Client{Name: "client", Node: n, Recorder: l.Recorder}
	asking, stop := context.WithCancel(t.Context())
	asked := make(chan error, 1)
	go func() { asked <- c.Series(asking, "page", probe.Target{HTTP: "http://192.0.2.1/"}, 0) }()
	defer func() {
		stop()
		if err := <-asked; err != nil {
			t.Error(err)
		}
	}()
	l.Expect(&expect.HTTP{Probe: "page", Body: "page of nginx", Settle: true},
		&expect.Process{Node: "n1", Service: "nginx", Running: true})
	l.Do(fault.Stop{Service: fault.Service{Node: "n1", Name: "nginx"}})
	l.Expect(&expect.Process{Node: "n1", Service: "nginx"})
}
