package vip

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/netif"
	"github.com/viplab/viplab/daemon/vrrp"
)

const (
	// atOnce is how many announcements leave in one go, so that however many there
	// are, they hold up no advert.
	atOnce = 64
	// breather is how long a line waits when the kernel has no room for a packet.
	breather = time.Millisecond
)

// queue is announcements that are to leave, each several times. They take turns:
// each goes out once before any goes out again.
type queue struct {
	send   func(*netif.Announcement) error
	groups map[string]string // of interfaces with a pace in common: the name of it
	gaps   map[paceKey]time.Duration
	def    [2]time.Duration // gaps of others, by kind
	paces  map[paceKey]*pace
	order  []*pace // all, for fairness in turn
}

// kinds of announcements, which have paces of their own.
const (
	arp = iota
	neighbour
)

// paceKey names a pace: a kind, and an interface or a garp_group.
type paceKey struct {
	kind int
	name string
}

// pace is those that wait for one rhythm.
type pace struct {
	gap  time.Duration // between packets, 0: none
	next vrrp.Instant  // the earliest moment of the next packet
	// Those that have not been announced yet go before those that are to be
	// announced once more.
	firsts, repeats line
}

// target is an announcement with the number of times that it is to leave yet.
type target struct {
	frame  *netif.Announcement
	left   int
	queued bool
	sent   func()      // called for each packet that has left
	failed func(error) // called for one that could not
}

func newQueue(send func(*netif.Announcement) error) *queue {
	return &queue{send: send, paces: map[paceKey]*pace{}}
}

// configure takes the paces of cfg. An interface in no garp_group has that of
// global_defs for itself.
func (q *queue) configure(cfg *conf.Config) {
	q.def = [2]time.Duration{cfg.Global.VRRP.GARPInterval, cfg.Global.VRRP.GNAInterval}
	q.groups, q.gaps = map[string]string{}, map[paceKey]time.Duration{}
	for _, g := range cfg.GARPGroups {
		if len(g.Interfaces) == 0 {
			continue
		}
		name := g.Interfaces[0]
		for _, iface := range g.Interfaces {
			q.groups[iface] = name
		}
		q.gaps[paceKey{arp, name}], q.gaps[paceKey{neighbour, name}] = g.GARPInterval, g.GNAInterval
	}
	for key, p := range q.paces {
		p.gap = q.gap(key)
	}
}

func (q *queue) gap(key paceKey) time.Duration {
	if gap, ok := q.gaps[key]; ok {
		return gap
	}
	return q.def[key.kind]
}

// pace is the one of an interface.
func (q *queue) pace(kind int, iface string) *pace {
	key := paceKey{kind, iface}
	if group, ok := q.groups[iface]; ok {
		key.name = group
	}
	p := q.paces[key]
	if p == nil {
		p = &pace{gap: q.gap(key)}
		q.paces[key] = p
		q.order = append(q.order, p)
	}
	return p
}

func (p *pace) empty() bool { return p.firsts.empty() && p.repeats.empty() }

// pop takes the next one that has something to send.
func (p *pace) pop() *target {
	if t := p.firsts.pop(); t != nil {
		return t
	}
	return p.repeats.pop()
}

// emit sends one packet of t. It reports whether the kernel had room for it.
func (q *queue) emit(p *pace, t *target, now vrrp.Instant) bool {
	err := q.send(t.frame)
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.ENOBUFS) {
		p.next = now.Add(max(p.gap, breather))
		return false
	}
	if p.gap > 0 {
		p.next = now.Add(p.gap)
	}
	if err != nil {
		t.left = 0
		t.failed(err)
		return true
	}
	t.left--
	t.sent()
	return true
}

// deadline is when tick has something to do.
func (q *queue) deadline() (at vrrp.Instant, on bool) {
	for _, p := range q.order {
		if !p.empty() && (!on || p.next < at) {
			at, on = p.next, true
		}
	}
	return at, on
}

// tick sends what is due, atOnce packets at most. Lines take turns in going
// first.
func (q *queue) tick(now vrrp.Instant) {
	for room := atOnce; room > 0; {
		busy := false
		for _, p := range q.order {
			if p.next > now || room == 0 {
				continue
			}
			t := p.pop()
			if t == nil {
				continue
			}
			busy = true
			room--
			q.emit(p, t, now)
			if t.left > 0 {
				p.repeats.push(t)
			}
		}
		if !busy {
			return
		}
	}
}
