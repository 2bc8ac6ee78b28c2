package bfd

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/internal/testnet"
)

// logger keeps lines.
type logger struct {
	mu    sync.Mutex
	lines []string
}

func (l *logger) Printf(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

func (l *logger) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}

// host is a host with sessions.
type host struct {
	*testnet.Host
	*Manager
	log     logger
	reports chan string
}

func newHost(t *testing.T, sw *testnet.Host, name, addr string) *host {
	h := &host{Host: testnet.New(t), reports: make(chan string, 1000)}
	h.Plug(sw, name, addr)
	h.Manager = New(Options{Log: &h.log, Report: func(name string, up bool, text string) {
		h.reports <- fmt.Sprintf("%s %v %s", name, up, text)
	}})
	t.Cleanup(func() {
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("%s said:\n%s", name, h.log.text())
		}
	})
	return h
}

// run has the sessions of list on h.
func (h *host) run(list ...*conf.BFD) {
	h.Do(func() error { return h.Reload(&conf.Config{BFDs: list}) })
}

// await waits for a report.
func (h *host) await(t *testing.T, want string) {
	t.Helper()
	for got := range h.reports { // ends with the report, or with the test binary's own time-out
		if got == want {
			return
		}
		t.Logf("passed over %q, want %q", got, want)
	}
}

// agreed waits until the first session sends and expects packets at these
// intervals, and its neighbour knows.
func (h *host) agreed(interval, detection time.Duration) {
	done := func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		s := h.sessions[0]
		return s.state == Up && s.poll == told && s.Interval() == interval && s.Detection() == detection
	}
	for !done() { // ends with it, or with the test binary's own time-out
		time.Sleep(time.Millisecond)
	}
}

func to(neighbor string, change func(*conf.BFD)) *conf.BFD {
	b := settings(change)
	b.Neighbor, b.IdleTx = netip.MustParseAddr(neighbor), 100*ms // no real session is in such a hurry
	return b
}

// pair is two hosts, 10.0.0.1 and 10.0.0.2, on the switch sw.
func pair(t *testing.T) (sw *testnet.Host, a, b *host) {
	sw = testnet.New(t)
	sw.Switch()
	a, b = newHost(t, sw, "a", "10.0.0.1/24"), newHost(t, sw, "b", "10.0.0.2/24")
	a.Address("2001:db8::1/64", true)
	b.Address("2001:db8::2/64", true)
	return sw, a, b
}
