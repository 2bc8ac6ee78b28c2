package vrrp

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// host is a machine on a simulated network.
type host struct {
	name    string
	machine *Machine
	addr    netip.Addr
	deaf    bool // hears nothing
	frozen  bool // neither runs nor hears
	holds   bool // what a Master has
	sent    []frame

	announced, dropped Instant // the addresses, last
}

type frame struct {
	at   Instant
	from *host
	prio int
}

// network is machines on one segment and a virtual clock. A frame arrives
// delay after it was sent.
type network struct {
	t      *testing.T
	now    Instant
	delay  time.Duration
	hosts  []*host
	flying []frame
	trace  []string // "3.609375s a MASTER"
}

func (n *network) add(name string, i *conf.Instance) *host {
	h := &host{name: name, machine: NewMachine(i), addr: netip.AddrFrom4([4]byte{10, 0, 0, byte(len(n.hosts) + 1)})}
	n.hosts = append(n.hosts, h)
	return h
}

func (n *network) handle(h *host, e Event) {
	for _, a := range run(h.machine, e, n.now) {
		switch a := a.(type) {
		case SendAdvert:
			f := frame{n.now, h, a.Priority}
			h.sent = append(h.sent, f)
			n.flying = append(n.flying, f)
		case Acquire:
			h.holds = true
		case Release:
			h.holds, h.dropped = false, n.now
		case Announce:
			h.announced = n.now
		case Enter:
			n.trace = append(n.trace, fmt.Sprintf("%v %s %v", time.Duration(n.now), h.name, a.To))
		}
	}
}

func (n *network) start(hosts ...*host) {
	for _, h := range hosts {
		n.handle(h, Startup{Source: h.addr})
	}
}

// run lets time pass until end: frames arrive and timers fire in their order.
func (n *network) run(end time.Duration) {
	for {
		next, act := Instant(end)+1, func() {}
		if len(n.flying) > 0 && n.flying[0].at.Add(n.delay) < next {
			f := n.flying[0]
			next, act = f.at.Add(n.delay), func() { n.flying = n.flying[1:]; n.deliver(f) }
		}
		for _, h := range n.hosts {
			if at, ok := h.machine.Deadline(); ok && !h.frozen && max(at, n.now) < next {
				next, act = max(at, n.now), func() { n.handle(h, Tick{}) }
			}
		}
		if next > Instant(end) {
			n.now = Instant(end)
			return
		}
		n.now = next
		act()
	}
}

func (n *network) deliver(f frame) {
	for _, h := range n.hosts {
		if h != f.from && !h.deaf && !h.frozen {
			n.handle(h, Received{Priority: f.prio, Source: f.from.addr})
		}
	}
}

func (n *network) masters() []string {
	var names []string
	for _, h := range n.hosts {
		if h.machine.State() == Master {
			names = append(names, h.name)
		}
		if got := h.machine.State() == Master; got != h.holds {
			n.t.Errorf("%v: %s is %v and holds addresses: %v", time.Duration(n.now), h.name, h.machine.State(), h.holds)
		}
	}
	return names
}

func (n *network) want(names ...string) {
	n.t.Helper()
	if got := n.masters(); !slices.Equal(got, names) {
		n.t.Errorf("%v: masters %v, want %v", time.Duration(n.now), got, names)
	}
}

// traced compares the transitions so far, and forgets them.
func (n *network) traced(want ...string) {
	n.t.Helper()
	if !slices.Equal(n.trace, want) {
		n.t.Errorf("transitions\n%q\nwant\n%q", n.trace, want)
	}
	n.trace = nil
}

func newNetwork(t *testing.T) *network { return &network{t: t, delay: 50 * time.Microsecond} }

func TestElection(t *testing.T) {
	n := newNetwork(t)
	a, b, c := n.add("a", instance(200)), n.add("b", instance(150)), n.add("c", instance(100))
	n.start(a, b, c)
	n.run(4 * time.Second)
	n.want("a")
	n.traced("0s a BACKUP", "0s b BACKUP", "0s c BACKUP", "3.21875s a MASTER")

	t.Log("R3768-6.4.2-13: of several Backups only the best takes over after priority 0")
	n.handle(a, Shutdown{})
	n.run(10 * time.Second)
	n.want("b")
	n.traced("4s a INIT", (4*time.Second+n.delay+skewOf(150)).String()+" b MASTER")
}

func TestPreemptOnReturn(t *testing.T) {
	n := newNetwork(t)
	a, b := n.add("a", instance(100)), n.add("b", instance(50))
	n.start(b)
	n.run(5 * time.Second)
	n.want("b")
	n.start(a)
	n.run(20 * time.Second)
	n.want("a")
	down := downFor(100)
	n.traced("0s b BACKUP", downFor(50).String()+" b MASTER", "5s a BACKUP",
		(5*time.Second+down).String()+" a MASTER", (5*time.Second+down+n.delay).String()+" b BACKUP")
}

func TestPartitionHeals(t *testing.T) {
	n := newNetwork(t)
	a, b := n.add("a", instance(100)), n.add("b", instance(50))
	n.start(a, b)
	n.run(10 * time.Second)
	a.deaf, b.deaf = true, true
	n.run(20 * time.Second)
	n.want("a", "b")
	a.deaf, b.deaf = false, false
	n.run(21 * time.Second) // R3768-6.4.3-21: within one interval of the better one
	n.want("a")
}

func TestTieEndsWithOneMaster(t *testing.T) {
	n := newNetwork(t)
	a, b, c := n.add("a", instance(100)), n.add("b", instance(100)), n.add("c", instance(100))
	n.start(a, b, c)
	n.run(30 * time.Second)
	n.want("c") // the highest address
}

func TestStalledMasterResumes(t *testing.T) {
	n := newNetwork(t)
	a, b := n.add("a", instance(100)), n.add("b", instance(150))
	n.start(a, b)
	n.run(10 * time.Second)
	b.frozen = true
	n.run(20 * time.Second)
	n.want("a", "b")
	b.frozen = false
	n.run(21 * time.Second)
	n.want("b")
}

func TestCadenceDoesNotDrift(t *testing.T) {
	n := newNetwork(t)
	a := n.add("a", instance(255))
	n.start(a)
	n.run(time.Hour)
	if len(a.sent) != 3601 || a.sent[3600].at != Instant(time.Hour) {
		t.Errorf("%d adverts, last at %v", len(a.sent), time.Duration(a.sent[len(a.sent)-1].at))
	}
}
