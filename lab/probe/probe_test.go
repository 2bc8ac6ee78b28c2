package probe

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"

	"github.com/viplab/viplab/lab/capture/nstest"
	"github.com/viplab/viplab/lab/internal/nsthread"
	"github.com/viplab/viplab/lab/timeline"
)

func TestMain(m *testing.M) { os.Exit(nstest.Main(m)) }

// nsNode is a namespace as probes need it.
type nsNode struct{ ns netns.NsHandle }

func (n nsNode) Do(f func() error) error { return nsthread.Net(n.ns, f) }
func (n nsNode) Net() netns.NsHandle     { return n.ns }

// client is a client on node a of a network with b and c.
func client(t *testing.T) (*Client, *nstest.Net) {
	t.Helper()
	n := nstest.New(t, "a", "b", "c")
	return &Client{Name: "a", Node: nsNode{n.Nodes["a"].NS}, Recorder: nstest.Recorder()}, n
}

// serve answers HTTP on a node.
func serve(t *testing.T, ns netns.NsHandle, address string, h http.HandlerFunc) {
	t.Helper()
	var l net.Listener
	nstest.In(t, ns, func() (err error) {
		l, err = net.Listen("tcp", address)
		return err
	})
	s := &http.Server{Handler: h}
	done := make(chan struct{})
	go func() { defer close(done); _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close(); <-done })
}

func outcomes(t *testing.T, c *Client) []*timeline.Probe {
	t.Helper()
	var all []*timeline.Probe
	for _, e := range c.Recorder.Events() {
		if e.Kind != timeline.KindProbe || e.Node != "a" {
			t.Errorf("unexpected event: %+v", e)
		}
		all = append(all, e.Probe)
	}
	return all
}

func TestHTTP(t *testing.T) {
	c, n := client(t)
	serve(t, n.Nodes["b"].NS, "192.0.2.2:80", func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/gone":
			w.WriteHeader(http.StatusGone)
		case "/slow":
			<-r.Context().Done()
		case "/long":
			fmt.Fprint(w, strings.Repeat("x", 3*maxBody))
		}
		fmt.Fprintln(w, " page of", r.Host)
	})
	for _, tc := range []struct {
		name, url string
		ok        bool
		status    int
		body      string
		failure   string
	}{
		{"answer", "http://192.0.2.2/", true, 200, "page of 192.0.2.2", ""},
		{"status", "http://192.0.2.2/gone", false, 410, "page of 192.0.2.2", ""},
		{"long body", "http://192.0.2.2/long", true, 200, strings.Repeat("x", maxBody), ""},
		{"refused", "http://192.0.2.3/", false, 0, "", "connection refused"},
		{"no answer", "http://192.0.2.2/slow", false, 0, "", "context deadline exceeded"},
		{"nobody there", "http://192.0.2.99/", false, 0, "", "context deadline exceeded"},
		{"no route", "http://198.51.100.1/", false, 0, "", "network is unreachable"},
		{"name", "http://web1/", false, 0, "", "address to connect to"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c.Recorder = nstest.Recorder()
			if err := c.Request(t.Context(), "p", Target{HTTP: tc.url, Timeout: 300 * time.Millisecond}, 1); err != nil {
				t.Fatal(err)
			}
			p := outcomes(t, c)[0]
			if p.OK != tc.ok || p.Status != tc.status || p.Body != tc.body || !strings.Contains(p.Error, tc.failure) {
				t.Errorf("got ok %t, status %d, body %q, error %q", p.OK, p.Status, p.Body, p.Error)
			}
			if p.Name != "p" || p.Proto != "http" || p.Target != tc.url || p.Seq != 1 {
				t.Errorf("got %+v", p)
			}
		})
	}
}

// Source ports come one after the other, and what another socket has is passed
// over.
func TestPorts(t *testing.T) {
	c, n := client(t)
	c.Ports = new(Ports)
	serve(t, n.Nodes["a"].NS, fmt.Sprintf("192.0.2.1:%d", firstPort+1), nil)
	serve(t, n.Nodes["b"].NS, "192.0.2.2:80", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.RemoteAddr) })
	for range 2 {
		if err := c.Request(t.Context(), "p", Target{HTTP: "http://192.0.2.2/", Timeout: time.Second}, 2); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, p := range outcomes(t, c) {
		got = append(got, p.Body)
	}
	want := []string{"192.0.2.1:10000", "192.0.2.1:10002", "192.0.2.1:10003", "192.0.2.1:10004"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("clients (-want +got):\n%s", diff)
	}
}

// A client that keeps its connection is served by it alone: when the server closes
// it, every later request fails, though the server would take another.
func TestHTTPKeepsItsConnection(t *testing.T) {
	c, n := client(t)
	var served atomic.Int32
	serve(t, n.Nodes["b"].NS, "192.0.2.2:80", func(w http.ResponseWriter, r *http.Request) {
		if served.Add(1) == 3 {
			w.Header().Set("Connection", "close")
		}
		fmt.Fprint(w, r.RemoteAddr)
	})
	if err := c.Request(t.Context(), "p", Target{HTTP: "http://192.0.2.2/", Keep: true, Timeout: time.Second}, 5); err != nil {
		t.Fatal(err)
	}
	all := outcomes(t, c)
	for i, p := range all {
		if i < 3 && (!p.OK || p.Body != all[0].Body) || i >= 3 && (p.OK || !strings.Contains(p.Error, ErrBroken.Error())) {
			t.Errorf("request %d: ok %t, body %q, error %q", i+1, p.OK, p.Body, p.Error)
		}
	}
	if n := served.Load(); n != 3 {
		t.Errorf("%d requests were served, want 3", n)
	}
}

func TestPing(t *testing.T) {
	c, _ := client(t)
	for _, tc := range []struct {
		to string
		ok bool
	}{{"192.0.2.2", true}, {"192.0.2.99", false}} {
		t.Run(tc.to, func(t *testing.T) {
			c.Recorder = nstest.Recorder()
			target := Target{Ping: netip.MustParseAddr(tc.to), Timeout: 200 * time.Millisecond}
			if err := c.Request(t.Context(), "p", target, 3); err != nil {
				t.Fatal(err)
			}
			all := outcomes(t, c)
			if len(all) != 3 {
				t.Fatalf("got %d outcomes, want 3", len(all))
			}
			for i, p := range all {
				if p.OK != tc.ok || p.Seq != i+1 || (p.Error == "") != tc.ok {
					t.Errorf("request %d: got %+v", i+1, p)
				}
			}
		})
	}
}

// own gives a node an address besides its own.
func own(t *testing.T, ns netns.NsHandle, addr string) {
	t.Helper()
	nstest.In(t, ns, func() error {
		l, err := netlink.LinkByName("eth0")
		if err != nil {
			return err
		}
		a, err := netlink.ParseAddr(addr)
		if err != nil {
			return err
		}
		return netlink.AddrAdd(l, a)
	})
}

func TestARPNamesAllWhoAnswer(t *testing.T) {
	c, n := client(t)
	target := Target{ARP: netip.MustParseAddr("192.0.2.50"), Timeout: 200 * time.Millisecond}
	ask := func() *timeline.Probe {
		c.Recorder = nstest.Recorder()
		if err := c.Request(t.Context(), "p", target, 1); err != nil {
			t.Fatal(err)
		}
		return outcomes(t, c)[0]
	}
	if p := ask(); p.OK || p.Error != "no answer" {
		t.Errorf("nobody holds it: got %+v", p)
	}
	own(t, n.Nodes["b"].NS, "192.0.2.50/32")
	if p := ask(); !p.OK || p.MAC != n.Nodes["b"].MAC {
		t.Errorf("b holds it: got %+v", p)
	}
	own(t, n.Nodes["c"].NS, "192.0.2.50/32")
	if p := ask(); !strings.Contains(p.MAC, n.Nodes["b"].MAC) || !strings.Contains(p.MAC, n.Nodes["c"].MAC) {
		t.Errorf("b and c hold it: got %q", p.MAC)
	}
}

func TestARPOfAnotherNetwork(t *testing.T) {
	c, _ := client(t)
	err := c.Request(t.Context(), "p", Target{ARP: netip.MustParseAddr("198.51.100.1")}, 1)
	if err == nil || !strings.Contains(err.Error(), "no network of the node") {
		t.Errorf("got %v", err)
	}
}

func TestSeriesGoesOnWithoutAnswers(t *testing.T) {
	c, n := client(t)
	first := make(chan struct{}, 1)
	first <- struct{}{}
	serve(t, n.Nodes["b"].NS, "192.0.2.2:80", func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-first:
			<-r.Context().Done() // this client waits in vain
		default:
		}
	})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		done <- c.Series(ctx, "p", Target{HTTP: "http://192.0.2.2/", Timeout: time.Minute}, time.Millisecond)
	}()
	nstest.Wait(t, c.Recorder, func(e timeline.Event) bool { return e.Probe.Seq >= 5 && e.Probe.OK })
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for _, p := range outcomes(t, c) {
		if !p.OK {
			t.Errorf("a request that was cut off is recorded: %+v", p)
		}
	}
}
