package process

import (
	"context"
	"runtime/debug"
	"testing"
)

var held []byte

// TestSettle: what is free goes back, and there is a bound.
func TestSettle(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	Frugal()
	if got := debug.SetMemoryLimit(-1); got != unbounded {
		t.Errorf("bound %d", got)
	}
	held = make([]byte, 24<<20)
	Settle()
	if got := debug.SetMemoryLimit(-1); got < 36<<20+spare || got > 48<<20+spare {
		t.Errorf("bound %d with 24 MiB in use", got)
	}
	Expect(much)
	if got := debug.SetMemoryLimit(-1); outgrown(24<<20, got) || !outgrown(40<<20, got) {
		t.Errorf("bound %d after a short text", got)
	}
	Expect(much + 1)
	if got := debug.SetMemoryLimit(-1); !outgrown(0, got) {
		t.Errorf("bound %d after a long text", got)
	}
	held = nil
	Settle()
	if got, _ := usage(); got > keep {
		t.Errorf("%d bytes are idle", got)
	}
}

// TestStaySmallEnds: with its context.
func TestStaySmallEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); StaySmall(ctx) }()
	cancel()
	<-done
}
