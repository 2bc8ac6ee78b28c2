package capture

import (
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/viplab/viplab/lab/timeline"
)

// unhex reads bytes written in hex; blanks are for the reader.
func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var byValue = cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})

const (
	toVRRP4 = "01005e000012 0242ac100f82 0800"
	toVRRP6 = "333300000012 020000000001 86dd"
	ip4Head = "45c0 %LEN% 0000 4000 ff %PROTO% 0000 ac100f82 e0000012"
)

// ip4 is an IPv4 header from 172.16.15.130 to 224.0.0.18, without checksum,
// which the decoder leaves to the kernel.
func ip4(length, proto string) string {
	return strings.NewReplacer("%LEN%", length, "%PROTO%", proto).Replace(ip4Head)
}

var (
	node130  = netip.MustParseAddr("172.16.15.130")
	allVRRP4 = netip.MustParseAddr("224.0.0.18")
	local6   = netip.MustParseAddr("fe80::1")
	allVRRP6 = netip.MustParseAddr("ff02::12")
)

func addrs(s ...string) []netip.Addr {
	a := []netip.Addr{}
	for _, s := range s {
		a = append(a, netip.MustParseAddr(s))
	}
	return a
}

// The checksums below were computed apart from this code, as the sum of the
// words modulo 0xffff.
func TestDecodeVRRP(t *testing.T) {
	v2 := timeline.VRRP{Version: 2, Type: 1, VRID: 33, Priority: 100, Interval: time.Second, AuthType: 1,
		AuthData: hex.EncodeToString([]byte("a1b2c3d4")), Addresses: addrs("172.16.15.99"), ChecksumOK: true}
	with := func(change func(*timeline.VRRP)) *timeline.VRRP {
		v := v2
		change(&v)
		return &v
	}
	v3 := timeline.VRRP{Version: 3, Type: 1, VRID: 7, Priority: 200, Interval: 250 * time.Millisecond,
		Addresses: addrs("172.16.15.99"), ChecksumOK: true}
	rows := []struct {
		name  string
		frame string
		want  *timeline.VRRP
	}{
		{"version 2 with a password",
			toVRRP4 + ip4("0028", "70") + "2121 6401 0101 339d ac100f63 61316232 63336434", &v2},
		{"version 2 with a flipped bit in the authentication data",
			toVRRP4 + ip4("0028", "70") + "2121 6401 0101 339d ac100f63 61316232 63336435",
			with(func(v *timeline.VRRP) {
				v.AuthData = hex.EncodeToString([]byte("a1b2c3d5"))
				v.ChecksumOK = false
			})},
		{"version 2 without the trailer",
			toVRRP4 + ip4("0020", "70") + "2121 6401 0001 bf68 ac100f63",
			with(func(v *timeline.VRRP) { v.AuthType = 0; v.AuthData = "" })},
		{"version 2 that resigns",
			toVRRP4 + ip4("0028", "70") + "2121 0001 0101 979d ac100f63 61316232 63336434",
			with(func(v *timeline.VRRP) { v.Priority = 0 })},
		{"version 2 behind an authentication header",
			toVRRP4 + ip4("0040", "33") + "70040000 00000001 00000002 0102030405060708090a0b0c" +
				"2121 6401 0201 bd68 ac100f63 0000000000000000",
			with(func(v *timeline.VRRP) { v.AuthType = 2; v.AuthData = "0000000000000000" })},
		{"version 2 with fewer addresses than it counts",
			toVRRP4 + ip4("0020", "70") + "2121 6402 0001 bf67 ac100f63",
			with(func(v *timeline.VRRP) { v.AuthType = 0; v.AuthData = ""; v.ChecksumOK = false })},
		{"version 3 over IPv4, pseudo header summed (RFC 5798)",
			toVRRP4 + ip4("0020", "70") + "3107 c801 0019 af48 ac100f63", &v3},
		{"version 3 over IPv4, message alone (RFC 9568)",
			toVRRP4 + ip4("0020", "70") + "3107 c801 0019 4b6a ac100f63", &v3},
		{"version 3 over IPv6",
			toVRRP6 + "60000000 0028 70 ff fe800000000000000000000000000001 ff020000000000000000000000000012" +
				"3107 c802 0019 db41 fe800000000000000000000000000099 20010db8000000000000000000000099",
			&timeline.VRRP{Version: 3, Type: 1, VRID: 7, Priority: 200, Interval: 250 * time.Millisecond,
				Addresses: addrs("fe80::99", "2001:db8::99"), ChecksumOK: true}},
		{"version 3 over IPv6 without the pseudo header",
			toVRRP6 + "60000000 0018 70 ff fe800000000000000000000000000001 ff020000000000000000000000000012" +
				"3107 c801 0019 07c4 fe800000000000000000000000000099",
			&timeline.VRRP{Version: 3, Type: 1, VRID: 7, Priority: 200, Interval: 250 * time.Millisecond,
				Addresses: addrs("fe80::99")}},
		{"reserved bits beside the interval of version 3",
			toVRRP4 + ip4("0020", "70") + "3107 c801 f019 5b69 ac100f63",
			&timeline.VRRP{Version: 3, Type: 1, VRID: 7, Priority: 200, Interval: 250 * time.Millisecond,
				Addresses: addrs("172.16.15.99"), ChecksumOK: true}},
		{"behind a VLAN tag",
			"01005e000012 0242ac100f82 8100 0005 0800" + ip4("0028", "70") +
				"2121 6401 0101 339d ac100f63 61316232 63336434", &v2},
		{"shorter than a header", toVRRP4 + ip4("001b", "70") + "2121 6401 0101 33", nil},
	}
	d := NewDecoder()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			data := unhex(t, row.frame)
			got := d.Decode(data, len(data))
			if got.Proto != "vrrp" || got.TTL != 255 || got.Length != len(data) {
				t.Errorf("proto %q, ttl %d, length %d", got.Proto, got.TTL, got.Length)
			}
			if diff := cmp.Diff(row.want, got.VRRP, byValue); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestDecodeOthers(t *testing.T) {
	const host6 = "60000000 %s 3a ff fe800000000000000000000000000001 ff020000000000000000000000000012"
	icmp6 := func(length, payload string) string {
		return toVRRP6 + strings.Replace(host6, "%s", length, 1) + payload
	}
	ether := func(f timeline.Frame) *timeline.Frame {
		f.Src, f.Dst = "02:42:ac:10:0f:82", "ff:ff:ff:ff:ff:ff"
		return &f
	}
	at6 := func(f timeline.Frame) *timeline.Frame {
		f.Src, f.Dst, f.IPSrc, f.IPDst, f.TTL = "02:00:00:00:00:01", "33:33:00:00:00:12", local6, allVRRP6, 255
		return &f
	}
	at4 := func(f timeline.Frame) *timeline.Frame {
		f.Src, f.Dst, f.IPSrc, f.IPDst, f.TTL = "02:42:ac:10:0f:82", "01:00:5e:00:00:12", node130, allVRRP4, 255
		return &f
	}
	const toAll = "ffffffffffff 0242ac100f82 "
	vip := netip.MustParseAddr("172.16.15.99")
	rows := []struct {
		name  string
		frame string
		want  *timeline.Frame
	}{
		{"gratuitous ARP request", toAll + "0806 0001 0800 06 04 0001 0242ac100f82 ac100f63 000000000000 ac100f63",
			ether(timeline.Frame{Proto: "arp", ARP: &timeline.ARP{Op: "request", SenderMAC: "02:42:ac:10:0f:82",
				SenderIP: vip, TargetMAC: "00:00:00:00:00:00", TargetIP: vip}})},
		{"ARP reply, padded", toAll + "0806 0001 0800 06 04 0002 0242ac100f82 ac100f63 020000000009 ac100f82" + strings.Repeat("00", 18),
			ether(timeline.Frame{Proto: "arp", ARP: &timeline.ARP{Op: "reply", SenderMAC: "02:42:ac:10:0f:82",
				SenderIP: vip, TargetMAC: "02:00:00:00:00:09", TargetIP: node130}})},
		{"ARP cut short", toAll + "0806 0001 0800 06 04 0002 0242", ether(timeline.Frame{Proto: "arp"})},
		{"ARP of another link layer", toAll + "0806 0006 0800 02 04 0001 0001 ac100f63 0002 ac100f82", ether(timeline.Frame{Proto: "arp"})},
		{"reverse ARP operation", toAll + "0806 0001 0800 06 04 0003 0242ac100f82 ac100f63 000000000000 ac100f63", ether(timeline.Frame{Proto: "arp"})},
		{"ARP whose sizes overflow", toAll + "0806 0001 0800 ff ff 0001" + strings.Repeat("00", 40), ether(timeline.Frame{Proto: "arp"})},
		{"neighbour solicitation", icmp6("0020", "8700 0000 00000000 fe800000000000000000000000000099 0101 020000000001"),
			at6(timeline.Frame{Proto: "nd", ND: &timeline.ND{Op: "solicit", Target: netip.MustParseAddr("fe80::99"), LinkAddr: "02:00:00:00:00:01"}})},
		{"unsolicited neighbour advertisement", icmp6("0020", "8800 0000 a0000000 fe800000000000000000000000000099 0201 020000000001"),
			at6(timeline.Frame{Proto: "nd", ND: &timeline.ND{Op: "advert", Target: netip.MustParseAddr("fe80::99"),
				LinkAddr: "02:00:00:00:00:01", Override: true, Router: true}})},
		{"neighbour advertisement without options", icmp6("0018", "8800 0000 40000000 fe800000000000000000000000000099"),
			at6(timeline.Frame{Proto: "nd", ND: &timeline.ND{Op: "advert", Target: netip.MustParseAddr("fe80::99"), Solicited: true}})},
		{"router solicitation", icmp6("0008", "8500 0000 00000000"), at6(timeline.Frame{Proto: "icmpv6"})},
		{"MLD behind a hop-by-hop header",
			toVRRP6 + "60000000 0010 00 ff fe800000000000000000000000000001 ff020000000000000000000000000012" +
				"3a00 0502 0000 0100 8f00 0000 0000 0000", at6(timeline.Frame{Proto: "icmpv6"})},
		{"IPv6 fragment",
			toVRRP6 + "60000000 0010 2c ff fe800000000000000000000000000001 ff020000000000000000000000000012" +
				"7000 0008 00000001 3107 c801 0019 0000", at6(timeline.Frame{Proto: "ipv6"})},
		{"TCP behind a destination option",
			toVRRP6 + "60000000 000c 3c ff fe800000000000000000000000000001 ff020000000000000000000000000012" +
				"0600 0104 0000 0000 00500050", at6(timeline.Frame{Proto: "tcp"})},
		{"later IPv4 fragment of VRRP",
			toVRRP4 + "45c0 0020 0001 0002 ff 70 0000 ac100f82 e0000012" + "2121 6401 0001 c168 ac100f63", at4(timeline.Frame{Proto: "ip"})},
		{"UDP", toVRRP4 + ip4("001c", "11") + "0035 0036 0008 0000", at4(timeline.Frame{Proto: "udp", UDP: &timeline.UDP{SrcPort: 53, DstPort: 54}})},
		{"BFD", toVRRP4 + ip4("0034", "11") + "c000 0ec8 0020 0000" + "2040 0518 0000 0001 0000 0000 000f 4240 000f 4240 0000 0000", at4(timeline.Frame{Proto: "udp", UDP: &timeline.UDP{SrcPort: 49152, DstPort: 3784, BFD: "Down"}})},
		{"BFD cut short", toVRRP4 + ip4("0020", "11") + "c000 0ec8 000c 0000" + "2040 0518", at4(timeline.Frame{Proto: "udp", UDP: &timeline.UDP{SrcPort: 49152, DstPort: 3784}})},
		{"UDP cut short", toVRRP4 + ip4("001c", "11") + "0035", at4(timeline.Frame{Proto: "udp"})},
		{"SYN", toVRRP4 + ip4("0028", "06") + "9c40 0050 00000007 00000000 5002 ffff 0000 0000",
			at4(timeline.Frame{Proto: "tcp", TCP: &timeline.TCP{SrcPort: 40000, DstPort: 80, Seq: 7, Flags: "S"}})},
		{"FIN, acknowledged", toVRRP4 + ip4("0028", "06") + "9c40 0050 00000007 00000001 5019 ffff 0000 0000",
			at4(timeline.Frame{Proto: "tcp", TCP: &timeline.TCP{SrcPort: 40000, DstPort: 80, Seq: 7, Flags: "FA"}})},
		{"RST", toVRRP4 + ip4("0028", "06") + "9c40 0050 00000007 00000001 5004 ffff 0000 0000",
			at4(timeline.Frame{Proto: "tcp", TCP: &timeline.TCP{SrcPort: 40000, DstPort: 80, Seq: 7, Flags: "R"}})},
		{"IGMP", toVRRP4 + ip4("001c", "02") + "16000904 e0000012", at4(timeline.Frame{Proto: "igmp"})},
		{"ICMP", toVRRP4 + ip4("001c", "01") + "0300 0000 00000000", at4(timeline.Frame{Proto: "icmp"})},
		{"echo request", toVRRP4 + ip4("001c", "01") + "0800 0000 00070001", at4(timeline.Frame{Proto: "icmp", Echo: &timeline.Echo{ID: 7, Seq: 1}})},
		{"echo reply", toVRRP4 + ip4("001c", "01") + "0000 0000 00070001", at4(timeline.Frame{Proto: "icmp", Echo: &timeline.Echo{Reply: true, ID: 7, Seq: 1}})},
		{"IPv6 echo request", icmp6("0008", "8000 0000 00070001"), at6(timeline.Frame{Proto: "icmpv6", Echo: &timeline.Echo{ID: 7, Seq: 1}})},
		{"IPv6 echo reply", icmp6("0008", "8100 0000 00070001"), at6(timeline.Frame{Proto: "icmpv6", Echo: &timeline.Echo{Reply: true, ID: 7, Seq: 1}})},
		{"SCTP", toVRRP4 + ip4("001c", "84") + "0800 0000 00000000", at4(timeline.Frame{Proto: "ip"})},
		{"spanning tree", "0180c2000000 0242ac100f82 0007 424203 00000000", func() *timeline.Frame {
			f := ether(timeline.Frame{Proto: "ether"})
			f.Dst = "01:80:c2:00:00:00"
			return f
		}()},
		{"authentication header longer than its frame", toVRRP4 + ip4("001c", "33") + "70ff0000 00000001", at4(timeline.Frame{Proto: "ip"})},
		{"less than two addresses", "ffff", &timeline.Frame{Proto: "ether"}},
		{"nothing", "", &timeline.Frame{Proto: "ether"}},
	}
	d := NewDecoder()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			data := unhex(t, row.frame)
			row.want.Length = len(data)
			if diff := cmp.Diff(row.want, d.Decode(data, len(data)), byValue); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Cutting a frame anywhere must cost what is behind the cut, and nothing else.
func TestDecodeTruncated(t *testing.T) {
	whole := unhex(t, toVRRP4+ip4("0040", "33")+"70040000 00000001 00000002 0102030405060708090a0b0c"+
		"2121 6401 0201 bd68 ac100f63 0000000000000000")
	d := NewDecoder()
	for n := range whole {
		f := d.Decode(whole[:n], len(whole))
		if f.Length != len(whole) {
			t.Fatalf("cut at %d: length %d", n, f.Length)
		}
		if n >= 14+20 && f.IPSrc != node130 {
			t.Errorf("cut at %d: source address lost", n)
		}
		if f.VRRP != nil && f.VRRP.ChecksumOK {
			t.Errorf("cut at %d: checksum held", n)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		toVRRP4 + ip4("0028", "70") + "2121 6401 0101 339d ac100f63 61316232 63336434",
		toVRRP4 + ip4("0040", "33") + "70040000 00000001 00000002 0102030405060708090a0b0c 2121 6401 0201 bd68 ac100f63 0000000000000000",
		toVRRP6 + "60000000 0018 70 ff fe800000000000000000000000000001 ff020000000000000000000000000012 3107 c801 0019 07c4 fe800000000000000000000000000099",
		"ffffffffffff 0242ac100f82 0806 0001 0800 06 04 0001 0242ac100f82 ac100f63 000000000000 ac100f63",
		toVRRP6 + "60000000 0020 3a ff fe800000000000000000000000000001 ff020000000000000000000000000012 8700 0000 00000000 fe800000000000000000000000000099 0101 020000000001",
	} {
		f.Add(unhex(f, s))
	}
	d := NewDecoder()
	f.Fuzz(func(t *testing.T, data []byte) {
		e := d.Decode(data, len(data))
		if e.VRRP != nil && len(e.VRRP.Addresses) > e.VRRP.VRID+255 {
			t.Errorf("%d addresses", len(e.VRRP.Addresses))
		}
		// A decoder that was used must say the same as a new one.
		if diff := cmp.Diff(NewDecoder().Decode(data, len(data)), e, byValue); diff != "" {
			t.Errorf("state left behind (-new +used)\n%s", diff)
		}
	})
}

func BenchmarkDecodeVRRP(b *testing.B) {
	data := unhex(b, toVRRP4+ip4("0028", "70")+"2121 6401 0101 339d ac100f63 61316232 63336434")
	d := NewDecoder()
	b.ReportAllocs()
	for b.Loop() {
		d.Decode(data, len(data))
	}
}
