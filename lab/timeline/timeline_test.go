package timeline

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestTimeJSON(t *testing.T) {
	for _, tc := range []struct {
		name string
		t    Time
		json string
	}{
		{"zero", 0, "0.000000000"},
		{"takeover", 3_804_687_500, "3.804687500"},
		{"before the lab", -1, "-0.000000001"},
		{"a year", Time(365*24*time.Hour) + 1, "31536000.000000001"},
		{"largest", math.MaxInt64, "9223372036.854775807"},
		{"smallest", math.MinInt64, "-9223372036.854775808"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b, err := json.Marshal(tc.t)
			if err != nil || string(b) != tc.json {
				t.Fatalf("marshal: got %s, %v; want %s", b, err, tc.json)
			}
			if tc.t == math.MinInt64 {
				return // has no positive twin: no instant of a run
			}
			var back Time
			if err := json.Unmarshal(b, &back); err != nil || back != tc.t {
				t.Errorf("unmarshal: got %d, %v; want %d", back, err, tc.t)
			}
		})
	}
}

func TestTimeUnmarshal(t *testing.T) {
	for _, tc := range []struct {
		in   string
		want Time
		ok   bool
	}{
		{"1", 1e9, true},
		{"1.5e0", 1_500_000_000, true},
		{"-0.25", -250_000_000, true},
		{"1e300", 0, false},
		{`"1"`, 0, false},
		{"99999999999.000000000", 0, false},
	} {
		var got Time
		err := json.Unmarshal([]byte(tc.in), &got)
		if (err == nil) != tc.ok || got != tc.want {
			t.Errorf("%s: got %d, %v; want %d, ok=%v", tc.in, got, err, tc.want, tc.ok)
		}
	}
}

func logEvent(seq uint64, at Time, text string) Event {
	return Event{Seq: seq, At: at, Kind: KindLog, Node: "web1", Log: &Log{Source: "keepalived", Text: text}}
}

func TestRecorderRoundTrip(t *testing.T) {
	var now Time
	var out bytes.Buffer
	r := NewRecorder(func() Time { now += 1e9; return now }, &out)
	more := r.More()
	r.Record(logEvent(0, 0, "stamped"))
	select {
	case <-more:
	default:
		t.Error("More: channel still open after Record")
	}
	r.Record(Event{At: 5e8, Kind: KindFrame, Node: "web1", Frame: &Frame{
		Network: "lan", Port: "eth0", Proto: "vrrp", IPSrc: netip.MustParseAddr("192.168.0.3"),
		VRRP: &VRRP{Version: 2, Type: 1, VRID: 51, Priority: 100, Interval: time.Second, ChecksumOK: true,
			Addresses: []netip.Addr{netip.MustParseAddr("192.168.0.5")}},
	}})
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	got, err := Read(&out)
	if err != nil {
		t.Fatal(err)
	}
	want := append([]Event(nil), r.Events()...)
	Sort(want)
	if d := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})); d != "" {
		t.Errorf("read back (-recorded +read):\n%s", d)
	}
	if got[0].Seq != 2 {
		t.Errorf("first event read is seq %d; want the earlier one, 2", got[0].Seq)
	}
}

func TestRecorderConcurrent(t *testing.T) {
	var out bytes.Buffer
	r := NewRecorder(func() Time { return 1 }, &out)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				r.Record(logEvent(0, 0, "x"))
				_ = r.Events()
				_ = r.More()
			}
		})
	}
	wg.Wait()
	got, err := Read(&out)
	if err != nil || len(got) != 800 {
		t.Fatalf("read %d events, %v; want 800", len(got), err)
	}
	for i, e := range got {
		if e.Seq != uint64(i+1) {
			t.Fatalf("event %d has seq %d", i, e.Seq)
		}
	}
}

// failingWriter refuses the write number failAt, from 1.
type failingWriter struct {
	bytes.Buffer
	n, failAt int
}

func (w *failingWriter) Write(b []byte) (int, error) {
	if w.n++; w.n >= w.failAt {
		w.Buffer.Write(b[:len(b)/2])
		return len(b) / 2, errors.New("no space left on device")
	}
	return w.Buffer.Write(b)
}

func TestRecorderErrors(t *testing.T) {
	t.Run("full disk", func(t *testing.T) {
		w := &failingWriter{failAt: 2}
		r := NewRecorder(func() Time { return 1 }, w)
		for range 3 {
			r.Record(logEvent(0, 0, "x"))
		}
		if err := r.Err(); err == nil || !strings.Contains(err.Error(), "no space left") {
			t.Errorf("Err: got %v", err)
		}
		if w.n != 2 {
			t.Errorf("%d writes; want none after the failed one", w.n)
		}
		if got, err := Read(&w.Buffer); err != nil || len(got) != 1 {
			t.Errorf("read %d events, %v; want the 1 whole one", len(got), err)
		}
		if n := len(r.Events()); n != 3 {
			t.Errorf("%d events kept; want 3", n)
		}
	})
	t.Run("one event that JSON cannot hold", func(t *testing.T) {
		var out bytes.Buffer
		r := NewRecorder(func() Time { return 1 }, &out)
		r.Record(Event{Kind: KindProbe, Probe: &Probe{Latency: math.NaN()}})
		r.Record(logEvent(0, 0, "x"))
		if r.Err() == nil {
			t.Error("Err: got nil; want the encoding error")
		}
		if got, err := Read(&out); err != nil || len(got) != 1 {
			t.Errorf("read %d events, %v; want the 1 good one", len(got), err)
		}
	})
}

func TestReadMalformed(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"not JSON", "{\"seq\":1,\"t\":1,\"kind\":\"later\"}\nhello\n", "line 2"},
		{"no kind", "null\n", "line 1: event without a kind"},
		{"payload missing", "{\"seq\":1,\"t\":1,\"kind\":\"frame\"}\n", "event of kind frame carries no frame"},
		{"time out of range", "{\"seq\":1,\"t\":1e300,\"kind\":\"later\"}\n", "line 1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Read(strings.NewReader(tc.in))
			if !errors.Is(err, ErrMalformed) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v; want ErrMalformed with %q", err, tc.want)
			}
		})
	}
	got, err := Read(strings.NewReader("{\"seq\":1,\"t\":1,\"kind\":\"later\"}\n{\"seq\":2,\"t\""))
	if err != nil || len(got) != 1 {
		t.Errorf("torn last line: %d events, %v; want 1", len(got), err)
	}
}

func FuzzRead(f *testing.F) {
	var out bytes.Buffer
	r := NewRecorder(func() Time { return 1 }, &out)
	r.Record(logEvent(0, 0, "x"))
	r.Record(Event{At: 2, Kind: KindAddress, Node: "a", Address: &Address{Change: Added, Interface: "eth0"}})
	f.Add(out.Bytes())
	f.Add([]byte(`{"seq":1,"t":-1e9,"kind":"frame","frame":{"arp":{"sender_ip":"::"}}}` + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		events, err := Read(bytes.NewReader(b))
		if err != nil {
			return
		}
		x := NewIndex(events) // whatever was read can be indexed, replayed and written again
		for _, n := range x.Nodes() {
			x.Table(n, math.MaxInt64)
			x.Running(n, "", math.MaxInt64)
		}
		for a := range x.addresses {
			x.Holders(a, math.MaxInt64)
			x.HolderSpans(a, math.MaxInt64)
		}
		for _, e := range events {
			if _, err := marshalLine(e); err != nil {
				t.Fatalf("event read cannot be written: %v", err)
			}
		}
	})
}

func BenchmarkRecord(b *testing.B) {
	e := Event{Kind: KindFrame, Node: "web1", Frame: &Frame{Network: "lan", Port: "eth0", Proto: "vrrp",
		VRRP: &VRRP{Version: 2, VRID: 51, Priority: 100, Interval: time.Second}}}
	var sink bytes.Buffer
	r := NewRecorder(func() Time { return 1 }, &sink)
	b.ReportAllocs()
	for b.Loop() {
		r.Record(e)
		sink.Reset()
	}
}

func TestGratuitous(t *testing.T) {
	const own, other, all = "02:00:00:00:01:01", "02:00:00:00:02:01", "ff:ff:ff:ff:ff:ff"
	vip, host := netip.MustParseAddr("192.0.2.50"), netip.MustParseAddr("192.0.2.9")
	for _, tc := range []struct {
		name string
		arp  ARP
		want bool
	}{
		{"announcement", ARP{Op: "request", SenderMAC: own, TargetMAC: all, SenderIP: vip, TargetIP: vip}, true},
		{"announcement without a target", ARP{Op: "request", SenderMAC: own, TargetMAC: "00:00:00:00:00:00", SenderIP: vip, TargetIP: vip}, true},
		{"reply to all", ARP{Op: "reply", SenderMAC: own, TargetMAC: all, SenderIP: vip, TargetIP: vip}, true},
		{"reply to itself", ARP{Op: "reply", SenderMAC: own, TargetMAC: own, SenderIP: vip, TargetIP: vip}, true},
		{"reply to an announcement", ARP{Op: "reply", SenderMAC: other, TargetMAC: own, SenderIP: vip, TargetIP: vip}, false},
		{"question", ARP{Op: "request", SenderMAC: own, TargetMAC: all, SenderIP: host, TargetIP: vip}, false},
		{"probe", ARP{Op: "request", SenderMAC: own, TargetMAC: all, SenderIP: netip.IPv4Unspecified(), TargetIP: netip.IPv4Unspecified()}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := tc.arp.Gratuitous(); got != tc.want {
				t.Errorf("got %t, want %t", got, tc.want)
			}
		})
	}
}
