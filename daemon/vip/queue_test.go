package vip

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/netif"
	"github.com/viplab/viplab/daemon/vrrp"
)

// post is a queue with what it sent, on a clock of its own.
type post struct {
	*queue
	t       *testing.T
	now     vrrp.Instant
	targets map[string]*target
	names   map[*netif.Announcement]string
	sent    []string // "NAME", with "@ms" where time has passed since the start
	fail    error
	failed  []error
}

func newPost(t *testing.T, gaps time.Duration, groups ...*conf.GARPGroup) *post {
	p := &post{t: t, targets: map[string]*target{}, names: map[*netif.Announcement]string{}}
	p.queue = newQueue(func(a *netif.Announcement) error {
		if p.fail != nil {
			return p.fail
		}
		text := p.names[a]
		if p.now > 0 {
			text += fmt.Sprintf("@%d", p.now/vrrp.Instant(time.Millisecond))
		}
		p.sent = append(p.sent, text)
		return nil
	})
	cfg := &conf.Config{GARPGroups: groups}
	cfg.Global.VRRP.GARPInterval, cfg.Global.VRRP.GNAInterval = gaps, 2*gaps
	p.configure(cfg)
	return p
}

// announce begins a burst for names such as "a", or "A" for IPv6, on an interface.
func (p *post) announce(iface, names string, times int) {
	b := p.burst(p.now)
	for _, name := range strings.Split(names, "") {
		t := p.targets[name+iface]
		if t == nil {
			t = &target{frame: new(netif.Announcement), sent: func() {}, failed: func(err error) { p.failed = append(p.failed, err) }}
			p.targets[name+iface], p.names[t.frame] = t, name
		}
		kind := arp
		if strings.ToUpper(name) == name {
			kind = neighbour
		}
		b.add(p.pace(kind, iface), t, times)
	}
	b.end()
}

// run lets time pass until nothing waits, or until end.
func (p *post) run(end time.Duration) {
	for {
		at, on := p.deadline()
		if !on || at > vrrp.Instant(end) {
			return
		}
		p.now = max(p.now, at)
		p.tick(p.now)
	}
}

func (p *post) want(text string) {
	p.t.Helper()
	if got := strings.Join(p.sent, " "); got != text {
		p.t.Errorf("sent\n%s\nwant\n%s", got, text)
	}
	p.sent = nil
}

const ms = time.Millisecond

func TestRounds(t *testing.T) {
	p := newPost(t, 0)
	p.announce("eth0", "abc", 3)
	p.want("a b c") // at once
	p.run(0)
	p.want("a b c a b c")
}

func TestGap(t *testing.T) {
	p := newPost(t, 10*ms)
	p.announce("eth0", "ab", 2)
	p.announce("eth1", "c", 2)  // has a pace of its own
	p.announce("eth0", "AB", 2) // so has the other family
	p.want("a c A")
	p.run(time.Second)
	p.want("b@10 c@10 a@20 B@20 b@30 A@40 B@60")
	p.now += vrrp.Instant(ms)
	p.announce("eth0", "a", 1) // too soon after the last one
	p.run(time.Second)
	p.announce("eth0", "A", 1)
	p.run(time.Second)
	p.want("a@61 A@80")
}

func TestGroup(t *testing.T) {
	p := newPost(t, 10*ms, &conf.GARPGroup{GARPInterval: 100 * ms, Interfaces: []string{"eth0", "eth1"}})
	p.announce("eth0", "a", 2)
	p.announce("eth1", "bB", 2) // of advertisements the group says nothing: no gap
	p.announce("eth2", "c", 2)
	p.run(time.Second)
	p.want("a B c B c@10 b@100 a@200 b@300")
}

// TestReplace: a new burst for an address takes the place of what is left.
func TestReplace(t *testing.T) {
	p := newPost(t, 10*ms)
	p.announce("eth0", "ab", 3)
	p.run(10 * ms)
	p.want("a b@10")
	p.announce("eth0", "b", 1)
	p.announce("eth0", "c", 1)
	p.run(time.Second)
	p.want("c@20 a@30 b@40 a@50")
	for range 1000 {
		p.announce("eth0", "ab", 5)
	}
	if l := p.pace(arp, "eth0"); len(l.firsts.list)+len(l.repeats.list) > 2 {
		t.Errorf("%d wait", len(l.firsts.list)+len(l.repeats.list))
	}
}

// TestDropped: what is not to be sent any more takes nobody's time.
func TestDropped(t *testing.T) {
	p := newPost(t, 10*ms)
	p.announce("eth0", "abc", 2)
	p.targets["beth0"].left = 0
	p.run(time.Second)
	p.want("a c@10 a@20 c@30")
	if at, on := p.deadline(); on {
		t.Errorf("it is due at %d", at)
	}
}

// TestBounded: a great burst is cut into pieces.
func TestBounded(t *testing.T) {
	p := newPost(t, 0)
	b, list := p.burst(0), make([]target, 1000)
	for n := range list {
		list[n] = target{frame: new(netif.Announcement), sent: func() {}}
		b.add(p.pace(arp, "eth0"), &list[n], 5)
	}
	b.end()
	if len(p.sent) != atOnce {
		t.Errorf("%d left at once", len(p.sent))
	}
	for total := len(p.sent); total < 5000; total += atOnce {
		p.sent = nil
		if at, on := p.deadline(); !on || at > 0 {
			t.Fatalf("after %d it is due at %d, %v", total, at, on)
		}
		p.tick(0)
		if want := min(atOnce, 5000-total); len(p.sent) != want {
			t.Fatalf("after %d, %d left at once, not %d", total, len(p.sent), want)
		}
	}
	if at, on := p.deadline(); on {
		t.Errorf("it is due at %d", at)
	}
}

// TestFull: what the kernel has no room for is sent a moment later; what cannot
// be sent at all is not tried again.
func TestFull(t *testing.T) {
	p := newPost(t, 0)
	p.fail = fmt.Errorf("send: %w", unix.ENOBUFS)
	p.announce("eth0", "ab", 2)
	p.fail = nil
	p.run(time.Second)
	p.want("a@1 b@1 a@1 b@1")
	p.fail = errors.New("gone")
	p.announce("eth0", "ab", 2)
	p.fail = nil
	p.run(time.Second)
	p.want("")
	if len(p.failed) != 2 {
		t.Errorf("%v", p.failed)
	}
}

// TestRepace: a reload changes the gaps of what waits.
func TestRepace(t *testing.T) {
	p := newPost(t, 10*ms)
	p.announce("eth0", "a", 4)
	p.run(10 * ms)
	cfg := &conf.Config{}
	cfg.Global.VRRP.GARPInterval = 100 * ms
	p.configure(cfg)
	p.run(time.Second)
	p.want("a a@10 a@20 a@120")
}

func TestSendAllocates(t *testing.T) {
	p := newPost(t, 0)
	p.queue.send = func(*netif.Announcement) error { return nil }
	p.announce("eth0", "abc", 1<<30)
	if n := testing.AllocsPerRun(100, func() { p.deadline(); p.tick(0) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
