package check

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/internal/testnet"
	"github.com/viplab/viplab/daemon/notify"
)

func TestMain(m *testing.M) {
	notify.Main()
	_ = os.Setenv("GORACE", "atexit_sleep_ms=0") // or each launcher takes a second to end
	before := openFiles()
	code := testnet.Main(m)
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	if after := openFiles(); code == 0 && after > before+2 { // the runtime's epoll and event
		fmt.Fprintf(os.Stderr, "files are left open: %d, %d before the tests\n", after, before)
		code = 1
	}
	os.Exit(code)
}

func openFiles() int {
	list, _ := os.ReadDir("/proc/self/fd")
	return len(list)
}

// record takes what checkers log and report, and waits for it.
type record struct {
	mu      sync.Mutex
	more    *sync.Cond
	lines   []string
	results []Result
}

func newRecord() *record {
	r := &record{}
	r.more = sync.NewCond(&r.mu)
	return r
}

func (r *record) Printf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, fmt.Sprintf(format, args...))
	r.more.Broadcast()
}

func (r *record) report(x Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.results = append(r.results, x)
	r.more.Broadcast()
}

// until waits for a line with text. It ends with the test binary's own time-out.
func (r *record) until(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for !strings.Contains(strings.Join(r.lines, "\n"), text) {
		r.more.Wait()
	}
}

func (r *record) log() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.lines, "\n")
}

// take waits for the next result of a checker, and removes it.
func (r *record) take(id ID) Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		for i, x := range r.results {
			if x.ID == id {
				r.results = append(r.results[:i:i], r.results[i+1:]...)
				return x
			}
		}
		r.more.Wait()
	}
}

// expect waits for the next result of a checker, which is to be this one.
func (r *record) expect(t testing.TB, id ID, up bool, reason string) Result {
	t.Helper()
	x := r.take(id)
	if x.Up != up || x.Reason != reason {
		t.Errorf("checker %d: up is %v, reason %q; want %v, %q\n%s", id, x.Up, x.Reason, up, reason, r.log())
	}
	return x
}

// lab is a host with a Manager in it. Loopback has all of 127.0.0.0/8 and ::1; to
// 10.9.0.3 and .5 packets vanish, to 10.8.0.0/24 there is no route, and 10.7.0.0/24
// is forbidden.
type lab struct {
	*testnet.Host
	*record
	t testing.TB
	m *Manager
}

func newLab(t testing.TB, change ...func(*Options)) *lab {
	t.Helper()
	b := &lab{Host: testnet.New(t), record: newRecord(), t: t}
	sw := testnet.New(t)
	sw.Switch()
	b.Plug(sw, "host", "10.9.0.1/24")
	for _, ip := range []string{"10.9.0.3", "10.9.0.5"} {
		b.Learn(netip.MustParseAddr(ip), net.HardwareAddr{2, 0, 0, 0, 0, 1})
	}
	b.Do(func() error {
		for dst, kind := range map[string]int{"10.8.0.0/24": unix.RTN_UNREACHABLE, "10.7.0.0/24": unix.RTN_PROHIBIT} {
			n, _ := netlink.ParseIPNet(dst)
			if err := netlink.RouteAdd(&netlink.Route{Dst: n, Type: kind}); err != nil {
				return err
			}
		}
		return os.WriteFile("/proc/sys/net/ipv4/ping_group_range", []byte("0 2147483647"), 0)
	})
	o := Options{Log: b.record, Report: b.report, early: 999 * time.Millisecond, OnThread: b.enter}
	for _, f := range change {
		f(&o)
	}
	m, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	b.m = m
	t.Cleanup(func() {
		if err := m.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return b
}

// enter puts the calling thread into the lab.
func (b *lab) enter() error {
	var fd int
	b.Do(func() (err error) {
		fd, err = unix.Open(fmt.Sprintf("/proc/self/task/%d/ns/net", unix.Gettid()), unix.O_RDONLY|unix.O_CLOEXEC, 0)
		return err
	})
	defer unix.Close(fd)
	return unix.Setns(fd, unix.CLONE_NEWNET)
}

// checkerOf is a checker of addr with short times.
func checkerOf(kind, addr string, change ...func(*conf.Checker)) *conf.Checker {
	c := &conf.Checker{Kind: kind, Timing: conf.Timing{DelayLoop: 30 * time.Millisecond, RetryDelay: 10 * time.Millisecond, ConnectTimeout: 200 * time.Millisecond}}
	if addr != "" {
		a := netip.MustParseAddrPort(addr)
		c.ConnectIP, c.ConnectPort = a.Addr(), a.Port()
	}
	for _, f := range change {
		f(c)
	}
	return c
}

func specOf(id ID, c *conf.Checker) Spec {
	return Spec{ID: id, Service: "[10.0.0.100]:tcp:80", Server: "[" + c.ConnectIP.String() + "]:tcp:" + fmt.Sprint(c.ConnectPort), Checker: c, Up: true}
}

func (b *lab) start(specs ...Spec) {
	b.t.Helper()
	if err := b.m.Start(specs); err != nil {
		b.t.Fatal(err)
	}
}

func (b *lab) reload(specs ...Spec) {
	b.t.Helper()
	if err := b.m.Reload(specs); err != nil {
		b.t.Fatal(err)
	}
}

// eventually waits until ok. It ends with the test binary's own time-out.
func eventually(ok func() bool) {
	for !ok() {
		time.Sleep(time.Millisecond)
	}
}
