package vip

import (
	"github.com/viplab/viplab/daemon/vrrp"
)

// burst is a number of announcements that begin together.
type burst struct {
	q   *queue
	now vrrp.Instant
	// room is how many may leave at once yet.
	room  int
	again []waiting // those that did and are to leave again, after the others
}

// waiting is an announcement with the line that it is to wait in.
type waiting struct {
	pace *pace
	*target
}

// burst begins one; end must follow.
func (q *queue) burst(now vrrp.Instant) *burst { return &burst{q: q, now: now, room: atOnce} }

// add has t leave times times by p, in place of what is left of its last burst.
// The first one leaves at once, if p allows it.
func (b *burst) add(p *pace, t *target, times int) {
	t.left = times
	if b.room > 0 && times > 0 && (p.gap == 0 || p.empty() && p.next <= b.now) {
		b.room--
		b.q.emit(p, t, b.now)
		b.again = append(b.again, waiting{p, t})
	} else {
		b.wait(p, &p.firsts, t)
	}
}

func (b *burst) wait(p *pace, l *line, t *target) {
	if t.left == 0 || t.queued {
		return
	}
	if p.empty() && p.next < b.now {
		p.next = b.now
	}
	l.push(t)
}

func (b *burst) end() {
	for _, w := range b.again {
		b.wait(w.pace, &w.pace.repeats, w.target)
	}
}

// line is announcements that wait, from head on.
type line struct {
	list []*target
	head int
}

func (l *line) empty() bool { return l.head == len(l.list) }

func (l *line) push(t *target) {
	t.queued = true
	l.list = append(l.list, t)
}

func (l *line) pop() *target {
	for !l.empty() {
		t := l.list[l.head]
		l.list[l.head] = nil
		l.head++
		t.queued = false
		if l.head > cap(l.list)/2 || l.empty() {
			l.list, l.head = l.list[:copy(l.list, l.list[l.head:])], 0
		}
		if t.left > 0 {
			return t
		}
	}
	return nil
}
