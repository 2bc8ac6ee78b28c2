package router

import (
	"math/rand/v2"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/advert"
	"github.com/viplab/viplab/daemon/internal/testnet"
	"github.com/viplab/viplab/daemon/vrrp"
)

// TestDeadlines holds the heap against a plain list.
func TestDeadlines(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var d deadlines
	alarms := make([]alarm, 50)
	want := map[*alarm]vrrp.Instant{}
	for range 5000 {
		a := &alarms[random.IntN(len(alarms))]
		if random.IntN(4) == 0 {
			d.stop(a)
			delete(want, a)
		} else {
			at := vrrp.Instant(random.IntN(100))
			d.set(a, at)
			want[a] = at
		}
		first := vrrp.Instant(-1)
		for _, at := range want {
			if first < 0 || at < first {
				first = at
			}
		}
		switch got := d.first(); {
		case len(d.heap) != len(want):
			t.Fatalf("%d alarms, want %d", len(d.heap), len(want))
		case first < 0 && got == nil:
		case got == nil || got.at != first || want[got] != first:
			t.Fatalf("first is %+v, want %d", got, first)
		case d.due(first) != got || d.due(first-1) != nil:
			t.Fatalf("due at %d is %+v", first, d.due(first))
		}
	}
}

// TestGather: with one that is due ring those whose adverts may go with it, the
// more Masters there are the more, and nothing else.
func TestGather(t *testing.T) {
	const ms = vrrp.Instant(time.Millisecond)
	for _, c := range []struct {
		masters int
		limit   vrrp.Instant // of what may go with one that is due at 0
	}{{2, 20_000}, {10, 100_000}, {100, ms}, {1000, 10 * ms}, {5000, 10 * ms}} {
		r := &Router{}
		lead := now()
		rang := map[*alarm]bool{}
		add := func(after vrrp.Instant, period time.Duration) *alarm {
			a := &alarm{period: period}
			a.ring = func(vrrp.Instant) { rang[a] = true; r.urgent.set(a, lead.Add(time.Hour)) }
			r.urgent.set(a, lead+after)
			return a
		}
		due, last := add(0, time.Second), add(c.limit, time.Second)
		var late *alarm
		if c.masters > 2 {
			late = add(c.limit+1, time.Second)
		}
		for len(r.urgent.heap) < c.masters {
			add(vrrp.Instant(time.Hour), time.Second)
		}
		r.gather(lead)
		if !rang[due] || !rang[last] || rang[late] || len(rang) != 2 {
			t.Errorf("%d Masters: %d rang, among them the first %v, the last %v, one that is too late %v", c.masters, len(rang), rang[due], rang[last], rang[late])
		}
	}
	r := &Router{}
	rang := 0
	for after := range vrrp.Instant(3) {
		a := &alarm{}
		a.ring = func(vrrp.Instant) { rang++; r.urgent.stop(a) }
		r.urgent.set(a, after)
	}
	if r.gather(0); rang != 1 {
		t.Errorf("%d alarms rang that are not for adverts", rang)
	}
}

// TestRequests: what several goroutines put is all taken, that of each in its
// order.
func TestRequests(t *testing.T) {
	const writers, each = 4, 1000
	var q requests
	var wg sync.WaitGroup
	got := make([][]int, writers)
	for w := range writers {
		wg.Go(func() {
			for n := range each {
				q.put(func() { got[w] = append(got[w], n) })
			}
		})
	}
	for total := 0; total < writers*each; {
		for r := q.take(); r != nil; r = r.before {
			r.do()
			total++
		}
		runtime.Gosched()
	}
	wg.Wait()
	for w := range got {
		if len(got[w]) != each || !slices.IsSorted(got[w]) {
			t.Errorf("writer %d: %d requests, sorted: %v", w, len(got[w]), slices.IsSorted(got[w]))
		}
	}
}

// TestGripes: the first of a kind is told at once, the others as a number.
func TestGripes(t *testing.T) {
	var g gripes
	var counts advert.Discards
	from := netip.MustParseAddr("10.0.0.66")
	note := func(d advert.Discard) bool {
		counts[d]++
		return g.note(&counts, d, from)
	}
	if !note(advert.BadTTL) || !note(advert.BadChecksum) || g.summary(&counts) != nil {
		t.Error("the first of a kind is not told, or twice")
	}
	for range 5 {
		if note(advert.BadTTL) {
			t.Error("told again")
		}
	}
	got := g.summary(&counts)
	if len(got) != 1 || !strings.HasPrefix(got[0], "5 more adverts discarded: invalid TTL") || !strings.Contains(got[0], from.String()) {
		t.Errorf("summary %q", got)
	}
	if g.summary(&counts) != nil {
		t.Error("told twice")
	}
	if g.forget(); !note(advert.BadTTL) {
		t.Error("not told after a change")
	}
	if n := testing.AllocsPerRun(100, func() { note(advert.BadTTL) }); n != 0 {
		t.Errorf("%v allocations for a packet that nobody hears of", n)
	}
}

// TestSummary: what was kept from the log is told when its time has come.
func TestSummary(t *testing.T) {
	h := testnet.New(t)
	sw := testnet.New(t)
	sw.Switch()
	h.Plug(sw, "pa", "10.0.0.1/24")
	r := still(t, h, instance(100))
	r.cfg.Global.VRRP.LogUnknownVRIDs = true
	log := make(lines, 16)
	r.opt.Log = log
	var p *port
	for _, p = range r.ports {
	}
	bad := packet(t, r.virtuals[0].conf, evil, 254, 100)
	other := packet(t, instance(100, named("W", 7)), evil, 255, 100)
	for range 3 {
		for n, b := range [][]byte{bad, other, other[:20]} {
			r.intake.headers[n].size = uint32(copy(r.intake.bytes[n][:], b))
			r.deliver(p, n, now(), time.Now())
		}
	}
	if r.gripes.slot == 0 {
		t.Fatal("no summary is planned")
	}
	r.gripes.ring(now())
	var got []string
	for len(log) > 0 {
		got = append(got, <-log)
	}
	want := []string{"(V) advert from 10.0.0.66 discarded: invalid TTL", "eth0: advert from 10.0.0.66 with the unknown VRID 7",
		"eth0: advert from", "(V) 2 more adverts discarded: invalid TTL", "eth0: 2 more adverts discarded", "eth0: 2 more adverts with the unknown VRID 7"}
	if !slices.EqualFunc(got, want, strings.HasPrefix) {
		t.Errorf("log %q", got)
	}
	if r.gripes.slot != 0 {
		t.Error("another summary is planned")
	}
}

// TestReceiveBuffer: kernel_rx_buf_size and vrrp_rx_bufs_policy, and what does not
// fit is counted.
func TestReceiveBuffer(t *testing.T) {
	h, x := testnet.New(t), testnet.New(t)
	sw := testnet.New(t)
	sw.Switch()
	h.Plug(sw, "pa", "10.0.0.1/24")
	x.Plug(sw, "px", "10.0.0.66/24")
	r := still(t, h, instance(100))
	var p *port
	for _, p = range r.ports {
	}
	size := func() int {
		n, err := unix.GetsockoptInt(p.fd, unix.SOL_SOCKET, unix.SO_RCVBUF)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	usual := size()
	for _, row := range []struct {
		change func()
		want   int
	}{
		{func() {}, usual},
		{func() { r.virtuals[0].conf.ReceiveBuffer = usual }, 2 * usual},
		{func() { r.virtuals[0].conf.ReceiveBuffer = 0; r.cfg.Global.VRRP.ReceiveBytes = 2 * usual }, 4 * usual},
		{func() {
			r.cfg.Global.VRRP.ReceivePolicy, r.cfg.Global.VRRP.ReceiveMultiplier = "MTU", usual
		}, 2 * usual * 1500},
	} {
		row.change()
		if r.resize(p); size() != row.want {
			t.Errorf("%d bytes, want %d", size(), row.want)
		}
	}
	if err := unix.SetsockoptInt(p.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 1); err != nil {
		t.Fatal(err)
	}
	a := &attacker{Host: x, t: t}
	x.Do(func() error { return a.s.open() })
	defer a.s.close()
	for range 100 {
		a.send(netip.MustParseAddr("10.0.0.1"), packet(t, r.virtuals[0].conf, evil, 255, 100))
	}
	if n := r.received().Discards[overflowKey]; n == 0 || n > 100 {
		t.Errorf("%d packets found the buffer full", n)
	}
}
