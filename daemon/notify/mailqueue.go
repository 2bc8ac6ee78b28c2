package notify

import (
	"cmp"
	"slices"
	"time"
)

const (
	// maxLetters is how many mails may wait; for more the oldest goes.
	maxLetters = 500
	// maxBatch is how many go over one connection.
	maxBatch = 100
)

// set changes where mail goes. What waits keeps its recipients.
func (m *mailer) set(c Mail) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.conf, m.failures, m.retry = c.withDefaults(), 0, time.Time{}
	if !m.conf.on() {
		m.abandon("mail is off now")
	}
	m.rouse()
}

func (m *mailer) rouse() {
	select {
	case m.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// send queues a mail to all recipients, if there are any.
func (m *mailer) send(subject, line string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.conf.on() {
		m.queue(m.conf.compose(time.Now(), subject, line))
		m.rouse()
	}
}

// queue adds letters. It wants m.mu to be held.
func (m *mailer) queue(list ...*letter) {
	m.letters = append(m.letters, list...)
	slices.SortStableFunc(m.letters, func(a, b *letter) int { return a.at.Compare(b.at) })
	over := len(m.letters) - maxLetters
	if over > 0 {
		m.letters = slices.Delete(m.letters, 0, over)
		m.lost.Add(uint64(over))
		if !m.full {
			m.log.Printf("mail: %d are waiting, the oldest are dropped", maxLetters)
		}
	}
	m.full = over > 0
}

// take takes the letters whose time has come off the queue. Those that have
// failed before come last, so that one that no server wants holds up no others.
func (m *mailer) take(now time.Time) (batch []*letter, conf Mail) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.retry.After(now) && !m.closing {
		return nil, m.conf
	}
	for _, l := range m.letters {
		if m.closing || !l.due.After(now) {
			batch = append(batch, l)
		}
	}
	slices.SortStableFunc(batch, func(a, b *letter) int { return cmp.Compare(a.tries, b.tries) })
	batch = batch[:min(len(batch), maxBatch)]
	m.letters = slices.DeleteFunc(m.letters, func(l *letter) bool { return slices.Contains(batch, l) })
	return batch, m.conf
}

// settle puts back what was not delivered. err says that the server could not be
// reached, or was lost after done letters.
func (m *mailer) settle(batch []*letter, done int, err error, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err == nil || done > 0 {
		m.failures, m.retry = 0, time.Time{}
	}
	if err != nil {
		m.failures++
		pause := m.timing.pause(m.failures)
		m.retry = now.Add(pause)
		m.log.Printf("mail: %s, next try in %v", printable([]byte(err.Error())), pause)
	}
	var again []*letter
	for _, l := range batch {
		switch {
		case len(l.to) == 0:
		case m.closing, now.Sub(l.at) >= m.timing.maxAge:
			m.lost.Add(1)
			m.log.Printf("mail: gave up %q to %v", l.subject, l.to)
		default:
			again = append(again, l)
		}
	}
	m.queue(again...)
}

// next is when there is something to do again, zero for no such time. end says
// that there will not be.
func (m *mailer) next() (at time.Time, end bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.letters) == 0 {
		return time.Time{}, m.closing
	}
	at = m.letters[0].due
	for _, l := range m.letters {
		if l.due.Before(at) {
			at = l.due
		}
	}
	if at.Before(m.retry) {
		at = m.retry
	}
	return at, false
}

// abandon drops what waits. It wants m.mu to be held.
func (m *mailer) abandon(why string) {
	if n := len(m.letters); n > 0 {
		m.lost.Add(uint64(n))
		m.letters = nil
		m.log.Printf("mail: %s, %d were not sent", why, n)
	}
}
