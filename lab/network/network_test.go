package network

import (
	"context"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"

	"github.com/viplab/viplab/lab/capture/nstest"
)

func TestMain(m *testing.M) { os.Exit(nstest.Main(m)) }

// pair is a switch with one network and two hosts on it, all up.
type pair struct {
	sw     *Switch
	a, b   netns.NsHandle
	sender net.Conn       // on a, to b
	taker  net.PacketConn // on b
}

func newPair(t *testing.T) *pair {
	t.Helper()
	sw, err := NewSwitch()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sw.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := sw.AddBridge("lan", Bridge{}); err != nil {
		t.Fatal(err)
	}
	p := &pair{sw: sw, a: nstest.Namespace(t), b: nstest.Namespace(t)}
	index := []int{p.host(t, "pa", p.a, "192.0.2.1/24"), p.host(t, "pb", p.b, "192.0.2.2/24")}
	patience, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := sw.Await(patience, index...); err != nil {
		t.Fatal(err)
	}
	nstest.In(t, p.b, func() (err error) {
		p.taker, err = net.ListenPacket("udp", "192.0.2.2:7")
		return err
	})
	nstest.In(t, p.a, func() (err error) {
		p.sender, err = net.Dial("udp", "192.0.2.2:7")
		return err
	})
	t.Cleanup(func() { p.taker.Close(); p.sender.Close() })
	return p
}

// host plugs a namespace in under a port's name.
func (p *pair) host(t *testing.T, port string, ns netns.NsHandle, address string) int {
	t.Helper()
	index, err := p.sw.AddPort(Port{Network: "lan", Name: port, Node: ns, Interface: "eth0"})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.sw.SetPort(port, true); err != nil {
		t.Fatal(err)
	}
	nstest.In(t, ns, func() error {
		link, err := netlink.LinkByName("eth0")
		if err != nil {
			return err
		}
		prefix := netip.MustParsePrefix(address)
		ipnet := &net.IPNet{IP: prefix.Addr().AsSlice(), Mask: net.CIDRMask(prefix.Bits(), 32)}
		if err := netlink.AddrAdd(link, &netlink.Addr{IPNet: ipnet}); err != nil {
			return err
		}
		return netlink.LinkSetUp(link)
	})
	return index
}

func (p *pair) send(t *testing.T, text string) {
	t.Helper()
	if _, err := p.sender.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

func (p *pair) take(t *testing.T) string {
	t.Helper()
	buf := make([]byte, 64)
	n, _, err := p.taker.ReadFrom(buf)
	if err != nil {
		t.Fatal(err)
	}
	return string(buf[:n])
}

// carrier reports whether a's interface has one.
func (p *pair) carrier(t *testing.T) bool {
	t.Helper()
	var link netlink.Link
	nstest.In(t, p.a, func() (err error) {
		link, err = netlink.LinkByName("eth0")
		return err
	})
	return link.Attrs().RawFlags&unixIFFLowerUp != 0
}

const unixIFFLowerUp = 0x10000 // IFF_LOWER_UP of linux/if.h

func TestDetachedPortKeepsItsCarrierAndLosesFrames(t *testing.T) {
	p := newPair(t)
	p.send(t, "before")
	if got := p.take(t); got != "before" {
		t.Fatalf("got %q", got)
	}
	if err := p.sw.Detach("pa"); err != nil {
		t.Fatal(err)
	}
	p.send(t, "lost")
	if !p.carrier(t) {
		t.Error("the carrier is gone")
	}
	if err := p.sw.Attach("pa", "lan"); err != nil {
		t.Fatal(err)
	}
	p.send(t, "after")
	if got := p.take(t); got != "after" {
		t.Errorf("got %q", got)
	}
}

func TestPortDownTakesTheCarrier(t *testing.T) {
	p := newPair(t)
	if err := p.sw.SetPort("pa", false); err != nil {
		t.Fatal(err)
	}
	if p.carrier(t) {
		t.Error("the carrier is still there")
	}
	if err := p.sw.SetPort("pa", true); err != nil {
		t.Fatal(err)
	}
	if !p.carrier(t) {
		t.Error("the carrier has not come back")
	}
}

func TestAwaitEndsWithItsContext(t *testing.T) {
	sw, err := NewSwitch()
	if err != nil {
		t.Fatal(err)
	}
	defer sw.Close()
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := sw.Await(over, 999); err == nil {
		t.Error("a port that does not exist came up")
	}
}

func TestUnknownNamesAreErrors(t *testing.T) {
	sw, err := NewSwitch()
	if err != nil {
		t.Fatal(err)
	}
	defer sw.Close()
	_, err = sw.AddPort(Port{Network: "lan", Name: "p1", Node: sw.Namespace(), Interface: "eth0"})
	for name, err := range map[string]error{
		"port of no network": err, "set": sw.SetPort("p1", true), "detach": sw.Detach("p1"), "attach": sw.Attach("p1", "lan"),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
