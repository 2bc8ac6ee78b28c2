package bfd

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket/layers"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/internal/testnet"
)

func TestMain(m *testing.M) {
	code := testnet.Main(m)
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Println(err)
			code = 1
		}
	}
	os.Exit(code)
}

// TestManagers: sessions of every kind come up, break with the link, and come up
// again.
func TestManagers(t *testing.T) {
	for _, r := range []struct {
		name, to, from string
		change         func(*conf.BFD)
	}{
		{"IPv4", "10.0.0.2", "10.0.0.1", nil},
		{"IPv6", "2001:db8::2", "2001:db8::1", nil},
		{"several hops", "10.0.0.2", "10.0.0.1", func(b *conf.BFD) { b.Multihop, b.TTL, b.MaxHops = true, 64, 5 }},
		{"several hops of IPv6", "2001:db8::2", "2001:db8::1", func(b *conf.BFD) { b.Multihop, b.TTL, b.MaxHops = true, 64, -1 }},
		{"one is passive", "10.0.0.2", "10.0.0.1", nil},
	} {
		t.Run(r.name, func(t *testing.T) {
			sw, a, b := pair(t)
			a.run(to(r.to, r.change))
			a.await(t, "B false Down")
			back := to(r.from, r.change)
			back.Source = netip.MustParseAddr(r.to)
			back.Passive = r.name == "one is passive"
			b.run(back)
			a.await(t, "B true Up")
			b.await(t, "B true Up")
			if list := a.Trackers(); len(list) != 1 || list[0].Kind != "bfd" || list[0].Name != "B" || !list[0].Up || list[0].Text != "Up" || !list[0].Known {
				t.Errorf("trackers %+v", list)
			}
			sw.Link("b", false)
			a.await(t, "B false Down: control detection time expired")
			sw.Link("b", true)
			a.await(t, "B true Up")
			if err := b.Close(context.Background()); err != nil {
				t.Fatal(err)
			}
			a.await(t, "B false Down: neighbour is administratively down")
			if d := a.Discards(); len(d) > 0 {
				t.Errorf("discards %v", d)
			}
		})
	}
}

// TestPackets is what a session sends: RFC 5881 4 and 5, RFC 5883 5.
func TestPackets(t *testing.T) {
	for _, r := range []struct {
		name   string
		change func(*conf.BFD)
		port   int
		ttl    int
	}{
		{"one hop", nil, 3784, 255},
		{"several hops", func(b *conf.BFD) { b.Multihop, b.TTL = true, 64 }, 4784, 64},
	} {
		t.Run(r.name, func(t *testing.T) {
			sw, a, b := pair(t)
			frames := sw.Sniff(func(f *testnet.Frame) bool {
				return f.IP != nil && f.IP.Protocol == layers.IPProtocolUDP && f.IP.SrcIP.Equal(net.IP{10, 0, 0, 1})
			})
			a.run(to("10.0.0.2", r.change))
			b.run(to("10.0.0.1", r.change))
			first := 0
			for range 5 {
				f := <-frames
				udp := f.IP.Payload
				src, dst := int(binary.BigEndian.Uint16(udp)), int(binary.BigEndian.Uint16(udp[2:]))
				if first == 0 {
					first = src
				}
				if dst != r.port || src != first || src < 49152 || int(f.IP.TTL) != r.ttl || f.IP.TOS != 0xc0 {
					t.Errorf("from port %d to %d, TTL %d, TOS %#x", src, dst, f.IP.TTL, f.IP.TOS)
				}
				if _, err := Parse(udp[8:]); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// TestReload: what does not change goes on, what is gone says so, what is new
// begins; nothing is reported but that.
func TestReload(t *testing.T) {
	_, a, b := pair(t)
	one, two := to("10.0.0.2", nil), to("2001:db8::2", nil)
	two.Name = "C"
	back, back2 := to("10.0.0.1", nil), to("2001:db8::1", nil)
	back2.Name = "C"
	a.run(one)
	b.run(back, back2)
	a.await(t, "B true Up")
	b.await(t, "B true Up")

	faster := *one
	faster.MinTx, faster.MinRx, faster.Multiplier = 20*ms, 20*ms, 5
	a.run(&faster, two)
	a.await(t, "C false Down")
	a.await(t, "C true Up")
	b.await(t, "C true Up")
	a.agreed(100*ms, 300*ms)
	a.run(two)
	b.await(t, "B false Down: neighbour is administratively down")
	a.run()
	b.await(t, "C false Down: neighbour is administratively down")
	a.run(&faster)
	a.await(t, "B false Down")
	a.await(t, "B true Up")
	if n := len(a.reports); n > 0 {
		t.Errorf("%d more reports, first %s", n, <-a.reports)
	}
	a.Repeat()
	a.await(t, "B true Up")
}

// TestReloadFails: an error changes nothing.
func TestReloadFails(t *testing.T) {
	_, a, b := pair(t)
	one := to("10.0.0.2", nil)
	a.run(one)
	b.run(to("10.0.0.1", nil))
	a.await(t, "B true Up")
	taken := -1
	a.Do(func() (err error) { // another daemon has the other port
		if taken, err = unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0); err != nil {
			return err
		}
		return unix.Bind(taken, &unix.SockaddrInet4{Port: multiHop})
	})
	defer unix.Close(taken)
	far := to("10.0.0.9", func(b *conf.BFD) { b.Multihop = true })
	far.Name = "far"
	a.Do(func() error {
		err := a.Reload(&conf.Config{BFDs: []*conf.BFD{far}})
		if !errors.Is(err, unix.EADDRINUSE) || !strings.Contains(err.Error(), "UDP port 4784") {
			t.Errorf("error %v", err)
		}
		return nil
	})
	if list := a.Trackers(); len(list) != 1 || list[0].Name != "B" || !list[0].Up {
		t.Errorf("trackers %+v", list)
	}
	if n := len(a.reports); n > 0 {
		t.Errorf("%d reports, first %s", n, <-a.reports)
	}
}

// TestSource: a session waits for its source address, and says so once.
func TestSource(t *testing.T) {
	_, a, b := pair(t)
	away := to("10.0.0.2", nil)
	away.Source = netip.MustParseAddr("10.0.0.77")
	a.run(away)
	b.run(to("10.0.0.77", nil))
	tries := map[Instant]bool{}
	for len(tries) < 4 || !strings.Contains(a.log.text(), "cannot send to 10.0.0.2") {
		a.mu.Lock()
		tries[a.sessions[0].sent] = true
		a.mu.Unlock()
		time.Sleep(time.Millisecond)
	}
	a.Address("10.0.0.77/24", true)
	a.await(t, "B true Up")
	if n := strings.Count(a.log.text(), "cannot send"); n != 1 {
		t.Errorf("%d complaints", n)
	}
}

// TestSame: what makes another session of one.
func TestSame(t *testing.T) {
	old := []*running{{Session: &Session{conf: to("10.0.0.2", nil)}}}
	for name, r := range map[string]struct {
		change func(*conf.BFD)
		want   bool
	}{
		"nothing":   {nil, true},
		"intervals": {func(b *conf.BFD) { b.MinRx, b.MinTx, b.IdleTx, b.Multiplier = 1, 2, 3, 4 }, true},
		"weight":    {func(b *conf.BFD) { b.Weight, b.TTL, b.MaxHops = 1, 2, 3 }, true},
		"name":      {func(b *conf.BFD) { b.Name = "C" }, false},
		"neighbour": {func(b *conf.BFD) { b.Neighbor = netip.MustParseAddr("10.0.0.3") }, false},
		"source":    {func(b *conf.BFD) { b.Source = netip.MustParseAddr("10.0.0.3") }, false},
		"port":      {func(b *conf.BFD) { b.Multihop = true }, false},
	} {
		b := to("10.0.0.2", nil)
		if r.change != nil {
			r.change(b)
		}
		if got := same(old, b) != nil; got != r.want {
			t.Errorf("%s: same is %v", name, got)
		}
	}
}
