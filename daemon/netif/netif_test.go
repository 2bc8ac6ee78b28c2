package netif

import (
	"encoding/hex"
	"errors"
	"net"
	"net/netip"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/internal/testnet"
)

func TestMain(m *testing.M) { os.Exit(testnet.Main(m)) }

func TestAppendARP(t *testing.T) {
	mac := net.HardwareAddr{2, 0, 0, 0, 0, 9}
	got := hex.EncodeToString(AppendARP(nil, mac, netip.MustParseAddr("192.168.0.5")))
	want := "ffffffffffff" + "020000000009" + "0806" + // Ethernet
		"0001" + "0800" + "06" + "04" + "0001" + // a request for IPv4 on Ethernet
		"020000000009" + "c0a80005" + "ffffffffffff" + "c0a80005"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAddresses(t *testing.T) {
	sw, h := testnet.New(t), testnet.New(t)
	sw.Switch()
	h.Plug(sw, "p1", "10.0.0.1/24")
	var before, during, after []Address
	h.Do(func() error {
		c, err := Open()
		if err != nil {
			return err
		}
		defer c.Close()
		link, err := c.Link("eth0")
		if err != nil {
			return err
		}
		before, _ = c.List(link.Index)
		a := Address{Prefix: netip.MustParsePrefix("10.0.7.100/24"), Label: "eth0:0", Scope: unix.RT_SCOPE_LINK, Broadcast: netip.MustParseAddr("10.0.7.255")}
		err = errors.Join(c.Add(link.Index, a), c.Add(link.Index, a))
		during, _ = c.List(link.Index)
		err = errors.Join(err, c.Remove(link.Index, a), c.Remove(link.Index, a))
		after, _ = c.List(link.Index)
		return err
	})
	ip := cmp.Comparer(func(a, b netip.Addr) bool { return a == b })
	prefix := cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })
	// The kernel keeps addresses in the order of their scopes, narrow ones first.
	want := append([]Address{Address{netip.MustParsePrefix("10.0.7.100/24"), "eth0:0", unix.RT_SCOPE_LINK, netip.MustParseAddr("10.0.7.255"), Origin}}, before...)
	if diff := cmp.Diff(want, during, ip, prefix); diff != "" {
		t.Errorf("added (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(before, after, ip, prefix); diff != "" {
		t.Errorf("removed (-want +got)\n%s", diff)
	}
}

func TestLink(t *testing.T) {
	sw, h := testnet.New(t), testnet.New(t)
	sw.Switch()
	h.Plug(sw, "p1", "10.0.0.1/24")
	mac := h.MAC("eth0")
	h.Do(func() error {
		c, err := Open()
		if err != nil {
			return err
		}
		defer c.Close()
		for _, name := range []string{"eth7", "a-name-longer-than-any"} {
			if _, err := c.Link(name); !errors.Is(err, ErrNoLink) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := c.Remove(99, Address{Prefix: netip.MustParsePrefix("10.0.0.9/24")}); err != nil {
			t.Errorf("remove from an interface that is gone: %v", err)
		}
		if err := c.Add(99, Address{Prefix: netip.MustParsePrefix("10.0.0.9/24")}); !errors.Is(err, unix.ENODEV) {
			t.Errorf("add to an interface that is gone: %v", err)
		}
		lo, err := c.Link("lo")
		if err == nil && (!lo.Loopback() || !lo.Fit()) {
			t.Errorf("lo: %+v", lo)
		}
		eth, err2 := c.Link("eth0")
		if err2 == nil && (eth.Loopback() || !eth.Fit() || eth.Name != "eth0" || eth.MAC.String() != mac.String()) {
			t.Errorf("eth0: %+v", eth)
		}
		return errors.Join(err, err2)
	})
}

// TestManyAddresses: a dump comes in several messages, none is lost.
func TestManyAddresses(t *testing.T) {
	h := testnet.New(t)
	h.Do(func() error {
		c, err := Open()
		if err != nil {
			return err
		}
		defer c.Close()
		lo, err := c.Link("lo")
		if err != nil {
			return err
		}
		for n := range 1000 {
			a := Address{Prefix: netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 1, byte(n >> 8), byte(n)}), 32)}
			if err := c.Add(lo.Index, a); err != nil {
				return err
			}
		}
		list, err := c.List(lo.Index)
		if len(list) != 1001 {
			t.Errorf("%d addresses, want 1001", len(list))
		}
		return err
	})
}

// TestMonitor expects an event of each kind for what is done to an interface.
func TestMonitor(t *testing.T) {
	sw, h := testnet.New(t), testnet.New(t)
	sw.Switch()
	h.Plug(sw, "p1", "10.0.0.1/24")
	var m *Monitor
	h.Do(func() (err error) { m, err = NewMonitor(); return err })
	defer m.Close()
	rows := []struct {
		name string
		do   func()
		want func(Event) bool
	}{
		{"address added", func() { h.Address("10.0.0.9/24", true) }, func(e Event) bool { return e.Kind == AddressAdded && e.IP.String() == "10.0.0.9" }},
		{"address gone", func() { h.Address("10.0.0.9/24", false) }, func(e Event) bool { return e.Kind == AddressGone && e.IP.String() == "10.0.0.9" }},
		{"carrier lost", func() { sw.Link("p1", false) }, func(e Event) bool { return e.Kind == LinkChanged && e.Name == "eth0" }},
		{"link gone", func() { h.Remove("eth0") }, func(e Event) bool { return e.Kind == LinkGone && e.Name == "eth0" }},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			row.do()
			for { // ends with the event, or with the test binary's own time-out
				if _, err := unix.Poll([]unix.PollFd{{Fd: int32(m.FD()), Events: unix.POLLIN}}, -1); err != nil && err != unix.EINTR {
					t.Fatal(err)
				}
				events, err := m.Read()
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range events {
					if row.want(e) {
						return
					}
				}
			}
		})
	}
}

func TestAnnounce(t *testing.T) {
	sw, h := testnet.New(t), testnet.New(t)
	sw.Switch()
	h.Plug(sw, "p1", "10.0.0.1/24")
	frames := sw.Capture()
	h.Do(func() error {
		a, err := NewAnnouncer()
		if err != nil {
			return err
		}
		defer a.Close()
		c, err := Open()
		if err != nil {
			return err
		}
		defer c.Close()
		link, err := c.Link("eth0")
		if err != nil {
			return err
		}
		return a.Announce(link, netip.MustParseAddr("10.0.0.100"))
	})
	f := <-frames
	if f.ARP == nil || f.Src.String() != h.MAC("eth0").String() || f.Dst.String() != "ff:ff:ff:ff:ff:ff" || f.From().String() != "10.0.0.100" {
		t.Errorf("got %+v", f)
	}
}

func FuzzParseEvent(f *testing.F) {
	f.Add(uint16(unix.RTM_NEWADDR), []byte{2, 24, 0, 0, 1, 0, 0, 0, 8, 0, 2, 0, 10, 0, 0, 1})
	f.Add(uint16(unix.RTM_DELLINK), make([]byte, unix.SizeofIfInfomsg))
	f.Fuzz(func(t *testing.T, kind uint16, data []byte) {
		if e, ok := parseEvent(kind, data); ok && e.Kind == 0 {
			t.Errorf("an event of no kind: %+v", e)
		}
	})
}
