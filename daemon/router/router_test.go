package router

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/viplab/viplab/daemon/advert"
	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/internal/testnet"
	"github.com/viplab/viplab/daemon/notify"
	"github.com/viplab/viplab/daemon/status"
)

func TestMain(m *testing.M) {
	code := testnet.Main(m)
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// lines is a Logger that tests wait on.
type lines chan string

func (l lines) Log(_ bool, text string) { l <- text }

// until waits for a line that contains text and returns those before it. It
// ends with the test binary's own time-out, if the line never comes.
func (l lines) until(t *testing.T, text string) []string {
	t.Helper()
	var before []string
	for got := range l {
		if os.Getenv("DBG") != "" {
			t.Log(got)
		}
		if strings.Contains(got, text) {
			return before
		}
		before = append(before, got)
	}
	return nil
}

// site is a host that runs a Router.
type site struct {
	*testnet.Host
	t      *testing.T
	log    lines
	router *Router
	stop   func()

	mu     sync.Mutex
	events []notify.Event
}

func (s *site) heard(e notify.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, e)
}

// quick is a virtual router that takes over soon: after one lost advertisement
// if nobody else is there that it could disturb, else after two.
func quick(prio int, change ...func(*conf.Instance)) *conf.Instance {
	return instance(prio, append([]func(*conf.Instance){func(i *conf.Instance) {
		i.AuthType, i.AuthPass = 1, "1111"
		if i.DownTimerAdverts = 2; prio == 254 {
			i.DownTimerAdverts = 1
		}
		i.Addresses[0].Label = "eth0:0"
		i.GARP.Delay = 0
	}}, change...)...)
}

func pair(t *testing.T) (a, b *site, frames <-chan testnet.Frame, sw *testnet.Host) {
	t.Parallel()
	sw = testnet.New(t)
	sw.Switch()
	frames = sw.Capture()
	a, b = &site{Host: testnet.New(t), t: t}, &site{Host: testnet.New(t), t: t}
	a.Plug(sw, "pa", "10.0.0.1/24")
	b.Plug(sw, "pb", "10.0.0.2/24")
	return a, b, frames, sw
}

func (s *site) run(list ...*conf.Instance) {
	s.t.Helper()
	s.start(config(list...))
}

// config is a configuration with keepalived's defaults.
func config(list ...*conf.Instance) *conf.Config {
	return &conf.Config{Instances: list}
}

// start runs cfg until the test ends, or stop is called.
func (s *site) start(cfg *conf.Config) {
	s.t.Helper()
	s.log = make(lines, 4096)
	var err error
	if s.router, err = New(Options{Log: s.log, Notify: s.heard}); err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, result := make(chan struct{}), error(nil)
	done := s.Go(func() { result = s.router.Run(ctx, cfg, func() { close(ready) }) })
	stopped := false
	s.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		<-done
		if result != nil {
			s.t.Errorf("run: %v", result)
		}
	}
	s.t.Cleanup(s.stop)
	select {
	case <-ready:
	case <-done:
		s.t.Fatal(result)
	}
}

func (s *site) status() *status.Status {
	s.t.Helper()
	st, err := s.router.Status(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return st
}

func (s *site) holds(want bool) {
	s.t.Helper()
	if label, got := s.Labels()[vip1.Prefix]; got != want || got && label != "eth0:0" {
		s.t.Errorf("holds the address: %v (label %q), want %v", got, label, want)
	}
}

// next returns the next advertisement for which ok is true.
func next(frames <-chan testnet.Frame, ok func(f testnet.Frame) bool) testnet.Frame {
	for f := range frames {
		if f.VRRP != nil && ok(f) {
			return f
		}
	}
	return testnet.Frame{}
}

// TestElection is the course's first lab on two real hosts: the Backup alone
// becomes Master, the better one preempts it, resigns at its end, and returns.
func TestElectionOnTheWire(t *testing.T) {
	a, b, frames, _ := pair(t)
	b.run(quick(200))
	b.holds(false)
	b.log.until(t, "Entering MASTER STATE")
	b.log.until(t, "gratuitous ARPs")
	b.holds(true)

	a.run(quick(254))
	b.log.until(t, "higher priority 254, ours 200")
	b.log.until(t, "removing VIPs.")
	b.holds(false)
	a.log.until(t, "setting VIPs.")
	first := next(frames, func(f testnet.Frame) bool { return f.VRRP.Priority == 254 })
	checkAdvert(t, a, first)
	checkGARP(t, a, frames)
	a.holds(true)

	a.stop()
	a.holds(false)
	resigned := next(frames, func(f testnet.Frame) bool { return f.VRRP.Priority == 0 })
	taken := next(frames, func(testnet.Frame) bool { return true })
	if gap := taken.At.Sub(resigned.At); taken.VRRP.Priority != 200 || gap < skewOf(200) {
		t.Errorf("priority %d came %v after the resignation, want 200 after %v", taken.VRRP.Priority, gap, skewOf(200))
	}
	b.log.until(t, "setting VIPs.")

	a.run(quick(254))
	a.log.until(t, "setting VIPs.")
	b.log.until(t, "removing VIPs.")
	a.log.until(t, "gratuitous ARPs")
	a.holds(true)
	b.holds(false)
}

// checkAdvert holds an advertisement to RFC 3768 5.2 and 5.3, as another
// decoder reads it.
func checkAdvert(t *testing.T, from *site, f testnet.Frame) {
	t.Helper()
	got := fmt.Sprintln(f.From(), f.IP.DstIP, f.IP.TTL, f.IP.TOS, f.Src, f.Dst, f.VRRP.VirtualRtrID, f.VRRP.AuthType, f.VRRP.AdverInt, f.VRRP.IPAddress)
	want := fmt.Sprintln("10.0.0.1", "224.0.0.18", 255, 0xc0, from.MAC("eth0"), "01:00:5e:00:00:12", 51, f.VRRP.AuthType, 1, "[10.0.0.100]")
	if got != want || f.VRRP.AuthType != 1 {
		t.Errorf("advertisement\n%s, authentication %d\nwant\n%s", got, f.VRRP.AuthType, want)
	}
}

// checkGARP expects the burst after the first advertisement: five requests. The
// last advertisement of who yields may come between them.
func checkGARP(t *testing.T, from *site, frames <-chan testnet.Frame) {
	t.Helper()
	for n := range 5 {
		f := <-frames
		for f.VRRP != nil {
			f = <-frames
		}
		if f.ARP == nil || f.From() != vip1.Prefix.Addr() || f.Src.String() != from.MAC("eth0").String() || f.Dst.String() != "ff:ff:ff:ff:ff:ff" {
			t.Errorf("frame %d after the advertisement is %+v, want gratuitous ARP", n, f)
		}
	}
}

func TestReload(t *testing.T) {
	a, _, frames, _ := pair(t)
	a.run(quick(200))
	a.log.until(t, "gratuitous ARPs")
	other := func(i *conf.Instance) { i.Addresses = vips(vip2) }
	if err := a.router.Reload(t.Context(), config(quick(90, other))); err != nil {
		t.Fatal(err)
	}
	got := a.Labels()
	if _, ok := got[vip2.Prefix]; !ok || len(got) != 2 {
		t.Errorf("addresses %v", got)
	}
	f := next(frames, func(f testnet.Frame) bool { return f.VRRP.Priority != 200 })
	if f.VRRP.Priority != 90 || f.VRRP.IPAddress[0].String() != "10.0.0.101" {
		t.Errorf("priority %d, addresses %v", f.VRRP.Priority, f.VRRP.IPAddress)
	}
	for _, line := range a.log.until(t, "gratuitous ARPs") {
		if strings.Contains(line, "STATE") || strings.Contains(line, "advert") {
			t.Errorf("a transition, or its own packets came back: %s", line)
		}
	}
	if err := a.router.Reload(t.Context(), config()); err != nil {
		t.Fatal(err)
	}
	if got := a.Labels(); len(got) != 1 {
		t.Errorf("addresses %v after the instance is gone", got)
	}
	if f := next(frames, func(f testnet.Frame) bool { return f.VRRP.Priority != 90 }); f.VRRP.Priority != 0 {
		t.Errorf("priority %d, want a resignation", f.VRRP.Priority)
	}
	a.stop()
	if err := a.router.Reload(t.Context(), config()); err != ErrStopped {
		t.Errorf("reload of a stopped router: %v", err)
	}
}

// TestWrongPassword: both are Master and say why, once.
func TestWrongPassword(t *testing.T) {
	a, b, _, _ := pair(t)
	b.run(quick(200))
	b.log.until(t, "Entering MASTER STATE")
	a.run(quick(100, func(i *conf.Instance) { i.AuthPass = "other" }))
	// Not in this order where the whole machine stood still for some seconds: a
	// is Master then before b can send.
	const wrong = "received an invalid passwd!"
	before := append(a.log.until(t, wrong), wrong)
	if !strings.Contains(strings.Join(before, "\n"), "Entering MASTER STATE") {
		before = append(before, a.log.until(t, "Entering MASTER STATE")...)
	}
	a.await(func() bool {
		i := a.status().Instances[0]
		return i.State == "MASTER" && i.Discards[advert.BadPassword.Key()] >= 3
	})
	a.stop()
	close(a.log)
	for line := range a.log {
		before = append(before, line)
	}
	if n := strings.Count(strings.Join(before, "\n"), wrong); n != 1 {
		t.Errorf("%d lines on the password:\n%s", n, strings.Join(before, "\n"))
	}
}
