package check

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

func addr(text string) netip.Addr { return netip.MustParseAddr(text) }

func udpProbe(p conf.UDPProbe) func(*conf.Checker) { return func(c *conf.Checker) { c.Probe = &p } }

// answer has a UDP server answer each datagram with f of it, nil being none.
func (b *lab) answer(addr string, f func([]byte) []byte) {
	b.t.Helper()
	var sock net.PacketConn
	b.Do(func() (err error) { sock, err = net.ListenPacket("udp", addr); return err })
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 65536)
		for {
			n, from, err := sock.ReadFrom(buf)
			if err != nil {
				return
			}
			if out := f(buf[:n]); out != nil {
				_, _ = sock.WriteTo(out, from)
			}
		}
	}()
	b.t.Cleanup(func() { sock.Close(); <-done })
}

func TestUDP(t *testing.T) {
	b := newLab(t)
	b.answer("127.0.0.1:1", func([]byte) []byte { return nil })
	b.answer("127.0.0.1:2", func(in []byte) []byte { return append([]byte("re:"), in...) })
	b.answer("127.0.0.1:3", func([]byte) []byte { return make([]byte, 60000) })
	b.answer("[::1]:2", func([]byte) []byte { return []byte{} })
	reply := func(text string, mask ...byte) conf.UDPProbe {
		for len(mask) < len(text) {
			mask = append(mask, 255)
		}
		return conf.UDPProbe{Payload: []byte("hi"), RequireReply: true, Reply: []byte(text), Mask: mask, MaxLen: 255}
	}
	rows := []struct {
		addr   string
		probe  conf.UDPProbe
		up     bool
		reason string
		took   time.Duration // 0: soon
	}{
		{"127.0.0.1:1", conf.UDPProbe{MaxLen: 255}, true, "", 200 * time.Millisecond},
		{"127.0.0.1:2", conf.UDPProbe{MaxLen: 255}, true, "", 0},
		{"127.0.0.1:3", conf.UDPProbe{MaxLen: 255}, true, "", 0},
		{"127.0.0.1:9", conf.UDPProbe{MaxLen: 255}, false, "connection refused", 0},
		{"[::1]:9", conf.UDPProbe{MaxLen: 255}, false, "connection refused", 0},
		{"10.8.0.1:9", conf.UDPProbe{MaxLen: 255}, false, "no route to host", 0},
		{"127.0.0.1:1", reply(""), false, "timed out after 0.2 s", 200 * time.Millisecond},
		{"127.0.0.1:2", reply("re:hi"), true, "", 0},
		{"127.0.0.1:2", reply("re:hi and more"), true, "", 0},
		{"127.0.0.1:2", reply("rx:hi", 255, 0), true, "", 0},
		{"127.0.0.1:2", reply("re:ho"), false, "answer differs at byte 4", 0},
		{"127.0.0.1:2", conf.UDPProbe{RequireReply: true, MinLen: 4, MaxLen: 255}, false, "answer of 3 bytes, want 4 at least", 0},
		{"127.0.0.1:3", conf.UDPProbe{RequireReply: true, MaxLen: 255}, false, "answer of 60000 bytes, want 255 at most", 0},
		{"[::1]:2", conf.UDPProbe{RequireReply: true, MaxLen: 0}, true, "", 0},
	}
	var specs []Spec
	for i, row := range rows {
		specs = append(specs, specOf(ID(i), checkerOf("UDP_CHECK", row.addr, udpProbe(row.probe), func(c *conf.Checker) { c.DelayLoop = time.Minute })))
	}
	b.start(specs...)
	for i, row := range rows {
		b.expect(t, ID(i), row.up, row.reason)
	}
	for i, r := range b.m.Reports() {
		if row := rows[i]; row.took != 0 && r.Took != row.took || row.took == 0 && r.Took >= 200*time.Millisecond {
			t.Errorf("%s %q: it took %v", row.addr, row.reason, r.Took)
		}
	}
}

func TestPing(t *testing.T) {
	for _, raw := range []bool{false, true} {
		b := newLab(t)
		if raw {
			b.SetSysctl("ipv4/ping_group_range", "1 0")
		}
		rows := []struct {
			addr   string
			up     bool
			reason string
		}{
			{"127.0.0.1:0", true, ""},
			{"127.0.0.2:0", true, ""},
			{"[::1]:0", true, ""},
			{"10.9.0.3:0", false, "timed out after 0.2 s"},
			{"10.8.0.3:0", false, "no route to host"},
		}
		var specs []Spec
		for i, row := range rows {
			specs = append(specs, specOf(ID(i), checkerOf("PING_CHECK", row.addr)))
		}
		b.start(specs...)
		for i, row := range rows {
			b.expect(t, ID(i), row.up, row.reason)
		}
		for _, n := range []int{0, 2} {
			eventually(func() bool { return b.m.Reports()[n].Checks > 5 })
			if r := b.m.Reports()[n]; !r.Up || r.Reason != "" {
				t.Errorf("raw %v: %+v", raw, r)
			}
		}
	}
}
