package dump

import (
	"bytes"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/status"
)

// TestCheck holds the lines about services and servers against what keepalived
// 2.2.7 wrote in the same state, testdata/keepalived_check.data: the same values
// under the same labels, in the same order. What vipd does not have of it is left
// out; what it has in addition is in its golden file only.
func TestCheck(t *testing.T) {
	cfg, _ := conf.Load("testdata/check.conf") // with advice
	if cfg == nil {
		t.Fatal("no configuration")
	}
	now := time.Unix(1795189985, 0).UTC()
	checker := func(usec int64, up bool) status.Checker {
		c := status.Checker{Kind: "MISC_CHECK", Up: up, Known: true, Last: time.Unix(1795189984, usec*1000).UTC()}
		if !up {
			c.Reason = "exited with status 1"
		}
		return c
	}
	server := func(address, name string, weight, configured int, checkers ...status.Checker) status.RealServer {
		r := status.RealServer{Name: name, Address: netip.MustParseAddrPort(address), Weight: weight, Configured: configured, Alive: checkers[0].Up, Checkers: checkers}
		if r.Alive {
			r.Kernel = &status.KernelReal{Weight: weight}
		}
		return r
	}
	st := &status.Status{Version: "0.1.0", Now: now, VirtualServers: []status.VirtualServer{
		{Name: "[10.0.0.100]:tcp:80", Protocol: "TCP", Family: "inet", Up: true, Sorry: &status.Sorry{Name: "[10.0.0.9]:tcp:80"}, Services: []status.KernelServer{{Present: true}},
			Servers: []status.RealServer{
				server("10.0.0.1:80", "[10.0.0.1]:tcp:80", 2, 2, checker(380479, true), checker(380480, true)),
				server("10.0.0.2:80", "[10.0.0.2]:tcp:80", 3, 2, checker(400481, true)),
				server("10.0.0.3:80", "[10.0.0.3]:tcp:80", 1, 1, checker(380485, false)),
			}},
		{Name: "FWM 5", Family: "inet", Up: true, Services: []status.KernelServer{{Present: true}},
			Servers: []status.RealServer{server("10.0.0.1:0", "[10.0.0.1]:none:0", 1, 1, checker(380487, true))}},
		{Name: "[G]:0", Protocol: "TCP", Family: "inet", Up: true, Services: []status.KernelServer{{Present: true}},
			Servers: []status.RealServer{server("10.0.0.1:0", "[10.0.0.1]:tcp:0", 1, 1, checker(380486, true))}},
	}}
	var b bytes.Buffer
	if err := WriteCheck(&b, cfg, st); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("testdata/vipd_check.data", b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(read(t, "vipd_check.data"), b.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	theirs, ours := topology(read(t, "keepalived_check.data")), topology(b.String())
	for _, line := range ours {
		at := -1
		for n, l := range theirs {
			if l == line {
				at = n
				break
			}
		}
		if at < 0 {
			t.Errorf("keepalived has no %q at this place; next is %q", line, first(theirs))
			continue
		}
		theirs = theirs[at+1:]
	}
}

// topology is what stands after the global definitions, without what is vipd's
// alone and what is spelt in another way.
func topology(text string) []string {
	_, text, _ = strings.Cut(text, "------< LVS Topology >------\n")
	var list []string
	for line := range strings.Lines(text) {
		label, _, _ := strings.Cut(strings.TrimSpace(line), " =")
		switch label {
		case "Active connections", "Inactive connections", "Last failure", "Last ran", "stands in":
			continue
		}
		list = append(list, strings.ReplaceAll(line, "/usr/bin/sh", "/bin/sh"))
	}
	return list
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}
