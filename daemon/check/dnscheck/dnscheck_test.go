package dnscheck

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/viplab/viplab/daemon/conf"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server sends what answer makes of each query, a datagram each; nil is a pause.
func server(t *testing.T, answer func(query []byte) [][]byte) func(context.Context) (net.Conn, error) {
	t.Helper()
	s, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var g sync.WaitGroup
	t.Cleanup(func() { s.Close(); g.Wait() })
	g.Go(func() {
		buffer := make([]byte, 1024)
		for {
			n, from, err := s.ReadFrom(buffer)
			if err != nil {
				return
			}
			for _, a := range answer(append([]byte(nil), buffer[:n]...)) {
				if a == nil {
					time.Sleep(20 * time.Millisecond)
					continue
				}
				_, _ = s.WriteTo(a, from)
			}
		}
	})
	return func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", s.LocalAddr().String())
	}
}

// response answers a query with flags and rcode.
func response(query []byte, flags uint16) []byte {
	out := append([]byte(nil), query...)
	binary.BigEndian.PutUint16(out[2:], flags)
	return out
}

// otherID is a response to another query.
func otherID(query []byte) []byte {
	out := response(query, 0x8180)
	out[0] ^= 1
	return out
}

// TestRun has what keepalived 2.2.7 made of the same answers, but for what the name
// says.
func TestRun(t *testing.T) {
	const good, late = 0x8180, "no answer within 150ms"
	one := func(f func(q []byte) []byte) func([]byte) [][]byte {
		return func(q []byte) [][]byte { return [][]byte{f(q)} }
	}
	first := func(f func(q []byte) []byte) func([]byte) [][]byte {
		return func(q []byte) [][]byte { return [][]byte{f(q), nil, response(q, good)} }
	}
	rows := []struct {
		name   string
		answer func([]byte) [][]byte
		want   string // empty: success
	}{
		{"success", one(func(q []byte) []byte { return response(q, good) }), ""},
		{"no recursion", one(func(q []byte) []byte { return response(q, 0x8000) }), ""},
		{"cut off", one(func(q []byte) []byte { return response(q, 0x8380) }), ""},
		{"header alone", one(func(q []byte) []byte { return response(q, good)[:12] }), ""},
		{"garbage behind the header", one(func(q []byte) []byte { return append(response(q, good)[:12], strings.Repeat("\xff", 50)...) }), ""},
		{"gigantic", one(func(q []byte) []byte { return append(response(q, good), make([]byte, 60000)...) }), ""},
		{"format error", one(func(q []byte) []byte { return response(q, 0x8181) }), "DNS rcode 1 (FormatError)"},
		{"server failure", one(func(q []byte) []byte { return response(q, 0x8182) }), "DNS rcode 2 (ServerFailure)"},
		{"no such name", one(func(q []byte) []byte { return response(q, 0x8183) }), "DNS rcode 3 (NameError)"},
		{"refused", one(func(q []byte) []byte { return response(q, 0x8185) }), "DNS rcode 5 (Refused)"},
		{"unknown rcode", one(func(q []byte) []byte { return response(q, 0x818b) }), "DNS rcode 11 (11)"},
		{"failure first", first(func(q []byte) []byte { return response(q, 0x8182) }), "DNS rcode 2 (ServerFailure)"},
		{"another id", one(otherID), late},
		{"another id first", first(otherID), ""},
		{"a query", one(func(q []byte) []byte { return q }), late},
		{"a query first", first(func(q []byte) []byte { return q }), ""},
		{"too short (keepalived: success)", one(func(q []byte) []byte { return response(q, good)[:11] }), late},
		{"short first", first(func(q []byte) []byte { return q[:5] }), ""},
		{"empty first", first(func([]byte) []byte { return []byte{} }), ""},
		{"silence", func([]byte) [][]byte { return nil }, late},
		{"wrong ones for ever", func(q []byte) (list [][]byte) {
			for range 20 {
				list = append(list, otherID(q), nil)
			}
			return append(list, response(q, good))
		}, late},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			err := Run(t.Context(), server(t, row.answer), &conf.DNSProbe{Type: "SOA", Name: "."}, 150*time.Millisecond)
			switch {
			case row.want == "" && err != nil:
				t.Error(err)
			case row.want != "" && (err == nil || err.Error() != row.want):
				t.Errorf("%v, want %s", err, row.want)
			}
		})
	}
}

// TestQuestion compares queries with keepalived 2.2.7's, byte for byte.
func TestQuestion(t *testing.T) {
	rows := []struct{ kind, name, want string }{
		{"SOA", ".", "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x06\x00\x01"},
		{"A", "www.example.com", "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x07example\x03com\x00\x00\x01\x00\x01"},
		{"DNSKEY", "Example.com.", "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07Example\x03com\x00\x00\x30\x00\x01"},
		{"RRSIG", "ab.c", "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x02ab\x01c\x00\x00\x2e\x00\x01"},
	}
	for _, row := range rows {
		got, err := question(0x1234, row.kind, row.name)
		if err != nil {
			t.Error(err)
			continue
		}
		if diff := cmp.Diff(row.want, string(got)); diff != "" {
			t.Errorf("%s %s (-keepalived +got)\n%s", row.kind, row.name, diff)
		}
	}
	for _, kind := range strings.Split("A|NS|CNAME|SOA|MX|TXT|AAAA|RRSIG|DNSKEY", "|") {
		if _, err := question(1, kind, "."); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{strings.Repeat("x", 64) + ".com", strings.Repeat("abcd.", 60), "a..b"} {
		if _, err := question(1, "A", name); err == nil {
			t.Errorf("%q is taken", name)
		}
	}
}

// TestUnreachable has nobody at the port.
func TestUnreachable(t *testing.T) {
	s, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	where := s.LocalAddr().String()
	s.Close()
	err = Run(t.Context(), func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", where)
	}, &conf.DNSProbe{Type: "A", Name: "x"}, time.Second)
	if err == nil || err.Error() != "port unreachable" {
		t.Error(err)
	}
}

// TestCancel ends a check that waits.
func TestCancel(t *testing.T) {
	gone := errors.New("the checker is no more")
	ctx, cancel := context.WithCancelCause(t.Context())
	dial := server(t, func([]byte) [][]byte { cancel(gone); return nil })
	if err := Run(ctx, dial, &conf.DNSProbe{Type: "A", Name: "x"}, 5*time.Second); !errors.Is(err, gone) {
		t.Error(err)
	}
}

// FuzzAnswer judges what might be an answer.
func FuzzAnswer(f *testing.F) {
	q, err := question(0x1234, "A", "www.example.com")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(q, uint16(0x1234))
	f.Add(response(q, 0x8180), uint16(0x1234))
	f.Add(response(q, 0x8182)[:12], uint16(0x1234))
	f.Add(q[:3], uint16(0))
	f.Fuzz(func(t *testing.T, datagram []byte, id uint16) {
		answer, err := judge(datagram, id)
		mine := len(datagram) >= 12 && binary.BigEndian.Uint16(datagram) == id && datagram[2]&0x80 != 0
		if answer != mine || err != nil && datagram[3]&15 == 0 || answer && err == nil && datagram[3]&15 != 0 {
			t.Fatalf("%x: %v %v", datagram, answer, err)
		}
	})
}
