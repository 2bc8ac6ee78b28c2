package control

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/viplab/viplab/daemon/status"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var update = flag.Bool("update", false, "write the golden files anew")

// backend is a daemon that notes what it is asked for.
type backend struct {
	status *status.Status
	fail   error
	asked  []string
}

func (b *backend) Status(context.Context) (*status.Status, error) { return b.status, b.fail }
func (b *backend) Switchover(_ context.Context, name string) error {
	return b.note("switchover " + name)
}
func (b *backend) Maintenance(_ context.Context, name string, on bool) error {
	return b.note(fmt.Sprintf("maintenance %q %v", name, on))
}
func (b *backend) Reload(context.Context) error { return b.note("reload") }
func (b *backend) note(text string) error       { b.asked = append(b.asked, text); return b.fail }

// serve runs b and returns its socket.
func serve(t *testing.T, b Backend) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "vipd.sock")
	l, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- Serve(ctx, l, b) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(path); err == nil {
			t.Error("the socket stayed behind")
		}
	})
	return path
}

func sample() *status.Status {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	return &status.Status{
		Schema: status.Schema, Version: "0.1.0", PID: 77, Started: now.Add(-time.Hour), Now: now, Config: "/etc/keepalived/keepalived.conf", Loaded: now.Add(-90 * time.Second),
		Refused:   "keepalived.conf:3: Unknown keyword",
		Processes: []status.Process{{Name: "vrrp", PID: 78, Started: now.Add(-time.Minute), Restarts: 2}},
		Instances: []status.Instance{
			{Name: "VI_1", Group: "G", Interface: "eth0", Device: "vrrp.51", Family: "IPv4", Version: 2, VRID: 51, State: "MASTER", Wanted: "MASTER", Since: now.Add(-192 * time.Second),
				Cause:          "no advert for 3.609 s",
				Priority:       status.Priority{Base: 100, Effective: 82, Parts: []status.Part{{Tracker: "script chk", Weight: -20, Text: "failed with status 1"}, {Tracker: "interface eth1", Weight: 2, Text: "up"}}},
				Source:         netip.MustParseAddr("192.168.0.3"),
				AdvertInterval: 1, MasterInterval: 1, MasterDown: 3.6796875,
				Addresses: []status.Address{{Prefix: netip.MustParsePrefix("192.168.0.5/32"), Interface: "eth0", Held: true}, {Prefix: netip.MustParsePrefix("10.0.0.1/24"), Interface: "eth1", Excluded: true}},
				Timers:    []status.Timer{{Name: "advert", In: 0.41}, {Name: "gratuitous ARP", In: 3.2}},
				Peers:     []status.Peer{{Address: netip.MustParseAddr("192.168.0.4"), Priority: 50, Interval: 1, Heard: now.Add(-2100 * time.Millisecond), Adverts: 17}},
				Discards:  map[string]uint64{"bad_checksum": 3, "bad_ttl": 1, "own_address": 0},
				Stats:     status.Stats{AdvertsSent: 193, AdvertsReceived: 17, BecameMaster: 1, GARPSent: 10}},
			{Name: "VI_2", Interface: "eth1", Device: "eth1", Family: "IPv6", Version: 3, VRID: 52, State: "FAULT", Since: now.Add(-200 * time.Millisecond),
				Cause: "eth1 is down", Faults: []string{"eth1 is down", "maintenance"}, Maintenance: true, Priority: status.Priority{Base: 254, Effective: 254},
				Master: netip.MustParseAddr("fe80::4"), MasterPriority: 200, AdvertInterval: 0.01, MasterDown: 0.030078125},
			{Name: "VI_3", Interface: "eth0", Family: "IPv4", Version: 3, VRID: 53, State: "BACKUP", Since: now.Add(-72 * time.Hour),
				Priority: status.Priority{Base: 10, Effective: 1, Parts: []status.Part{{Tracker: "file f", Weight: -30, Text: "-30"}}}},
		},
		Groups:   []status.Group{{Name: "G", State: "MASTER", Since: now.Add(-192 * time.Second), Members: []string{"VI_1"}}},
		Trackers: []status.Tracker{{Kind: "script", Name: "chk", Known: true, Text: "failed with status 1"}, {Kind: "process", Name: "nginx"}},
		VirtualServers: []status.VirtualServer{
			{Name: "[10.0.0.100]:tcp:80", Protocol: "TCP", Family: "inet", Scheduler: "wrr", Forward: "DR", Up: true, Weight: 12, Quorum: 3, Hysteresis: 1,
				Services: []status.KernelServer{{Name: "[10.0.0.100]:tcp:80", Present: true, Counters: status.Counters{Connections: 100}}},
				Servers: []status.RealServer{
					{Name: "[192.168.0.1]:tcp:80", Forward: "DR", Alive: true, Weight: 10, Configured: 2,
						Kernel: &status.KernelReal{Weight: 10, Active: 3, Inactive: 17, Counters: status.Counters{Connections: 90, BytesIn: 1234, BytesOut: 5678}},
						Checkers: []status.Checker{{Kind: "MISC_CHECK", Up: true, Known: true, Last: now.Add(-1200 * time.Millisecond), Took: 0.025, Next: now.Add(800 * time.Millisecond), Checks: 40},
							{Kind: "BFD_CHECK", Up: true}}},
					{Name: "[192.168.0.2]:tcp:80", Forward: "DR", Alive: true, Weight: 2, Configured: 2, Kernel: &status.KernelReal{Weight: 0},
						Checkers: []status.Checker{{Kind: "TCP_CHECK", Up: true, Known: true, Last: now.Add(-time.Second), Reason: "connection refused", Failures: 1, Next: now.Add(time.Second)}}},
				}},
			{Name: "FWM 5", Family: "inet6", Scheduler: "rr", Forward: "NAT", Quorum: 1, Suspended: true, Sorry: &status.Sorry{Name: "[fe80::9]:none:0", Active: true},
				Services: []status.KernelServer{{Name: "FWM 5"}},
				Servers: []status.RealServer{{Name: "[fe80::1]:none:0", Forward: "NAT", Weight: 1, Configured: 1,
					Checkers: []status.Checker{{Kind: "HTTP_GET", Known: true, Last: now.Add(-90 * time.Second), Took: 5, Reason: "HTTP status 503, want 200"}}}}},
		},
		IPVS:    "the kernel has no IPVS",
		Receive: status.Receive{UnknownVRID: 5, Discards: map[string]uint64{"bad_header": 2}},
		Lost:    status.Lost{Lines: 4},
	}
}

// command runs a command line against the socket at path.
func command(t *testing.T, path string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	root := Root("0.1.0")
	root.SetArgs(append(args, "--control", path))
	root.SetOut(&out)
	root.SetErr(&out)
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

func TestStatusText(t *testing.T) {
	path := serve(t, &backend{status: sample()})
	for name, args := range map[string][]string{
		"status": {"status"}, "brief": {"status", "--brief"}, "one": {"status", "VI_2"}, "server": {"status", "FWM 5"}, "server-json": {"status", "--json", "[10.0.0.100]:tcp:80"}, "json": {"status", "--json", "VI_3"}, "help": {"help"},
	} {
		got, err := command(t, path, args...)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		golden(t, name, got)
	}
	var colour bytes.Buffer
	if err := (Text{Color: true}).Write(&colour, sample()); err != nil || !strings.Contains(colour.String(), "\x1b[32mMASTER\x1b[0m") {
		t.Errorf("no colour: %v, %q", err, colour.String())
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got)\n%s", name, diff)
	}
}

func TestOrders(t *testing.T) {
	b := &backend{status: sample()}
	path := serve(t, b)
	for _, args := range [][]string{{"switchover", "VI_1"}, {"maintenance", "on"}, {"maintenance", "off", "VI_2"}, {"reload"}} {
		if out, err := command(t, path, args...); err != nil {
			t.Errorf("%v: %v, %s", args, err, out)
		}
	}
	want := []string{"switchover VI_1", `maintenance "" true`, `maintenance "VI_2" false`, "reload"}
	if diff := cmp.Diff(want, b.asked); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestErrors(t *testing.T) {
	gone := filepath.Join(t.TempDir(), "none.sock")
	rows := []struct {
		fail error
		args []string
		kind error
		text string
	}{
		{nil, []string{"status", "VI_4"}, ErrNoInstance, `no such vrrp_instance: "VI_4", did you mean "VI_3"?`},
		{nil, []string{"maintenance", "maybe"}, nil, `maintenance is either on or off, not "maybe"`},
		{nil, []string{"switchover"}, nil, "accepts 1 arg(s), received 0"},
		{NoInstance("VI_2x", []string{"VI_2"}), []string{"switchover", "VI_2x"}, ErrNoInstance, `no such vrrp_instance: "VI_2x", did you mean "VI_2"?`},
		{fmt.Errorf("VI_2: %w", ErrNotMaster), []string{"switchover", "VI_2"}, ErrNotMaster, "VI_2: instance is not MASTER here"},
		{errors.New("keepalived.conf:3: no"), []string{"reload"}, nil, "keepalived.conf:3: no"},
		{errors.New("busy"), []string{"status"}, nil, "busy"},
	}
	for _, row := range rows {
		t.Run(strings.Join(row.args, " "), func(t *testing.T) {
			path := serve(t, &backend{status: sample(), fail: row.fail})
			_, err := command(t, path, row.args...)
			if err == nil || err.Error() != row.text || row.kind != nil && !errors.Is(err, row.kind) {
				t.Errorf("got %v, want %q", err, row.text)
			}
		})
	}
	if _, err := command(t, gone, "status"); !errors.Is(err, ErrNotRunning) || !strings.Contains(err.Error(), gone) {
		t.Errorf("without a daemon: %v", err)
	}
}

func TestListen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vipd.sock")
	l, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info, err)
	}
	if _, err := Listen(path); !errors.Is(err, ErrInUse) {
		t.Errorf("second: %v", err)
	}
	if err := l.(*socket).Listener.Close(); err != nil { // as a crash leaves it
		t.Fatal(err)
	}
	again, err := Listen(path)
	if err != nil {
		t.Fatalf("after a crash: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

func TestHostileRequests(t *testing.T) {
	path := serve(t, &backend{status: sample()})
	c := Dial(path)
	for _, body := range []any{"text", map[string]any{"instance": 7}, map[string]any{"unknown": true}, map[string]any{"instance": strings.Repeat("x", 2*maxRequest)}} {
		if err := c.call(t.Context(), "POST", "switchover", body, nil); err == nil || !strings.HasPrefix(err.Error(), "read request") {
			t.Errorf("%.20v: %v", body, err)
		}
	}
	if err := c.call(t.Context(), "GET", "nothing", nil, nil); err == nil {
		t.Error("an unknown path was answered")
	}
}

func TestCompletion(t *testing.T) {
	path := serve(t, &backend{status: sample()})
	var out bytes.Buffer
	root := Root("")
	root.SetArgs([]string{"__complete", "--control", path, "switchover", ""})
	root.SetOut(&out)
	root.SetErr(&bytes.Buffer{})
	if err := root.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(out.String(), "VI_1\nVI_2\nVI_3\n") {
		t.Errorf("got %q", out.String())
	}
}
