package bfd

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/internal/testnet"
)

// TestHostile: packets that are not the neighbour's change nothing and are
// counted.
func TestHostile(t *testing.T) {
	sw, a, b := pair(t)
	evil := testnet.New(t)
	evil.Plug(sw, "evil", "10.0.0.66/24")
	a.run(to("10.0.0.2", nil))
	b.run(to("10.0.0.1", nil))
	a.await(t, "B true Up")
	a.mu.Lock()
	mine, theirs := a.sessions[0].local, a.sessions[0].remote
	a.mu.Unlock()
	down := Control{State: AdminDown, Multiplier: 1, Mine: theirs, Yours: mine, MinTx: 1, MinRx: 1}
	stranger := down
	stranger.Yours = 0
	other := down
	other.Yours++
	short := down.Append(nil)[:20]
	evil.Do(func() error {
		return send("10.0.0.1", 255, down.Append(nil), stranger.Append(nil), other.Append(nil), short)
	})
	b.Do(func() error { return send("10.0.0.1", 254, down.Append(nil)) })
	want := "map[bad_source:1 bad_ttl:1 no_session:2 too_short:1]"
	for fmt.Sprint(a.Discards()) != want {
		time.Sleep(time.Millisecond)
	}
	if n := len(a.reports); n > 0 {
		t.Errorf("%d reports, first %s", n, <-a.reports)
	}
}

// send sends packets from the calling thread's namespace.
func send(to string, ttl int, list ...[]byte) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	err = unix.SetsockoptInt(fd, unix.SOL_IP, unix.IP_TTL, ttl)
	for _, b := range list {
		err = errors.Join(err, unix.Sendto(fd, b, 0, &unix.SockaddrInet4{Port: singleHop, Addr: netip.MustParseAddr(to).As4()}))
	}
	return err
}

// TestClosed: nothing runs afterwards.
func TestClosed(t *testing.T) {
	m := New(Options{Log: &logger{}, Report: func(string, bool, string) {}})
	if err := m.Close(context.Background()); err != nil {
		t.Error(err)
	}
	if err := errors.Join(m.Close(context.Background())); err != nil {
		t.Error(err)
	}
	if err := m.Start(&conf.Config{}); !errors.Is(err, ErrClosed) {
		t.Errorf("start after the end: %v", err)
	}
}
