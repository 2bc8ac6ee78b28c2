package capture

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/lab/capture/nstest"
	"github.com/viplab/viplab/lab/timeline"
)

func watch(t *testing.T, node *nstest.Node) (*Watcher, *timeline.Recorder) {
	t.Helper()
	rec := nstest.Recorder()
	w, err := Watch(node.NS, "a", rec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w, rec
}

// ipAddr adds or removes an address of eth0.
func ipAddr(t *testing.T, node *nstest.Node, change func(netlink.Link, *netlink.Addr) error, addr, label string) {
	t.Helper()
	nstest.In(t, node.NS, func() error {
		l, err := netlink.LinkByName("eth0")
		if err != nil {
			return err
		}
		a, err := netlink.ParseAddr(addr)
		if err != nil {
			return err
		}
		a.Label = label
		return change(l, a)
	})
}

// since syncs and returns the events from number n on, in brief.
func since(t *testing.T, w *Watcher, rec *timeline.Recorder, n int) []string {
	t.Helper()
	if err := w.Sync(); err != nil {
		t.Fatal(err)
	}
	return brief(rec.Events()[n:])
}

func TestWatcherExisting(t *testing.T) {
	node := nstest.New(t, "a").Nodes["a"]
	_, rec := watch(t, node)
	got := brief(rec.Events())
	for _, want := range []string{
		"add link lo up=true carrier=true",
		"add link eth0 up=true carrier=true",
		"add address lo 127.0.0.1/8 lo",
		"add address eth0 192.0.2.1/24 eth0",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("no event %q in %q", want, got)
		}
	}
	for _, e := range rec.Events() {
		if l := e.Link; l != nil && l.Interface == "eth0" && (l.MAC != node.MAC || l.Type != "veth" || e.Node != "a") {
			t.Errorf("%s: %+v", e.Node, *l)
		}
	}
}

func TestWatcherChanges(t *testing.T) {
	n := nstest.New(t, "a")
	node := n.Nodes["a"]
	w, rec := watch(t, node)
	before := len(rec.Events())
	ipAddr(t, node, netlink.AddrAdd, "192.0.2.99/24", "eth0:0")
	ipAddr(t, node, netlink.AddrReplace, "192.0.2.99/24", "eth0:0") // says it again
	ipAddr(t, node, netlink.AddrDel, "192.0.2.99/24", "eth0:0")
	port := func(f func(netlink.Link) error) {
		nstest.In(t, n.Switch, func() error {
			l, err := netlink.LinkByIndex(node.Port)
			if err != nil {
				return err
			}
			return f(l)
		})
	}
	port(netlink.LinkSetDown)
	nstest.Wait(t, rec, func(e timeline.Event) bool { return e.Link != nil && e.Link.Interface == "eth0" && !e.Link.Carrier })
	port(netlink.LinkDel)
	want := []string{
		"add address eth0 192.0.2.99/24 eth0:0",
		"del address eth0 192.0.2.99/24 eth0:0",
		"change link eth0 up=true carrier=false",
		"del address eth0 192.0.2.1/24 eth0",
		"del link eth0 up=false carrier=false",
	}
	got := since(t, w, rec, before)
	// On its way out the link is set down first, of which kernels tell or not.
	got = slices.DeleteFunc(got, func(s string) bool { return s == "change link eth0 up=false carrier=false" })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A bridge says RTM_DELLINK of a port that leaves it: the link is still there.
func TestWatcherBridgePort(t *testing.T) {
	n := nstest.New(t, "a")
	rec := nstest.Recorder()
	w, err := Watch(n.Switch, "switch", rec)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	before := len(rec.Events())
	nstest.In(t, n.Switch, func() error {
		l, err := netlink.LinkByIndex(n.Nodes["a"].Port)
		if err != nil {
			return err
		}
		return netlink.LinkSetNoMaster(l)
	})
	for _, s := range since(t, w, rec, before) {
		if s[:3] == "del" {
			t.Errorf("unexpected %q", s)
		}
	}
}

// After an overflow the state must be right again, without repeats.
func TestWatcherOverflow(t *testing.T) {
	node := nstest.New(t, "a").Nodes["a"]
	w, rec := watch(t, node)
	ipAddr(t, node, netlink.AddrAdd, "192.0.2.98/24", "eth0")
	if err := w.Sync(); err != nil {
		t.Fatal(err)
	}
	before := len(rec.Events())
	w.pump.mu.Lock() // keeps the reader away
	if err := w.pump.raw.Control(func(fd uintptr) {
		if err := unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 1); err != nil {
			t.Error(err)
		}
	}); err != nil {
		t.Fatal(err)
	}
	const flood = 64
	for i := range flood {
		ipAddr(t, node, netlink.AddrAdd, fmt.Sprintf("198.51.100.%d/32", i+1), "eth0")
	}
	ipAddr(t, node, netlink.AddrDel, "192.0.2.98/24", "eth0")
	if err := w.pump.raw.Control(func(fd uintptr) {
		if err := setReceiveBuffer(int(fd), 1<<20); err != nil {
			t.Error(err)
		}
	}); err != nil {
		t.Fatal(err)
	}
	w.pump.mu.Unlock()
	got := since(t, w, rec, before)
	count := make(map[string]int)
	for _, s := range got {
		count[s]++
	}
	want := map[string]int{"del address eth0 192.0.2.98/24 eth0": 1}
	for i := range flood {
		want[fmt.Sprintf("add address eth0 198.51.100.%d/32 eth0", i+1)] = 1
	}
	if diff := cmp.Diff(want, count); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestWatcherPeerAddress(t *testing.T) {
	node := nstest.New(t, "a").Nodes["a"]
	w, rec := watch(t, node)
	before := len(rec.Events())
	nstest.In(t, node.NS, func() error {
		l, err := netlink.LinkByName("eth0")
		if err != nil {
			return err
		}
		a, err := netlink.ParseAddr("198.51.100.1/32")
		if err != nil {
			return err
		}
		if a.Peer, err = netlink.ParseIPNet("198.51.100.2/24"); err != nil {
			return err
		}
		a.Scope = int(netlink.SCOPE_LINK)
		return netlink.AddrAdd(l, a)
	})
	if err := w.Sync(); err != nil {
		t.Fatal(err)
	}
	want := timeline.Address{Change: timeline.Added, Interface: "eth0", Prefix: netip.MustParsePrefix("198.51.100.1/32"), Label: "eth0", Scope: 253}
	if diff := cmp.Diff(want, *rec.Events()[before].Address, byValue); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestWatcherCloseDrains(t *testing.T) {
	node := nstest.New(t, "a").Nodes["a"]
	w, rec := watch(t, node)
	before := len(rec.Events())
	w.pump.mu.Lock()
	ipAddr(t, node, netlink.AddrAdd, "192.0.2.99/24", "eth0:0")
	w.pump.mu.Unlock()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
	if got := len(rec.Events()) - before; got != 1 {
		t.Errorf("%d events, want 1", got)
	}
}

func TestWatcherNeighbours(t *testing.T) {
	node := nstest.New(t, "a").Nodes["a"]
	entry := &netlink.Neigh{
		State: netlink.NUD_PERMANENT, IP: net.IPv4(192, 0, 2, 7), HardwareAddr: net.HardwareAddr{2, 0, 0, 0, 0, 7},
	}
	neigh := func(change func(*netlink.Neigh) error, mac byte) {
		nstest.In(t, node.NS, func() error {
			l, err := netlink.LinkByName("eth0")
			if err != nil {
				return err
			}
			entry.LinkIndex, entry.HardwareAddr[5] = l.Attrs().Index, mac
			return change(entry)
		})
	}
	neigh(netlink.NeighSet, 7)
	w, rec := watch(t, node)
	if first := brief(rec.Events()); !slices.Contains(first, "add neighbour eth0 192.0.2.7 02:00:00:00:00:07") {
		t.Errorf("what was there before: %q", first)
	}
	before := len(rec.Events())
	neigh(netlink.NeighSet, 8)
	neigh(netlink.NeighSet, 8)
	neigh(netlink.NeighDel, 8)
	want := []string{"change neighbour eth0 192.0.2.7 02:00:00:00:00:08", "del neighbour eth0 192.0.2.7 02:00:00:00:00:08"}
	if diff := cmp.Diff(want, since(t, w, rec, before)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
