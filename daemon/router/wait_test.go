package router

import (
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

func openWaiter(t *testing.T) *waiter {
	t.Helper()
	w, err := newWaiter(true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.close)
	return w
}

// TestTimerIsNotEarly: an early wake-up would send early, and none may be. How
// late one is depends on the machine and is measured by the lab.
func TestTimerIsNotEarly(t *testing.T) {
	w := openWaiter(t)
	for range 20 {
		due := now().Add(1500 * time.Microsecond)
		if err := w.arm(due); err != nil {
			t.Fatal(err)
		}
		if _, err := w.wait(true); err != nil {
			t.Fatal(err)
		}
		if at := now(); at < due && w.armed == 0 {
			t.Errorf("woken %v early", due.Sub(at))
		}
	}
}

// TestWaitIsInterrupted: a wait that has no end does not hold up the garbage
// collector, for which all goroutines have to stand still.
func TestWaitIsInterrupted(t *testing.T) {
	w := openWaiter(t)
	if !w.raw {
		t.Fatal("the wait is no raw one")
	}
	var end atomic.Bool
	signals := make(chan int)
	go func() {
		n := 0
		for !end.Load() {
			w.restless = 0 // no rest
			if _, err := w.wait(true); err != nil {
				t.Error(err)
			}
			n += w.restless
		}
		signals <- n
	}()
	for range 50 {
		runtime.GC()
	}
	end.Store(true)
	w.rouse()
	if n := <-signals; n == 0 {
		t.Error("no signal came")
	}
}

// TestRest: a rest ends with input, when somebody calls, or by itself long before
// the deadline.
func TestRest(t *testing.T) {
	w := openWaiter(t)
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer out.Close()
	fd := int(in.Fd())
	if err := w.add(fd); err != nil {
		t.Fatal(err)
	}
	rest := func(deadline time.Duration) []int {
		t.Helper()
		w.restless = 1
		if err := w.arm(now().Add(deadline)); err != nil {
			t.Fatal(err)
		}
		ready, err := w.wait(true)
		if err != nil {
			t.Fatal(err)
		}
		if w.restless != 0 {
			t.Error("it was no rest")
		}
		return ready
	}
	if ready := rest(time.Hour); len(ready) != 0 || w.armed != 0 {
		t.Errorf("%d descriptors ready, and the timer is set to %d: it did not end by itself", len(ready), w.armed)
	}
	go w.rouse()
	if ready := rest(time.Hour); len(ready) != 0 {
		t.Errorf("%d descriptors ready after a call", len(ready))
	}
	for range 3 {
		go func() { _, _ = out.Write([]byte("x")) }()
		for ready := rest(time.Hour); ; ready = rest(time.Hour) {
			if len(ready) == 1 && ready[0] == fd {
				break
			}
			if len(ready) != 0 || w.armed != 0 {
				t.Fatalf("%v ready", ready)
			}
		}
		_, _ = in.Read(make([]byte, 1))
	}
}

// TestRestIsRare: with a deadline that is near there is one in many waits.
func TestRestIsRare(t *testing.T) {
	w := openWaiter(t)
	w.restless = 1
	rests := 0
	for range impatience + 10 {
		if err := w.arm(now().Add(50 * time.Microsecond)); err != nil {
			t.Fatal(err)
		}
		before := w.restless
		if _, err := w.wait(true); err != nil {
			t.Fatal(err)
		}
		if w.restless < before {
			rests++
		}
		w.restless = max(w.restless, 1)
	}
	if rests != 1 {
		t.Errorf("%d rests", rests)
	}
}
