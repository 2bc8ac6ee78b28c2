package advert

import (
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// The images of the appendix of draft-cassen-vrrp-auth-hmac: key 00..1f, VRID 51,
// priority 200, counter 0x6800000080000000, which is noon.
const (
	image4 = "3133c80100644402c0000264" + "010100006800000080000000" + "1b84bc4e8e43892dc6d98448f8ee2265"
	image6 = "3133c8010064a2e9" + "fe800000000000000000000000000100" + "010100006800000080000000" + "c8c56146ebfd66ee10ec4d8186461b78"
)

func signed4(i *conf.Instance) {
	all(version3, unicast, sign)(i)
	i.V3ChecksumAsV2, i.Addresses = true, vips("192.0.2.100/32")
}

func signed6(i *conf.Instance) {
	all(ipv6, unicast, sign)(i)
	i.Addresses = vips("fe80::100/64")
}

// TestImages: we make the images of the draft, and take them.
func TestImages(t *testing.T) {
	for _, r := range []struct {
		name, image, src, dst string
		change                func(*conf.Instance)
		head                  int
	}{
		{"IPv4", image4, "198.51.100.10", "192.0.2.10", signed4, ipLen},
		{"IPv6", image6, "fe80::10", "fe80::20", signed6, 0},
	} {
		t.Run(r.name, func(t *testing.T) {
			i, src, dst := instance(r.change), netip.MustParseAddr(r.src), netip.MustParseAddr(r.dst)
			c, s := router(t, i)
			b := s.Append(nil, src, dst, 64, 200, noon)
			if got := hex.EncodeToString(b[r.head:]); got != r.image {
				t.Errorf("got  %s\nwant %s", got, r.image)
			}
			p := IPv6(src, dst, 64, b)
			if r.head > 0 {
				p, _ = ParseIPv4(b)
			}
			if h, err := c.Check(&p, noon); err != nil || h.Priority != 200 {
				t.Errorf("%+v, %v", h, err)
			}
		})
	}
}

// TestSignature changes one thing in the image for IPv6, whose checksum is made
// right again: what is wrong with the signature comes before it anyway.
func TestSignature(t *testing.T) {
	const tail = 24
	for _, r := range []struct {
		name  string
		edit  func([]byte) []byte
		src   string
		local func(*conf.Instance)
		now   time.Time
		want  Discard
	}{
		{"sound", nil, "", nil, noon, 0},
		{"priority", flip(2), "", nil, noon, InvalidHMAC},
		{"interval", flip(5), "", nil, noon, InvalidHMAC},
		{"address", flip(8 + 15), "", nil, noon, InvalidHMAC},
		{"checksum alone", flip(checksumAt), "", nil, noon, BadChecksum},
		{"type", flip(tail), "", nil, noon, BadSignature},
		{"key", flip(tail + trailerKeyAt), "", nil, noon, UnknownKey},
		{"zeros", flip(tail + trailerZeroAt), "", nil, noon, BadSignature},
		{"other zeros", flip(tail + trailerZeroAt + 1), "", nil, noon, BadSignature},
		{"seconds", flip(tail + trailerCounterAt + 3), "", nil, noon, InvalidHMAC},
		{"counter", flip(tail + trailerCounterAt + 7), "", nil, noon, InvalidHMAC},
		{"value", flip(tail + trailerValueAt), "", nil, noon, InvalidHMAC},
		{"last byte", flip(tail + trailerLen - 1), "", nil, noon, InvalidHMAC},
		{"source", nil, "fe80::20", nil, noon, InvalidHMAC},
		{"another VRID", nil, "", func(i *conf.Instance) { i.VRID = 52 }, noon, UnknownVRID},
		{"5 s old", nil, "", nil, noon.Add(5 * time.Second), 0},
		{"6 s old", nil, "", nil, noon.Add(6 * time.Second), StaleSignature},
		{"of the future", nil, "", nil, noon.Add(-6 * time.Second), StaleSignature},
		{"old, without a clock", nil, "", func(i *conf.Instance) { i.HMAC.AntiReplay = "monotonic" }, noon.Add(time.Hour), 0},
		{"cut", func(b []byte) []byte { return b[:len(b)-1] }, "", nil, noon, TooLong},
		{"unsigned", func(b []byte) []byte { return b[:tail] }, "", nil, noon, Unsigned},
		{"unsigned, permissive", func(b []byte) []byte { return b[:tail] }, "", func(i *conf.Instance) { i.HMAC.Mode = "permissive" }, noon, BadChecksum},
		{"bad, permissive", flip(tail + trailerValueAt), "", func(i *conf.Instance) { i.HMAC.Mode = "permissive" }, noon, InvalidHMAC},
		{"bad, receive-only", flip(tail + trailerValueAt), "", func(i *conf.Instance) { i.HMAC.Mode = "receive-only" }, noon, InvalidHMAC},
		{"another key of ours", nil, "", func(i *conf.Instance) {
			i.HMAC.Keys = []conf.HMACKey{{ID: 7, Value: strings.Repeat("x", 32)}, {ID: 1, Value: secret}}
			i.HMAC.ActiveKey = 7
		}, noon, 0},
		{"no auth_hmac", nil, "", func(i *conf.Instance) { i.HMAC = nil }, noon, SignedUnasked},
	} {
		t.Run(r.name, func(t *testing.T) {
			c, _ := router(t, instance(all(signed6, r.local)))
			b, _ := hex.DecodeString(image6)
			if r.edit != nil {
				b = r.edit(b)
			}
			src := netip.MustParseAddr("fe80::10")
			if r.src != "" {
				src = netip.MustParseAddr(r.src)
			}
			p := IPv6(src, netip.MustParseAddr("fe80::20"), 64, b)
			_, err := c.Check(&p, r.now)
			if Reason(err) != r.want {
				t.Errorf("%v (%v), want %v", Reason(err), err, r.want)
			}
			if err != nil && c.marks.clock != 0 {
				t.Error("a rejected advert left a mark")
			}
		})
	}
}

// TestReplay: what was taken is not taken again, and a counter that was set back
// is taken only once its mark is out of the window.
func TestReplay(t *testing.T) {
	for _, r := range []struct {
		name, mode string
		at         []time.Duration // when each advert is signed, from noon
		heard      []time.Duration // and when it is heard
		want       []Discard
	}{
		{"growing", "time", seconds(0, 1, 2), seconds(0, 1, 2), []Discard{0, 0, 0}},
		{"same", "time", seconds(0, 0), seconds(0, 1), []Discard{0, ReplayedHMAC}},
		{"older", "time", seconds(2, 0), seconds(2, 2), []Discard{0, ReplayedHMAC}},
		{"clock set back", "time", seconds(0, -3600), seconds(0, -3600), []Discard{0, 0}},
		{"clock set back, without clock", "monotonic", seconds(0, -3600), seconds(0, -3600), []Discard{0, ReplayedHMAC}},
		{"long silence", "monotonic", seconds(0, 3600), seconds(0, 0), []Discard{0, 0}},
	} {
		t.Run(r.name, func(t *testing.T) {
			i := instance(all(version3, sign, func(i *conf.Instance) { i.HMAC.AntiReplay = r.mode }))
			c, _ := router(t, i)
			for n, want := range r.want {
				_, s := router(t, i) // a sender that remembers nothing
				p := send(t, s, them, 200, noon.Add(r.at[n]))
				if _, err := c.Check(&p, noon.Add(r.heard[n])); Reason(err) != want {
					t.Errorf("advert %d: %v, want %v", n, err, want)
				}
			}
		})
	}
}

func seconds(list ...int) (out []time.Duration) {
	for _, n := range list {
		out = append(out, time.Duration(n)*time.Second)
	}
	return out
}

// TestReplayRejected: a signed advert that another check rejects leaves no mark.
func TestReplayRejected(t *testing.T) {
	i := instance(sign)
	c, _ := router(t, i)
	bad, err := forge{msg: poke(5, 2)}.deliver(t, i)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Check(&bad, noon); Reason(err) != BadInterval {
		t.Fatal(err)
	}
	good, _ := forge{}.deliver(t, i)
	if _, err := c.Check(&good, noon); err != nil {
		t.Error(err)
	}
}

// TestCounter: what a sender counts by, with a clock that stands, steps and wraps.
func TestCounter(t *testing.T) {
	const window = 5
	wrap := time.Unix(1<<32-1, 0)
	for _, r := range []struct {
		name, mode string
		last       uint64
		now        time.Time
		want       uint64
	}{
		{"first", "time", 0, noon, 0x6800000080000000},
		{"same moment", "time", 0x6800000080000000, noon, 0x6800000080000001},
		{"carry", "time", 0x680000008000ffff, noon, 0x6800000080010000},
		{"back a little", "time", 0x6800000500000000, noon, 0x6800000500000001},
		{"back a lot", "time", 0x6800000600000000, noon, 0x6800000080000000},
		{"back a lot, without clock", "monotonic", 0x6800000600000000, noon, 0x6800000600000001},
		{"wrap", "time", counter(wrap), wrap.Add(time.Second), 0},
	} {
		s := signer{conf: &conf.AuthHMAC{AntiReplay: r.mode, TimeWindow: window * time.Second}, counter: r.last}
		if s.count(r.now); s.counter != r.want {
			t.Errorf("%s: %#x, want %#x", r.name, s.counter, r.want)
		}
	}
}

// TestCopies: one signature for the copies of an advert, another for the next.
func TestCopies(t *testing.T) {
	_, s := router(t, instance(signed4))
	tail := func(dst netip.Addr, prio int, now time.Time) string {
		b := s.Append(nil, us, dst, 255, prio, now)
		return string(b[len(b)-trailerLen:])
	}
	first := tail(them, 200, noon)
	if tail(us, 200, noon) != first {
		t.Error("a copy has a signature of its own")
	}
	if tail(us, 0, noon) == first {
		t.Error("another priority has the same signature")
	}
	if tail(them, 200, noon.Add(time.Second)) == first {
		t.Error("the next advert has the same signature")
	}
}

// TestModes: who signs, and who takes what is not signed.
func TestModes(t *testing.T) {
	for mode, signs := range map[string]bool{"enforce": true, "permissive": true, "receive-only": false} {
		i := instance(all(sign, func(i *conf.Instance) { i.HMAC.Mode = mode }))
		c, s := router(t, i)
		b := s.Append(nil, us, group, TTL, 100, noon)
		if got := len(b) == ipLen+messageLen(i, 1)+trailerLen; got != signs {
			t.Errorf("%s: signs %v", mode, got)
		}
		p, err := forge{}.deliver(t, instance(nil))
		if err != nil {
			t.Fatal(err)
		}
		h, err := c.Check(&p, noon)
		if mode == "enforce" && Reason(err) != Unsigned || mode != "enforce" && (err != nil || h.Notice != NotSigned) {
			t.Errorf("%s: unsigned: %v, notice %b", mode, err, h.Notice)
		}
		_, other := router(t, instance(sign))
		p = send(t, other, them, 200, noon.Add(-3*time.Second))
		if h, err := c.Check(&p, noon); err != nil || h.Notice != ClockSkew {
			t.Errorf("%s: signed: %v, notice %b", mode, err, h.Notice)
		}
	}
}
