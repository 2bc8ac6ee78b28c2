package bfd

import (
	"slices"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// TestPoll: a question is answered at once, the answer asks nothing.
func TestPoll(t *testing.T) {
	link := &record{}
	s := NewSession(settings(nil), 1, link, at(0))
	reach(t, s, Up) // it polls itself
	link.sent = nil
	s.Receive(heard(Control{State: Up, Poll: true}), at(0))
	if len(link.sent) != 1 || link.sent[0].Poll || !link.sent[0].Final || link.sent[0].State != Up || link.sent[0].Yours != 7 {
		t.Errorf("answer %+v", link.sent)
	}
}

// TestNegotiation: what Reload changes is acted on when the neighbour knows, or at
// once where that harms nobody (6.8.3).
func TestNegotiation(t *testing.T) {
	link := &record{}
	s := NewSession(settings(nil), 1, link, at(0))
	reach(t, s, Up)
	tick := func(when time.Duration) Control {
		link.sent = nil
		s.next = at(when)
		s.Tick(at(when))
		if len(link.sent) != 1 {
			t.Fatalf("sent %d packets", len(link.sent))
		}
		return link.sent[0]
	}
	check := func(what string, c Control, poll bool, minTx, minRx time.Duration, interval, detection time.Duration) {
		t.Helper()
		if c.Poll != poll || c.MinTx != micros(minTx) || c.MinRx != micros(minRx) || s.Interval() != interval || s.Detection() != detection {
			t.Errorf("%s: %+v, interval %v, detection %v", what, c, s.Interval(), s.Detection())
		}
	}
	check("up", tick(0), true, 100*ms, 100*ms, 100*ms, 300*ms)
	s.Receive(heard(Control{State: Up, Final: true}), at(0))
	check("told", tick(0), false, 100*ms, 100*ms, 100*ms, 300*ms)

	s.Reload(settings(func(b *conf.BFD) { b.MinTx, b.MinRx = 400*ms, 120*ms }), at(0))
	if next, _ := s.Deadline(); next != at(0) {
		t.Error("a change waits for the next packet")
	}
	check("slower", tick(0), true, 400*ms, 120*ms, 100*ms, 360*ms)
	s.Receive(heard(Control{State: Up}), at(0))
	check("not told yet", tick(0), true, 400*ms, 120*ms, 100*ms, 360*ms)
	s.Receive(heard(Control{State: Up, Final: true}), at(0))
	check("told", tick(0), false, 400*ms, 120*ms, 400*ms, 360*ms)

	s.Reload(settings(func(b *conf.BFD) { b.MinTx, b.MinRx = 200*ms, 110*ms }), at(0))
	check("faster", tick(0), true, 200*ms, 110*ms, 200*ms, 360*ms)
	s.Reload(settings(func(b *conf.BFD) { b.MinTx, b.MinRx = 300*ms, 110*ms }), at(0))
	check("once more", tick(0), true, 300*ms, 110*ms, 200*ms, 360*ms)
	s.Receive(heard(Control{State: Up, Final: true}), at(0)) // to the first poll, maybe
	check("a packet between two polls", tick(0), false, 300*ms, 110*ms, 200*ms, 360*ms)
	s.Receive(heard(Control{State: Up, Final: true}), at(0)) // nobody asked
	check("second poll", tick(0), true, 300*ms, 110*ms, 200*ms, 360*ms)
	s.Receive(heard(Control{State: Up, Final: true}), at(0))
	check("second poll is over", tick(0), false, 300*ms, 110*ms, 300*ms, 330*ms)

	s.Reload(settings(func(b *conf.BFD) { b.MinTx, b.MinRx = 300*ms, 110*ms }), at(0))
	check("no change", tick(0), false, 300*ms, 110*ms, 300*ms, 330*ms)
}

// TestStop: the neighbour hears that it is on purpose (6.8.16).
func TestStop(t *testing.T) {
	link := &record{}
	s := NewSession(settings(nil), 1, link, at(0))
	reach(t, s, Up)
	link.sent, link.said = nil, nil
	s.Stop()
	if len(link.sent) != 1 || link.sent[0].State != AdminDown || link.sent[0].Diag != AdminDowned {
		t.Errorf("sent %+v", link.sent)
	}
	if want := []string{"false: administratively down"}; !slices.Equal(link.said, want) {
		t.Errorf("said %q", link.said)
	}
	s.Receive(heard(Control{State: Down}), at(0))
	if _, ok := s.Deadline(); ok || s.state != AdminDown {
		t.Errorf("%v after a packet", s.state)
	}
}

// TestHurry: a packet that waits leaves earlier if the neighbour bears more now.
func TestHurry(t *testing.T) {
	link := &record{}
	s := NewSession(settings(nil), 1, link, at(0))
	reach(t, s, Up)
	s.Receive(heard(Control{State: Up, MinRx: 5_000_000, MinTx: 5_000_000}), at(0))
	s.Tick(at(0))
	if next, _ := s.Deadline(); next < at(3*time.Second) {
		t.Fatalf("next packet after %v", time.Duration(next-at(0)))
	}
	s.Receive(heard(Control{State: Up}), at(time.Second))
	if next, _ := s.Deadline(); next > at(time.Second) {
		t.Errorf("next packet after %v", time.Duration(next-at(0)))
	}
}
