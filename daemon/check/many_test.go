package check

import (
	"fmt"
	"net/netip"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
)

// many are n TCP_CHECKs of addresses of loopback with one server behind them.
func many(n int, change ...func(*conf.Checker)) (specs []Spec) {
	for i := range n {
		a := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 1, byte(i >> 8), byte(i)}), 80)
		specs = append(specs, specOf(ID(i), checkerOf("TCP_CHECK", a.String(), append(change, func(c *conf.Checker) { c.DelayLoop, c.Warmup = 2*time.Second, time.Minute })...)))
	}
	return specs
}

// acceptor accepts as cheaply as it can: it has no thread of its own per server.
func (b *lab) acceptor(t testing.TB) *atomic.Int64 {
	var fd int
	b.Do(func() (err error) {
		if fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0); err != nil {
			return err
		}
		if err = unix.Bind(fd, &unix.SockaddrInet4{Port: 80}); err != nil {
			return err
		}
		return unix.Listen(fd, 4096)
	})
	var n atomic.Int64
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, _, err := unix.Accept4(fd, unix.SOCK_CLOEXEC)
			if err != nil {
				return
			}
			n.Add(1)
			unix.Close(c)
		}
	}()
	t.Cleanup(func() { _ = unix.Shutdown(fd, unix.SHUT_RDWR); <-done; unix.Close(fd) })
	return &n
}

// TestMany is of 5,000 servers that are checked at the same time, and then spread.
func TestMany(t *testing.T) {
	b := newLab(t)
	b.SetSysctl("core/somaxconn", "8192")
	b.acceptor(t)
	const n = 5000
	b.start(many(n, func(c *conf.Checker) { c.ConnectTimeout = 5 * time.Second; c.Retry = 1 })...)
	eventually(func() bool { b.mu.Lock(); defer b.mu.Unlock(); return len(b.results) >= n })
	for _, r := range b.m.Reports() {
		if !r.Up || r.Reason != "" {
			t.Fatalf("%+v", r)
		}
	}
	t.Logf("late by %v at most", b.m.Late())
}

// BenchmarkMany measures what 5,000 servers that are checked every 2 s cost this
// process, of which some is the server's side.
func BenchmarkMany(b *testing.B) {
	for _, n := range []int{100, 1000, 5000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			l := newLab(b)
			l.acceptor(b)
			runtime.GC()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			l.start(many(n)...)
			time.Sleep(2100 * time.Millisecond) // until all have been checked once
			runtime.GC()
			runtime.ReadMemStats(&after)
			l.m.Late()
			var from, to unix.Rusage
			l.m.loop.do(func() { _ = unix.Getrusage(unix.RUSAGE_THREAD, &from) })
			begun, checks := time.Now(), total(l.m)
			for b.Loop() {
				time.Sleep(4 * time.Second)
			}
			l.m.loop.do(func() { _ = unix.Getrusage(unix.RUSAGE_THREAD, &to) })
			took, made := time.Since(begun), total(l.m)-checks
			cpu := time.Duration(to.Utime.Nano() + to.Stime.Nano() - from.Utime.Nano() - from.Stime.Nano())
			user := time.Duration(to.Utime.Nano() - from.Utime.Nano())
			b.ReportMetric(float64(cpu.Microseconds())/float64(made), "us/check")
			b.ReportMetric(float64(user.Microseconds())/float64(made), "user-us/check")
			b.ReportMetric(100*cpu.Seconds()/took.Seconds(), "%cpu")
			b.ReportMetric(float64(l.m.Late().Microseconds())/1000, "ms-late")
			b.ReportMetric(float64(to.Nvcsw-from.Nvcsw)/took.Seconds(), "switches/s")
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "B/checker")
			b.ReportMetric(float64(made)/took.Seconds(), "checks/s")
		})
	}
}

func total(m *Manager) (n uint64) {
	for _, r := range m.Reports() {
		n += r.Checks
	}
	return n
}
