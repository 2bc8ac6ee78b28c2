package hostile

import (
	"bytes"
	"net/netip"
	"testing"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"

	"github.com/viplab/viplab/lab/topology"
)

// The socket is tried in labs: on this host it would take all pings from the kernel.
func TestEcho(t *testing.T) {
	asked := icmp.Message{Type: ipv4.ICMPTypeEcho, Body: &icmp.Echo{ID: 7, Seq: 9, Data: []byte("hello")}}
	raw, err := asked.Marshal(nil)
	if err != nil {
		t.Fatal(err)
	}
	from := netip.MustParseAddr("127.0.0.1")
	for _, tc := range []struct {
		do   string
		id   int
		data string
	}{
		{"serve", 7, "hello"},
		{"slow", 7, "hello"},
		{"mistaken", 7 ^ 0x5555, "hello"},
		{"garbage", 7, string(garbage()[:5])},
	} {
		m, err := icmp.ParseMessage(1, echo(topology.Manner{Do: tc.do}, asked.Body.(*icmp.Echo), raw, from))
		if err != nil {
			t.Fatal(err)
		}
		got, ok := m.Body.(*icmp.Echo)
		if !ok || m.Type != ipv4.ICMPTypeEchoReply || got.ID != tc.id || got.Seq != 9 || string(got.Data) != tc.data {
			t.Errorf("%s: got %v %+v", tc.do, m.Type, m.Body)
		}
	}
	if b := echo(topology.Manner{Do: "silent"}, asked.Body.(*icmp.Echo), raw, from); b != nil {
		t.Errorf("silent said %x", b)
	}
	m, err := icmp.ParseMessage(1, echo(topology.Manner{Do: "refuse"}, asked.Body.(*icmp.Echo), raw, from))
	if err != nil {
		t.Fatal(err)
	}
	about, ok := m.Body.(*icmp.DstUnreach)
	if !ok || m.Type != ipv4.ICMPTypeDestinationUnreachable || !bytes.HasSuffix(about.Data, raw) {
		t.Fatalf("refuse: got %v %+v", m.Type, m.Body)
	}
	h, err := ipv4.ParseHeader(about.Data)
	if err != nil || h.Src.String() != "127.0.0.1" || h.Dst.String() != "127.0.0.1" || h.Protocol != 1 {
		t.Errorf("refuse is about %+v, %v", h, err)
	}
}
