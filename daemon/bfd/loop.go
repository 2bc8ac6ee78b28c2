package bfd

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// batches is how many batches of one socket are read before timers are looked at:
// more than a socket holds of what neighbours send, so that only a flood of other
// packets can hide one of theirs.
const batches = 64

// thread starts the thread that runs sessions, once.
func (m *Manager) thread() error {
	if m.wait != nil {
		return nil
	}
	w, err := newWaiter()
	if err != nil {
		return err
	}
	m.wait, m.done = w, make(chan struct{})
	go func() {
		runtime.LockOSThread() // the kernel's scheduler alone decides when it runs
		defer runtime.UnlockOSThread()
		defer close(m.done)
		defer w.close()
		m.loop(w)
	}()
	return nil
}

// loop serves until the Manager is closed or waiting fails.
func (m *Manager) loop(w *waiter) {
	var fds []int
	for {
		m.mu.Lock()
		m.serve()
		at := m.deadline()
		fds = fds[:0]
		for _, in := range m.inlets {
			fds = append(fds, in.fd)
		}
		closed := m.closed
		m.mu.Unlock()
		if closed {
			return
		}
		if err := w.sleep(at, fds); err != nil {
			m.fail(err)
			return
		}
	}
}

// fail ends all sessions: without timers there is no saying who is up.
func (m *Manager) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failed = err
	m.opt.Log.Printf("BFD ends: %v", err)
	for _, s := range m.sessions {
		s.report(false, "Down: "+err.Error())
	}
}

// serve does what is due. Packets come before timers: a process that was stopped
// must hear what it missed before it believes a neighbour gone.
func (m *Manager) serve() {
	for p, in := range m.inlets {
		for range batches {
			n, now := in.read(), clock()
			for i := range n {
				b, src, dst, ttl := in.packet(i)
				m.receive(p, b, src, dst, ttl, now)
			}
			if n < batch {
				break
			}
		}
	}
	now := clock()
	for _, s := range m.sessions {
		s.Tick(now)
	}
}

// deadline is the earliest of all sessions, 0 for none.
func (m *Manager) deadline() (first Instant) {
	for _, s := range m.sessions {
		if at, ok := s.Deadline(); ok && (first == 0 || at < first) {
			first = max(at, 1)
		}
	}
	return first
}

// clock reads the clock that deadlines are on.
func clock() Instant {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		return 0 // cannot happen: the clock exists on every kernel
	}
	return Instant(ts.Nano())
}
