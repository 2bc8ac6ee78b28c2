package bfd

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// record is a link that remembers.
type record struct {
	sent []Control
	said []string
}

func (r *record) Transmit(c Control) { r.sent = append(r.sent, c) }

func (r *record) Changed(up bool, why string) {
	r.said = append(r.said, strings.TrimSuffix(fmt.Sprintf("%v: %s", up, why), ": "))
}

// settings are 100 ms and 3 packets, after change.
func settings(change func(*conf.BFD)) *conf.BFD {
	b := &conf.BFD{Name: "B", MinRx: 100 * ms, MinTx: 100 * ms, IdleTx: time.Second, Multiplier: 3, TTL: 255}
	if change != nil {
		change(b)
	}
	return b
}

const ms = time.Millisecond

// at is a moment.
func at(d time.Duration) Instant { return Instant(time.Hour + d) }

// reach brings a session to a state, by what a neighbour would say.
func reach(t testing.TB, s *Session, to State) {
	t.Helper()
	for _, c := range map[State][]Control{Down: nil, Init: {{State: Down}}, Up: {{State: Down}, {State: Up}}}[to] {
		s.Receive(heard(c), at(0))
	}
	if s.state != to {
		t.Fatalf("state %v, want %v", s.state, to)
	}
}

// heard is c with the rest filled in.
func heard(c Control) *Control {
	c.Mine, c.Yours = 7, 1
	if c.Multiplier == 0 {
		c.Multiplier = 3
	}
	if c.MinTx == 0 {
		c.MinTx = 100_000
	}
	if c.MinRx == 0 {
		c.MinRx = 100_000
	}
	return &c
}

// TestStates is the state machine of RFC 5880 6.2, each state and each packet.
func TestStates(t *testing.T) {
	const quiet = ""
	for _, r := range []struct {
		in   State
		hear State
		want State
		diag Diag
		said string
	}{
		{Down, AdminDown, Down, NoDiag, quiet},
		{Down, Down, Init, NoDiag, quiet},
		{Down, Init, Up, NoDiag, "true"},
		{Down, Up, Down, NoDiag, quiet},
		{Init, AdminDown, Down, NeighborDown, quiet},
		{Init, Down, Init, NoDiag, quiet},
		{Init, Init, Up, NoDiag, "true"},
		{Init, Up, Up, NoDiag, "true"},
		{Up, AdminDown, Down, NeighborDown, "false: neighbour is administratively down"},
		{Up, Down, Down, NeighborDown, "false: neighbour signaled session down (control detection time expired)"},
		{Up, Init, Up, NoDiag, quiet},
		{Up, Up, Up, NoDiag, quiet},
	} {
		t.Run(fmt.Sprintf("%v hears %v", r.in, r.hear), func(t *testing.T) {
			link := &record{}
			s := NewSession(settings(nil), 1, link, at(0))
			reach(t, s, r.in)
			link.said = nil
			s.Receive(heard(Control{State: r.hear, Diag: TimeExpired}), at(0))
			if got := strings.Join(link.said, ","); s.state != r.want || s.diag != r.diag || got != r.said {
				t.Errorf("%v, diag %d, said %q; want %v, %d, %q", s.state, s.diag, got, r.want, r.diag, r.said)
			}
			if next, ok := s.Deadline(); r.want != r.in && (!ok || next != at(0)) {
				t.Error("the neighbour does not hear of it at once")
			}
		})
	}
}

// TestDetection: a session is down when its neighbour was silent for long enough,
// whatever was agreed on (6.8.4).
func TestDetection(t *testing.T) {
	for _, r := range []struct {
		name  string
		minRx time.Duration // ours
		minTx uint32        // theirs
		mult  uint8
		want  time.Duration
	}{
		{"theirs is faster", 100 * ms, 50_000, 3, 300 * ms},
		{"ours is faster", 100 * ms, 250_000, 4, time.Second},
		{"one packet", 10 * ms, 10_000, 1, 10 * ms},
	} {
		t.Run(r.name, func(t *testing.T) {
			link := &record{}
			s := NewSession(settings(func(b *conf.BFD) { b.MinRx = r.minRx }), 1, link, at(0))
			reach(t, s, Init)
			last := heard(Control{State: Up, MinTx: r.minTx, Multiplier: r.mult})
			s.Receive(last, at(0))
			s.Tick(at(r.want - 1))
			if s.state != Up || s.Detection() != r.want {
				t.Fatalf("%v before the end, detection time %v", s.state, s.Detection())
			}
			s.Tick(at(r.want))
			if s.state != Down || s.diag != TimeExpired || s.remote != 0 {
				t.Errorf("%v, diag %d, remote discriminator %d", s.state, s.diag, s.remote)
			}
			if want := []string{"true", "false: control detection time expired"}; !slices.Equal(link.said, want) {
				t.Errorf("said %q", link.said)
			}
			if c := link.sent[len(link.sent)-1]; c.State != Down || c.Diag != TimeExpired || c.Yours != 0 {
				t.Errorf("sent %+v", c)
			}
		})
	}
}

// TestHeardInTime: what came before the timer is served counts.
func TestHeardInTime(t *testing.T) {
	s := NewSession(settings(nil), 1, &record{}, at(0))
	reach(t, s, Up)
	s.Receive(heard(Control{State: Up}), at(5*time.Second))
	if s.Tick(at(5 * time.Second)); s.state != Up {
		t.Errorf("%v", s.state)
	}
}

// TestJitter: packets come up to a quarter early, with a multiplier of 1 a tenth
// at least (6.8.7).
func TestJitter(t *testing.T) {
	for mult, want := range map[int][2]time.Duration{3: {75 * ms, 100 * ms}, 1: {75 * ms, 90 * ms}} {
		link := &record{}
		s := NewSession(settings(func(b *conf.BFD) { b.Multiplier = mult }), 1, link, at(0))
		reach(t, s, Up)
		s.poll = told
		lowest, highest, now := time.Hour, time.Duration(0), at(0)
		for range 2000 {
			s.Tick(now)
			s.detect = 0
			next, ok := s.Deadline()
			if !ok {
				t.Fatal("no deadline")
			}
			lowest, highest, now = min(lowest, time.Duration(next-now)), max(highest, time.Duration(next-now)), next
		}
		if lowest < want[0] || highest > want[1] || lowest > want[0]+ms || highest < want[1]-ms {
			t.Errorf("multiplier %d: %v to %v, want %v", mult, lowest, highest, want)
		}
	}
}

// TestInterval: as fast as we want and the neighbour can bear, slowly unless up
// (6.8.2, 6.8.3).
func TestInterval(t *testing.T) {
	s := NewSession(settings(nil), 1, &record{}, at(0))
	for _, r := range []struct {
		hear *Control
		want time.Duration
	}{
		{nil, time.Second},
		{heard(Control{State: Down, MinRx: 2_000_000}), 2 * time.Second},
		{heard(Control{State: Init, MinRx: 10_000}), 100 * ms}, // up
		{heard(Control{State: Up, MinRx: 300_000}), 300 * ms},
		{heard(Control{State: Down, MinRx: 10_000}), time.Second},
	} {
		if r.hear != nil {
			s.Receive(r.hear, at(0))
		}
		if s.Interval() != r.want {
			t.Errorf("%v: interval %v, want %v", s.state, s.Interval(), r.want)
		}
	}
	slow := NewSession(settings(func(b *conf.BFD) { b.MinTx = 3 * time.Second }), 1, &record{}, at(0))
	if slow.Interval() != 3*time.Second {
		t.Errorf("idle interval %v", slow.Interval())
	}
}

// TestSilence: who sends nothing.
func TestSilence(t *testing.T) {
	for _, r := range []struct {
		name   string
		change func(*conf.BFD)
		hear   []*Control
		want   bool
	}{
		{"active", nil, nil, true},
		{"passive", func(b *conf.BFD) { b.Passive = true }, nil, false},
		{"passive, spoken to", func(b *conf.BFD) { b.Passive = true }, []*Control{heard(Control{State: Down})}, true},
		{"nothing wanted", nil, []*Control{{Mine: 7, Yours: 1, State: Down, Multiplier: 3, MinTx: 1}}, false},
		{"demand while down", nil, []*Control{heard(Control{State: Down, Demand: true})}, true},
		{"demand while up, poll", nil, []*Control{heard(Control{State: Down}), heard(Control{State: Up, Demand: true})}, true},
		{"demand while up", nil, []*Control{heard(Control{State: Down}), heard(Control{State: Up}), heard(Control{State: Up, Demand: true, Final: true})}, false},
	} {
		t.Run(r.name, func(t *testing.T) {
			link := &record{}
			s := NewSession(settings(r.change), 1, link, at(0))
			for _, c := range r.hear {
				s.Receive(c, at(0))
				s.Tick(at(0))
			}
			link.sent = nil
			s.next = at(10 * ms)
			s.Tick(at(10 * ms))
			if got := len(link.sent) > 0; got != r.want {
				t.Errorf("sends %v", got)
			}
		})
	}
}

// TestPassiveForgets: a passive session is silent again when its neighbour is
// gone.
func TestPassiveForgets(t *testing.T) {
	link := &record{}
	s := NewSession(settings(func(b *conf.BFD) { b.Passive = true }), 1, link, at(0))
	reach(t, s, Up)
	s.Tick(at(time.Second))
	if _, ok := s.Deadline(); ok || s.state != Down {
		t.Errorf("%v, it still has a deadline: %v", s.state, ok)
	}
}
