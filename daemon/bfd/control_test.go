package bfd

import (
	"encoding/hex"
	"errors"
	"regexp"
	"slices"
	"testing"
)

// fromKeepalived is what keepalived 2.2.7 sends of a session that is down, with
// idle_tx 1500, min_rx 50 and multiplier 4.
const fromKeepalived = "204004180dd95696000000000016e3600000c35000000000"

var sound = Control{Diag: NoDiag, State: Down, Multiplier: 4, Mine: 0x0dd95696, MinTx: 1_500_000, MinRx: 50_000}

func packet(edit func([]byte) []byte) []byte {
	b, err := hex.DecodeString(fromKeepalived)
	if err != nil {
		panic(err)
	}
	if edit != nil {
		b = edit(b)
	}
	return b
}

func TestCaptured(t *testing.T) {
	if c, err := Parse(packet(nil)); err != nil || c != sound {
		t.Errorf("%+v, %v", c, err)
	}
	if got := hex.EncodeToString(sound.Append(nil)); got != fromKeepalived {
		t.Errorf("got  %s\nwant %s", got, fromKeepalived)
	}
}

func poke(at int, v byte) func([]byte) []byte {
	return func(b []byte) []byte { b[at] = v; return b }
}

// TestParse is RFC 5880 6.8.6.
func TestParse(t *testing.T) {
	for _, r := range []struct {
		name string
		edit func([]byte) []byte
		want error
	}{
		{"sound", nil, nil},
		{"version 0", poke(0, 0), BadVersion},
		{"version 2", poke(0, 0x40), BadVersion},
		{"23 bytes", func(b []byte) []byte { return b[:23] }, TooShort},
		{"length 23", poke(3, 23), BadLength},
		{"length 25", poke(3, 25), BadLength},
		{"bytes after the packet", func(b []byte) []byte { return append(b, 1, 2, 3) }, nil},
		{"multiplier 0", poke(2, 0), ZeroMultiplier},
		{"multipoint", poke(1, 0x41), Multipoint},
		{"discriminator 0", func(b []byte) []byte { clear(b[4:8]); return b }, ZeroDiscriminator},
		{"init without our discriminator", poke(1, 0x80), NoDiscriminator},
		{"up without our discriminator", poke(1, 0xc0), NoDiscriminator},
		{"admin down without our discriminator", poke(1, 0), nil},
		{"authenticated", poke(1, 0x44), Authenticated},
		{"control plane independent", poke(1, 0x48), nil},
	} {
		if _, err := Parse(packet(r.edit)); !errors.Is(err, r.want) {
			t.Errorf("%s: %v, want %v", r.name, err, r.want)
		}
	}
	for n := range controlLen {
		if _, err := Parse(packet(nil)[:n:n]); err == nil {
			t.Errorf("%d bytes parse", n)
		}
	}
}

func TestReasons(t *testing.T) {
	form := regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
	var keys []string
	for d := Discard(1); d < reasons; d++ {
		if !form.MatchString(d.Key()) || d.Error() == "" || slices.Contains(keys, d.Key()) {
			t.Errorf("reason %d: key %q, text %q", int(d), d.Key(), d.Error())
		}
		keys = append(keys, d.Key())
	}
	if reasons.Key() != "unknown" || Discard(-1).Error() != "unknown reason" {
		t.Error("there is a reason beyond the last one")
	}
}

// FuzzParse: no panic, what parses says the same again, and a session bears it in
// every state.
func FuzzParse(f *testing.F) {
	f.Add(packet(nil))
	f.Add(packet(poke(1, 0xff)))
	all := Control{Diag: 31, State: Up, Poll: true, Final: true, Demand: true, Multiplier: 255, Mine: 1, Yours: 1, MinTx: 1 << 31, MinRx: 1<<32 - 1, MinEcho: 5}
	f.Add(all.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := Parse(b)
		if err != nil {
			if d, ok := err.(Discard); !ok || d.known() == 0 {
				t.Fatalf("no reason: %v", err)
			}
			return
		}
		again, err := Parse(c.Append(nil))
		if err != nil || again != c {
			t.Fatalf("%+v becomes %+v, %v", c, again, err)
		}
		for _, state := range []State{Down, Init, Up} {
			link := &record{}
			s := NewSession(settings(nil), 1, link, at(0))
			reach(t, s, state)
			s.Receive(&c, at(0))
			s.Tick(at(0))
			if s.detect != 0 && s.detect <= at(0) {
				t.Fatalf("it is gone at once: %+v", c)
			}
			for _, out := range link.sent {
				if _, err := Parse(out.Append(nil)); err != nil || out.Poll && out.Final {
					t.Fatalf("sent %+v, %v", out, err)
				}
			}
		}
	})
}
