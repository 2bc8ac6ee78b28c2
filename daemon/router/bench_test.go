package router

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/internal/testnet"
)

// many makes n virtual routers, 250 on each of as many interfaces as it takes.
func many(t testing.TB, h *testnet.Host, n int) (list []*conf.Instance) {
	t.Helper()
	h.Do(func() error {
		for k := 0; k < n; k += 250 {
			d := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: fmt.Sprintf("d%d", k/250)}, PeerName: fmt.Sprintf("p%d", k/250)}
			if err := netlink.LinkAdd(d); err != nil {
				return err
			}
			addr, err := netlink.ParseAddr(fmt.Sprintf("10.%d.255.1/16", k/250))
			if err != nil {
				return err
			}
			if err := netlink.AddrAdd(d, addr); err != nil {
				return err
			}
			peer, err := netlink.LinkByName(d.PeerName)
			if err != nil {
				return err
			}
			if err := errors.Join(netlink.LinkSetUp(d), netlink.LinkSetUp(peer)); err != nil {
				return err
			}
		}
		return nil
	})
	for k := range n {
		list = append(list, instance(254, func(i *conf.Instance) {
			i.Name, i.Interface, i.VRID = fmt.Sprintf("V%d", k), fmt.Sprintf("d%d", k/250), k%250+1
			vip := netip.AddrFrom4([4]byte{10, byte(k / 250), 1, byte(k%250 + 1)})
			i.Addresses = vips(conf.Address{Prefix: netip.PrefixFrom(vip, 32), Interface: i.Interface})
			i.GARP.Delay = 0
		}))
	}
	return list
}

// BenchmarkMasters is what Masters at 1 s adverts cost: run with -benchtime 1x.
// keepalived 2.2.7 takes 1.6 % of a core for 1,000.
func BenchmarkMasters(b *testing.B) {
	for _, row := range []struct {
		name string
		n    int
		prio func(k int) int // other priorities have other phases
	}{
		{"1", 1, func(int) int { return 254 }}, {"100", 100, func(int) int { return 254 }}, {"1000", 1000, func(int) int { return 254 }},
		{"1000 spread", 1000, func(k int) int { return k%250 + 1 }},
	} {
		n := row.n
		b.Run(row.name, func(b *testing.B) {
			h := testnet.New(b)
			list := many(b, h, n)
			for k := range list {
				list[k].Priority = row.prio(k)
			}
			r, stop := running(b, h, list...)
			defer stop()
			for all := 0; all < n; {
				time.Sleep(100 * time.Millisecond)
				all = 0
				s, err := r.Status(b.Context())
				if err != nil {
					b.Fatal(err)
				}
				for _, i := range s.Instances {
					if i.State == "MASTER" {
						all++
					}
				}
			}
			runtime.GC()
			for b.Loop() {
				const span = 5 * time.Second
				before, start := cpu(), sent(b, r)
				time.Sleep(span)
				used, adverts := cpu()-before, sent(b, r)-start
				b.ReportMetric(float64(used.Microseconds())/float64(adverts), "us-cpu/advert")
				b.ReportMetric(100*float64(used)/float64(span), "%core")
				b.ReportMetric(float64(adverts)/span.Seconds(), "adverts/s")
				var m runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&m)
				b.ReportMetric(float64(m.HeapAlloc)/1e6, "MB-heap")
			}
		})
	}
}

func sent(b *testing.B, r *Router) (n uint64) {
	s, err := r.Status(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for _, i := range s.Instances {
		n += i.Stats.AdvertsSent
	}
	return n
}

// cpu is the processor time of this process.
func cpu() time.Duration {
	var u unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// running runs list on h until stop is called.
func running(t testing.TB, h *testnet.Host, list ...*conf.Instance) (r *Router, stop func()) {
	t.Helper()
	r, err := New(Options{Log: nolog{}, Alone: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready := make(chan struct{})
	done := h.Go(func() {
		if err := r.Run(ctx, config(list...), func() { close(ready) }); err != nil {
			t.Error(err)
		}
	})
	select {
	case <-ready:
	case <-done:
		t.FailNow()
	}
	return r, func() { cancel(); <-done }
}

// BenchmarkReload is a reload of 1,000 Masters that changes nothing. How late
// adverts are meanwhile is what it takes between two of them at most.
func BenchmarkReload(b *testing.B) {
	h := testnet.New(b)
	list := many(b, h, 1000)
	r, stop := running(b, h, list...)
	defer stop()
	for b.Loop() {
		if err := r.Reload(b.Context(), config(list...)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStatus is a status of 1,000 virtual routers.
func BenchmarkStatus(b *testing.B) {
	h := testnet.New(b)
	r, stop := running(b, h, many(b, h, 1000)...)
	defer stop()
	for b.Loop() {
		if _, err := r.Status(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
