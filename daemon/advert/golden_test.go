package advert

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/viplab/viplab/daemon/conf"
)

// captured is a packet of testdata/keepalived.txt.
type captured struct {
	name string
	prio int
	raw  []byte
}

func readCaptured(t testing.TB) (list []captured) {
	t.Helper()
	text, err := os.ReadFile("testdata/keepalived.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) != 3 {
			continue // the comment
		}
		prio, err := strconv.Atoi(f[1])
		raw, err2 := hex.DecodeString(f[2])
		if err != nil || err2 != nil {
			t.Fatalf("%s: %v %v", line, err, err2)
		}
		list = append(list, captured{f[0], prio, raw})
	}
	return list
}

// asCaptured are the configurations of testdata/keepalived.txt.
var asCaptured = map[string]func(*conf.Instance){
	"v2":    func(i *conf.Instance) { i.Addresses = vips("192.168.0.5/24", "192.168.0.6/24") },
	"pass":  func(i *conf.Instance) { i.AuthType, i.AuthPass = 1, "1111" },
	"ah":    func(i *conf.Instance) { i.AuthType, i.AuthPass = 2, "1111" },
	"ahuni": all(unicast, func(i *conf.Instance) { i.AuthType, i.AuthPass = 2, "secret" }),
	"v3":    all(version3, func(i *conf.Instance) { i.Addresses = vips("192.168.0.5/24", "192.168.0.6/24") }),
	"v3uni": all(version3, unicast),
	"v3old": all(version3, unicast, func(i *conf.Instance) { i.Unicast.OldChecksum = "always" }),
	"v6":    ipv6,
	"v6uni": all(ipv6, unicast, func(i *conf.Instance) {
		i.Addresses = vips("fe80::100/64")
		i.UnicastPeers = []conf.UnicastPeer{{Address: netip.MustParseAddr("fe80::1"), MinTTL: -1, MaxTTL: -1}}
	}),
}

// parse reads a captured packet as sockets deliver it, the IPv6 header apart.
func (c *captured) parse(t testing.TB) Packet {
	t.Helper()
	if c.raw[0]>>4 == 6 {
		return IPv6(netip.AddrFrom16([16]byte(c.raw[8:])), netip.AddrFrom16([16]byte(c.raw[24:])), int(c.raw[7]), c.raw[40:])
	}
	p, err := ParseIPv4(c.raw)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestCheckCaptured: what keepalived sends passes.
func TestCheckCaptured(t *testing.T) {
	checkers := map[string]*Checker{}
	for _, k := range readCaptured(t) {
		c := checkers[k.name]
		if c == nil {
			c, _ = router(t, instance(asCaptured[k.name]))
			checkers[k.name] = c
		}
		p := k.parse(t)
		h, err := c.Check(&p, noon)
		if err != nil {
			t.Errorf("%s %x: %v", k.name, k.raw, err)
		} else if h.Priority != k.prio {
			t.Errorf("%s %x: heard %+v", k.name, k.raw, h)
		}
	}
	if len(checkers) != len(asCaptured) {
		t.Errorf("%d kinds of packets, want %d", len(checkers), len(asCaptured))
	}
}

// TestAppendCaptured: we send the same bytes. The checksum of the IPv4 header is
// the kernel's.
func TestAppendCaptured(t *testing.T) {
	senders := map[string]*Sender{}
	for _, k := range readCaptured(t) {
		s := senders[k.name]
		if s == nil {
			_, s = router(t, instance(asCaptured[k.name]))
			senders[k.name] = s
		}
		p, want := k.parse(t), k.raw
		if p.head == nil {
			want = p.msg
		} else {
			want[ipSumAt], want[ipSumAt+1] = 0, 0
			s.id = uint16(want[ipIDAt])<<8 | uint16(want[ipIDAt+1]) - 1
		}
		if p.ah != nil {
			s.checker.sequence = uint32(p.ah[ahSeqAt+3]) - 1
		}
		if got := s.Append(nil, p.Source, p.Destination, p.TTL, k.prio, noon); !bytes.Equal(got, want) {
			t.Errorf("%s\ngot  %x\nwant %x", k.name, got, want)
		}
	}
}

// TestIdentification counts packets, and leaves out the 0 that the kernel would
// fill in.
func TestIdentification(t *testing.T) {
	_, s := router(t, instance(nil))
	s.id = 0xfffe
	for _, want := range []uint16{0xffff, 1, 2} {
		b := s.Append(nil, us, group, TTL, 100, noon)
		if got := binary.BigEndian.Uint16(b[ipIDAt:]); got != want {
			t.Errorf("identification %d, want %d", got, want)
		}
	}
}
