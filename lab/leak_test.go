package lab

import (
	"errors"
	"net/netip"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vishvananda/netlink"
	"go.uber.org/goleak"

	"github.com/viplab/viplab/lab/capture/nstest"
	"github.com/viplab/viplab/lab/topology"
)

// TestCloseLeavesNothing compares this process before and after a lab.
func TestCloseLeavesNothing(t *testing.T) {
	open := func() {
		l, err := Open(t.Context(), pair(), Options{Daemon: keepalived(t), Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	open() // what is made once and kept, such as the runtime's poller
	before, links := nstest.Descriptors(), linkNames(t)
	open()
	goleak.VerifyNone(t)
	if leaked := nstest.Leaked(before); len(leaked) > 0 {
		t.Errorf("descriptors left open: %v", leaked)
	}
	if diff := cmp.Diff(links, linkNames(t)); diff != "" {
		t.Errorf("links of this namespace (-before +after):\n%s", diff)
	}
}

func linkNames(t *testing.T) []string {
	t.Helper()
	links, err := netlink.LinkList()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, l := range links {
		names = append(names, l.Attrs().Name)
	}
	return names
}

// TestOpenThatFailsLeavesNothing breaks labs at several moments of their making.
func TestOpenThatFailsLeavesNothing(t *testing.T) {
	for _, tc := range []struct {
		name  string
		spoil func(*topology.Topology)
	}{
		{"no such network", func(top *topology.Topology) { top.Nodes["n2"].Interfaces["eth0"].Network = "nowhere" }},
		{"no configuration", func(top *topology.Topology) { top.Files = nil }},
		{"an address twice", func(top *topology.Topology) {
			i := top.Nodes["n2"].Interfaces["eth0"]
			i.Addresses = append(i.Addresses, i.Addresses[0])
		}},
		{"no such sysctl", func(top *topology.Topology) { top.Nodes["n1"].Sysctls = map[string]string{"net.ipv4.no_such": "1"} }},
		{"gateway out of reach", func(top *topology.Topology) {
			top.Nodes["client"].Routes = []topology.Route{{To: "default", Via: netip.MustParseAddr("198.51.100.1")}}
		}},
		{"no such program", func(top *topology.Topology) {
			top.Nodes["client"].Services = map[string]*topology.Service{"x": {Command: []string{"/no/such/program"}}}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before := nstest.Descriptors()
			top := pair()
			tc.spoil(top)
			l, err := Open(t.Context(), top, Options{Daemon: keepalived(t)})
			if err == nil {
				l.Close()
				t.Fatal("it opened")
			}
			t.Log(err)
			goleak.VerifyNone(t)
			if leaked := nstest.Leaked(before); len(leaked) > 0 {
				t.Errorf("descriptors left open: %v", leaked)
			}
		})
	}
}

func TestUnknownNames(t *testing.T) {
	l := Start(t, pair(), Options{Daemon: keepalived(t)})
	_, noNode := l.Node("n9")
	_, noRole := l.Resolve("master(9)")
	for name, err := range map[string]error{
		"node":      noNode,
		"service":   l.StartService(t.Context(), "n1", "httpd"),
		"interface": system{l.Lab}.SetPort("n1", "eth7", false),
	} {
		if !errors.Is(err, ErrUnknown) {
			t.Errorf("%s: got %v, want ErrUnknown", name, err)
		}
	}
	if !errors.Is(noRole, ErrNoRole) {
		t.Errorf("role: got %v, want ErrNoRole", noRole)
	}
	if _, err := os.Stat("timeline.ndjson"); err == nil {
		t.Error("a lab without a folder wrote one")
	}
}
