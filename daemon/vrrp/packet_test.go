package vrrp

import (
	"encoding/hex"
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/daemon/conf"
)

var compareAddr = cmp.Comparer(func(a, b netip.Addr) bool { return a == b })

// TestAppend is R3768-5.1-01: VRID 51, priority 100, 1 s, PASS 1111, one
// address, byte for byte; the checksum was computed apart from the code.
func TestAppend(t *testing.T) {
	a := Advert{VRID: 51, Priority: 100, AuthType: 1, Interval: 1, Addresses: []netip.Addr{netip.MustParseAddr("192.168.0.5")}}
	copy(a.Auth[:], "1111")
	got := hex.EncodeToString(a.Append(nil))
	if want := "21336401" + "010156ba" + "c0a80005" + "3131313100000000"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// local is the virtual router that packets are checked against.
func local() *conf.Instance {
	return instance(100, func(i *conf.Instance) {
		i.AuthType, i.AuthPass = 1, "1111"
		i.Addresses = vips(vip, vip2)
	})
}

// datagram is a packet that passes, after change to the advert and raw to the
// bytes; with sum, the checksum is made right again at the end.
func datagram(change func(*Advert), raw func([]byte) []byte, sum bool) []byte {
	i := local()
	a := advert(i, 200)
	if change != nil {
		change(&a)
	}
	msg := a.Append(nil)
	b := append(appendIPv4(nil, 7, high, i.MulticastGroup, len(msg)), msg...)
	if raw != nil {
		b = raw(b)
	}
	if sum && len(b) >= ipLen+headerLen {
		b[ipLen+6], b[ipLen+7] = 0, 0
		c := checksum(b[ipLen:])
		b[ipLen+6], b[ipLen+7] = byte(c>>8), byte(c)
	}
	return b
}

func poke(at int, v byte) func([]byte) []byte {
	return func(b []byte) []byte { b[at] = v; return b }
}

// cut shortens a packet to n bytes of VRRP, and says so in the IP header.
func cut(n int) func([]byte) []byte {
	return func(b []byte) []byte { b = b[:ipLen+n]; b[2], b[3] = 0, byte(len(b)); return b }
}

func extend(n int) func([]byte) []byte {
	return func(b []byte) []byte { b = append(b, make([]byte, n)...); b[3] = byte(len(b)); return b }
}

func TestReceive(t *testing.T) {
	rows := []struct {
		name   string
		change func(*Advert)
		raw    func([]byte) []byte
		sum    bool
		want   Discard // 0: passes
	}{
		{"sound", nil, nil, false, 0},
		{"R3768-5.2.3-02 TTL 254", nil, poke(8, 254), false, BadTTL},
		{"R3768-5.2.3-02 TTL 0", nil, poke(8, 0), false, BadTTL},
		{"R3768-7.1-02 version 3", nil, poke(ipLen, 3<<4|1), true, BadVersion},
		{"R3768-5.3.2-02 type 2", nil, poke(ipLen, 2<<4|2), true, BadType},
		{"R3768-7.1-03 empty message", nil, cut(0), false, Truncated},
		{"R3768-7.1-03 7 bytes", nil, cut(7), false, Truncated},
		{"R3768-7.1-03 no authentication data", nil, cut(16), true, Truncated},
		{"R3768-7.1-03 count larger than data", nil, poke(ipLen+3, 3), true, Truncated},
		{"R3768-7.1-04 count 255", nil, poke(ipLen+3, 255), true, Truncated},
		{"R3768-7.1-04 total length beyond the data", nil, poke(3, 200), false, BadHeader},
		{"R3768-7.1-04 total length within the header", nil, poke(3, 12), false, BadHeader},
		{"R3768-7.1-05 bytes after the message", nil, extend(8), false, 0},
		{"R3768-7.1-06 a flipped bit", nil, poke(ipLen+2, 201), false, BadChecksum},
		{"R3768-7.1-06 no checksum", nil, func(b []byte) []byte { b[ipLen+6], b[ipLen+7] = 0, 0; return b }, false, BadChecksum},
		{"R3768-7.1-07 another VRID", func(a *Advert) { a.VRID = 52 }, nil, false, UnknownVRID},
		{"R3768-7.1-09 no authentication", func(a *Advert) { a.AuthType = 0 }, nil, false, BadAuthType},
		{"R3768-7.1-09 AH", func(a *Advert) { a.AuthType = 2 }, nil, false, BadAuthType},
		{"R2338-5.3.6.2-02 wrong password", func(a *Advert) { a.Auth[0] = 'x' }, nil, false, BadPassword},
		{"R2338-5.3.6.2-02 longer password", func(a *Advert) { a.Auth[7] = '1' }, nil, false, BadPassword},
		{"R2338-7.1-02 wrong password with priority 0", func(a *Advert) { a.Auth[0], a.Priority = 0, 0 }, nil, false, BadPassword},
		{"R3768-7.1-15 an address missing", func(a *Advert) { a.Addresses = a.Addresses[:1] }, nil, false, BadAddresses},
		{"R3768-7.1-15 an extra address", func(a *Advert) { a.Addresses = append(a.Addresses, low) }, nil, false, BadAddresses},
		{"R3768-7.1-15 another address", func(a *Advert) { a.Addresses[0] = low }, nil, false, BadAddresses},
		{"R3768-7.1-15 one address twice", func(a *Advert) { a.Addresses[0] = a.Addresses[1] }, nil, false, BadAddresses},
		{"R3768-7.1-14 another order", func(a *Advert) { a.Addresses[0], a.Addresses[1] = a.Addresses[1], a.Addresses[0] }, nil, false, 0},
		{"R3768-7.1-16 another list of an owner", func(a *Advert) { a.Addresses, a.Priority = nil, 255 }, nil, false, 0},
		{"R3768-7.1-18 another interval", func(a *Advert) { a.Interval = 2 }, nil, false, BadInterval},
		{"R3768-7.1-21 sent to the host", nil, poke(19, 9), false, BadDestination},
		{"R3768-7.1-22 IP options", nil, func(b []byte) []byte {
			b = append(b[:ipLen:ipLen], append([]byte{1, 1, 1, 1}, b[ipLen:]...)...)
			b[0], b[3] = 0x46, byte(len(b))
			return b
		}, false, 0},
		{"order: TTL before version", nil, func(b []byte) []byte { b[8], b[ipLen] = 1, 0x31; return b }, false, BadTTL},
		{"order: authentication before interval", func(a *Advert) { a.AuthType, a.Interval = 0, 9 }, nil, false, BadAuthType},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			d, err := Decode(datagram(row.change, row.raw, row.sum))
			if err == nil {
				err = Verify(&d, local())
			}
			var got Discard
			errors.As(err, &got)
			if got != row.want || (err == nil) != (row.want == 0) {
				t.Errorf("got %v (%d), want %d", err, got, row.want)
			}
		})
	}
}

func TestReceiveWithoutAuthentication(t *testing.T) {
	i := local()
	i.AuthType = 0
	d, err := Decode(datagram(func(a *Advert) { a.AuthType = 0 }, nil, false))
	if err == nil {
		err = Verify(&d, i)
	}
	if err != nil {
		t.Errorf("R3768-5.3.6.1-01: authentication data of type 0 is not ignored: %v", err)
	}
}

func TestOwnerHearsNobody(t *testing.T) {
	i := local()
	i.Priority = 255
	d, err := Decode(datagram(nil, nil, false))
	if err != nil {
		t.Fatal(err)
	}
	if err := Verify(&d, i); !errors.Is(err, OwnerHears) {
		t.Errorf("R3768-7.1-08: %v", err)
	}
}

func TestAdvertOfInstance(t *testing.T) {
	i := local()
	i.AdvertInt, i.Excluded = 10*time.Second, vips(conf.Address{Prefix: netip.MustParsePrefix("10.9.9.9/32")})
	d, err := Decode(append(appendIPv4(nil, 1, ours, i.MulticastGroup, 24), func() []byte { a := advert(i, 0); return a.Append(nil) }()...))
	if err != nil {
		t.Fatal(err)
	}
	want := Datagram{ours, i.MulticastGroup, Advert{VRID: 51, AuthType: 1, Interval: 10, Addresses: []netip.Addr{vip.Prefix.Addr(), vip2.Prefix.Addr()}, Auth: [8]byte{'1', '1', '1', '1'}}}
	if diff := cmp.Diff(want, d, compareAddr); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(datagram(nil, nil, false))
	f.Add(datagram(nil, cut(7), false))
	f.Add(datagram(nil, poke(ipLen+3, 255), true))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := Decode(b)
		var why Discard
		if err != nil && !errors.As(err, &why) {
			t.Fatalf("%v is no Discard", err)
		}
		if err != nil {
			return
		}
		again, err := Decode(append(appendIPv4(nil, 0, d.Source, d.Destination, headerLen+4*len(d.Advert.Addresses)+authLen), d.Advert.Append(nil)...))
		if diff := cmp.Diff(d, again, compareAddr); err != nil || diff != "" {
			t.Errorf("written and read again: %v %s", err, diff)
		}
	})
}
