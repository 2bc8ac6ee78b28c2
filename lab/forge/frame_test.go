package forge

import (
	"bytes"
	"encoding/hex"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/viplab/viplab/lab/capture"
	"github.com/viplab/viplab/lab/timeline"
)

var (
	own  = netip.MustParseAddr("192.0.2.66")
	own6 = netip.MustParseAddr("fe80::66")
	vip  = netip.MustParseAddr("192.0.2.50")
	vip6 = netip.MustParseAddr("fe80::50")
	mac  = net.HardwareAddr{2, 0, 0, 0, 0, 0x66}
)

func ptr[T any](v T) *T { return &v }

// decoded is what the wire shows of an advertisement.
func decoded(t *testing.T, a Advert) *timeline.Frame {
	t.Helper()
	source := own
	if a.ipv6() {
		source = own6
	}
	frame, err := a.frame(mac, groupMAC(a.destination()), source)
	if err != nil {
		t.Fatal(err)
	}
	return capture.NewDecoder().Decode(frame, len(frame))
}

// TestFrame holds what is written to what another decoder reads: everything
// right, but for what is asked to be wrong.
func TestFrame(t *testing.T) {
	v2 := func() *timeline.Frame {
		return &timeline.Frame{
			Src: mac.String(), Dst: "01:00:5e:00:00:12", Length: 60, Proto: "vrrp",
			IPSrc: own, IPDst: netip.MustParseAddr("224.0.0.18"), TTL: 255,
			VRRP: &timeline.VRRP{ // short frames are filled up to 60 bytes
				Version: 2, Type: 1, VRID: 51, Priority: 200, Interval: time.Second,
				AuthData: "0000000000000000", Addresses: []netip.Addr{vip}, ChecksumOK: true,
			},
		}
	}
	v3 := func() *timeline.Frame {
		f := v2()
		f.VRRP.Version, f.VRRP.AuthData = 3, ""
		return f
	}
	v6 := func() *timeline.Frame {
		f := v3()
		f.Length, f.Dst, f.IPSrc, f.IPDst = 78, "33:33:00:00:00:12", own6, netip.MustParseAddr("ff02::12")
		f.VRRP.Addresses = []netip.Addr{vip6}
		return f
	}
	right := Advert{VRID: 51, Priority: 200, Addresses: []netip.Addr{vip}}
	for _, tc := range []struct {
		name   string
		forge  func(*Advert)
		base   func() *timeline.Frame
		differ func(*timeline.Frame)
	}{
		{"version 2", func(*Advert) {}, v2, func(*timeline.Frame) {}},
		{"version 3", func(a *Advert) { a.Version = 3 }, v3, func(*timeline.Frame) {}},
		{"IPv6", func(a *Advert) { a.Addresses[0] = vip6 }, v6, func(*timeline.Frame) {}},
		{"version 4", func(a *Advert) { a.Version = 4 }, v3, func(f *timeline.Frame) { f.VRRP.Version, f.VRRP.Interval = 4, 0 }},
		{"source", func(a *Advert) { a.Source = netip.MustParseAddr("192.0.2.1") }, v2,
			func(f *timeline.Frame) { f.IPSrc = netip.MustParseAddr("192.0.2.1") }},
		{"destination", func(a *Advert) { a.Destination = netip.MustParseAddr("224.0.0.1") }, v2,
			func(f *timeline.Frame) { f.IPDst, f.Dst = netip.MustParseAddr("224.0.0.1"), "01:00:5e:00:00:01" }},
		{"TTL", func(a *Advert) { a.TTL = ptr(254) }, v2, func(f *timeline.Frame) { f.TTL = 254 }},
		{"hop limit", func(a *Advert) { a.Addresses[0], a.TTL = vip6, ptr(0) }, v6, func(f *timeline.Frame) { f.TTL = 0 }},
		{"type", func(a *Advert) { a.Type = ptr(2) }, v2, func(f *timeline.Frame) { f.VRRP.Type = 2 }},
		{"interval", func(a *Advert) { a.Interval = ptr(7 * time.Second) }, v2, func(f *timeline.Frame) { f.VRRP.Interval = 7 * time.Second }},
		{"no interval", func(a *Advert) { a.Version, a.Interval = 3, ptr(time.Duration(0)) }, v3, func(f *timeline.Frame) { f.VRRP.Interval = 0 }},
		{"centiseconds", func(a *Advert) { a.Version, a.Interval = 3, ptr(40950*time.Millisecond) }, v3,
			func(f *timeline.Frame) { f.VRRP.Interval = 40950 * time.Millisecond }},
		{"password", func(a *Advert) { a.Password = "abc" }, v2,
			func(f *timeline.Frame) { f.VRRP.AuthType, f.VRRP.AuthData = 1, "6162630000000000" }},
		{"authentication", func(a *Advert) { a.Auth = ptr(9) }, v2, func(f *timeline.Frame) { f.VRRP.AuthType = 9 }},
		{"wrong checksum", func(a *Advert) { a.Checksum = Wrong }, v2, func(f *timeline.Frame) { f.VRRP.ChecksumOK = false }},
		{"wrong checksum of version 3", func(a *Advert) { a.Version, a.Checksum = 3, Wrong }, v3, func(f *timeline.Frame) { f.VRRP.ChecksumOK = false }},
		{"plain checksum", func(a *Advert) { a.Version, a.Checksum = 3, Plain }, v3, func(*timeline.Frame) {}},
		{"plain checksum over IPv6", func(a *Advert) { a.Addresses[0], a.Checksum = vip6, Plain }, v6, func(f *timeline.Frame) { f.VRRP.ChecksumOK = false }},
		{"the group's checksum to another", func(a *Advert) { a.Version, a.Checksum, a.Destination = 3, Group, netip.MustParseAddr("224.0.0.1") }, v3,
			func(f *timeline.Frame) {
				f.IPDst, f.Dst, f.VRRP.ChecksumOK = netip.MustParseAddr("224.0.0.1"), "01:00:5e:00:00:01", false
			}},
		{"the group's checksum to the group", func(a *Advert) { a.Version, a.Checksum = 3, Group }, v3, func(*timeline.Frame) {}},
		{"authentication header", func(a *Advert) { a.AH = &AH{Sequence: 7, Key: "secret"} }, v2,
			func(f *timeline.Frame) { f.VRRP.AuthType, f.Length = 2, 78 }},
		{"no address", func(a *Advert) { a.Addresses = nil }, v2, func(f *timeline.Frame) { f.VRRP.Addresses = nil }},
		{"fewer than it says", func(a *Advert) { a.Version, a.Count = 3, ptr(2) }, v3, func(f *timeline.Frame) { f.VRRP.ChecksumOK = false }},
		{"more than it says", func(a *Advert) { a.Version, a.Count = 3, ptr(0) }, v3, func(f *timeline.Frame) { f.VRRP.Addresses = nil }},
		{"cut", func(a *Advert) { a.Cut = 6 }, v2, func(f *timeline.Frame) { f.VRRP.AuthData = "" }},
		{"padded", func(a *Advert) { a.Pad = 7 }, v2, func(f *timeline.Frame) { f.Length = 61 }},
		{"IP length", func(a *Advert) { a.IPLength = ptr(36) }, v2, func(f *timeline.Frame) { f.VRRP.AuthData = "" }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := right
			a.Addresses = []netip.Addr{vip}
			tc.forge(&a)
			if err := a.Check(); err != nil {
				t.Fatal(err)
			}
			want := tc.base()
			tc.differ(want)
			if diff := cmp.Diff(want, decoded(t, a), cmpopts.EquateComparable(netip.Addr{}), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	for _, tc := range []struct {
		name  string
		forge Advert
		want  string
	}{
		{"TTL", Advert{TTL: ptr(256)}, "ttl 256 is out of range 0..255"},
		{"version", Advert{Version: 16}, "version 16"},
		{"type", Advert{Type: ptr(-1)}, "type -1"},
		{"VRID", Advert{VRID: 256}, "vrid 256"},
		{"priority", Advert{Priority: 256}, "priority 256"},
		{"count", Advert{Count: ptr(256)}, "count 256"},
		{"authentication", Advert{Auth: ptr(256)}, "auth 256"},
		{"length", Advert{IPLength: ptr(1 << 16)}, "ip-length 65536"},
		{"more cut than there is", Advert{Cut: 17}, "cut 17 is out of range 0..16"},
		{"padding", Advert{Pad: 1001}, "pad 1001"},
		{"no padding", Advert{Pad: -1}, "pad -1"},
		{"addresses", Advert{Addresses: make([]netip.Addr, 256)}, "number of addresses 256"},
		{"password", Advert{Password: "123456789"}, "more than 8 bytes"},
		{"checksum", Advert{Checksum: "rihgt"}, `unknown checksum "rihgt"`},
		{"header of IPv6", Advert{AH: &AH{}, Addresses: []netip.Addr{vip6}}, "authentication header"},
		{"families", Advert{Addresses: []netip.Addr{vip, vip6}}, "both families"},
		{"half a second", Advert{Interval: ptr(500 * time.Millisecond)}, "no multiple of 1s"},
		{"five milliseconds", Advert{Version: 3, Interval: ptr(5 * time.Millisecond)}, "no multiple of 10ms up to 40.95s"},
		{"too long", Advert{Version: 3, Interval: ptr(41 * time.Second)}, "up to 40.95s"},
	} {
		err := tc.forge.Check()
		if !errors.Is(err, ErrAdvert) || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v", tc.name, err)
		}
	}
}

// TestSignature signs what keepalived 2.2.7 sent with the password s3cret.
func TestSignature(t *testing.T) {
	const (
		ip      = "45c0004000010000ff3318b6c0000201e0000012"
		header  = "70040000c000020100000001086c893dc815a3414970f94e"
		message = "213364010201b697c00002320000000000000000"
	)
	h := &AH{Sequence: 1, Key: "s3cret"}
	got := hex.EncodeToString(h.header(netip.MustParseAddr("192.0.2.1"), unhex(t, ip), unhex(t, message)))
	if got != header {
		t.Errorf("got %s, want %s", got, header)
	}
	h.Key = ""
	if got := h.header(netip.MustParseAddr("192.0.2.1"), unhex(t, ip), unhex(t, message)); !bytes.Equal(got[ahHeader:], make([]byte, icvSize)) {
		t.Errorf("without a key: signed with %x", got[ahHeader:])
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
