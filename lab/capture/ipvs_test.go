package capture

import (
	"errors"
	"net"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/ipvs"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/lab/capture/nstest"
	"github.com/viplab/viplab/lab/timeline"
)

// never is an interval after which no test is running any more: what it records
// was asked for.
const never = 24 * time.Hour

func watchIPVS(t *testing.T, interval time.Duration) (*IPVS, *timeline.Recorder) {
	t.Helper()
	rec := nstest.Recorder()
	w, err := WatchIPVS(nstest.New(t, "lb1").Nodes["lb1"].NS, "lb1", interval, rec)
	if errors.Is(err, ErrNoIPVS) {
		t.Skip("this kernel has no IPVS: the test runs in a guest")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w, rec
}

// director returns a handle to change the table that w watches.
func director(t *testing.T, w *IPVS) *ipvs.Handle {
	t.Helper()
	var h *ipvs.Handle
	if err := w.thread.Do(func() (err error) {
		h, err = ipvs.New("")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h
}

var (
	testService = ipvs.Service{AddressFamily: unix.AF_INET, Protocol: unix.IPPROTO_TCP, Netmask: 0xffffffff,
		Address: net.IPv4(192, 168, 0, 254).To4(), Port: 80, SchedName: "wrr", Flags: persistent, Timeout: 50}
	testServer = ipvs.Destination{AddressFamily: unix.AF_INET, Address: net.IPv4(192, 168, 0, 3).To4(), Port: 80,
		Weight: 1, ConnectionFlags: ipvs.ConnectionFlagDirectRoute}
)

func TestIPVSChanges(t *testing.T) {
	w, rec := watchIPVS(t, never)
	h := director(t, w)
	service, server := testService, testServer
	heavier, masq := testServer, testServer
	heavier.Weight = 3
	masq.Address, masq.ConnectionFlags = net.IPv4(192, 168, 0, 4).To4(), ipvs.ConnectionFlagMasq
	for i, change := range []func() error{
		func() error { return h.NewService(&service) },
		func() error { return h.NewDestination(&service, &server) },
		func() error { return nil },
		func() error { return h.UpdateDestination(&service, &heavier) },
		func() error { return h.NewDestination(&service, &masq) },
		func() error { return h.DelDestination(&service, &server) },
		func() error { return h.DelService(&service) },
	} {
		if err := errors.Join(change(), w.Sample()); err != nil {
			t.Fatalf("change %d: %v", i, err)
		}
	}
	const name = "TCP 192.168.0.254:80"
	want := []timeline.IPVS{
		{Change: "add", Service: name, Scheduler: "wrr", Persistence: 50},
		{Change: "add", Service: name, Destination: "192.168.0.3:80", Forward: "Route", Weight: 1},
		{Change: "change", Service: name, Destination: "192.168.0.3:80", Forward: "Route", Weight: 3},
		{Change: "add", Service: name, Destination: "192.168.0.4:80", Forward: "Masq", Weight: 1},
		{Change: "del", Service: name, Destination: "192.168.0.3:80", Forward: "Route", Weight: 3},
		{Change: "del", Service: name, Destination: "192.168.0.4:80", Forward: "Masq", Weight: 1},
		{Change: "del", Service: name, Scheduler: "wrr", Persistence: 50},
	}
	var got []timeline.IPVS
	for _, e := range rec.Events() {
		if e.Kind != timeline.KindIPVS || e.Node != "lb1" {
			t.Errorf("unexpected event %+v", e)
			continue
		}
		got = append(got, *e.IPVS)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Sampling goes on by itself.
func TestIPVSInterval(t *testing.T) {
	w, rec := watchIPVS(t, time.Millisecond)
	service := testService
	if err := director(t, w).NewService(&service); err != nil {
		t.Fatal(err)
	}
	nstest.Wait(t, rec, func(e timeline.Event) bool { return e.IPVS != nil && e.IPVS.Change == timeline.Added })
}

// A service with more servers than fit a page must be read whole.
func TestIPVSLargeTable(t *testing.T) {
	w, rec := watchIPVS(t, never)
	h := director(t, w)
	service := testService
	if err := h.NewService(&service); err != nil {
		t.Fatal(err)
	}
	const servers = 200
	for i := range servers {
		server := testServer
		server.Address = net.IPv4(10, 0, 0, byte(i+1)).To4()
		if err := h.NewDestination(&service, &server); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Sample(); err != nil {
		t.Fatal(err)
	}
	last := testServer
	last.Address, last.Weight = net.IPv4(10, 0, 0, servers).To4(), 9
	if err := errors.Join(h.UpdateDestination(&service, &last), w.Sample()); err != nil {
		t.Fatal(err)
	}
	if got := len(rec.Events()); got != servers+2 {
		t.Errorf("%d events, want %d", got, servers+2)
	}
}

// Without IPVS the caller must be able to tell, whatever the kernel is.
func TestIPVSAbsent(t *testing.T) {
	w, err := WatchIPVS(nstest.Namespace(t), "lb1", never, nstest.Recorder())
	if err == nil {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		return
	}
	if !errors.Is(err, ErrNoIPVS) {
		t.Errorf("got %v, want ErrNoIPVS", err)
	}
}

func BenchmarkIPVSSample(b *testing.B) {
	w, err := WatchIPVS(nstest.New(b, "lb1").Nodes["lb1"].NS, "lb1", never, nstest.Recorder())
	if errors.Is(err, ErrNoIPVS) {
		b.Skip("this kernel has no IPVS: the benchmark runs in a guest")
	}
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	for b.Loop() {
		if err := w.Sample(); err != nil {
			b.Fatal(err)
		}
	}
}
