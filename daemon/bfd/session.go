package bfd

import (
	"math/rand/v2"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// Instant is a moment of CLOCK_MONOTONIC, in nanoseconds.
type Instant int64

// Link is what a Session acts on. It is called from within the session's methods
// and must not call them.
type Link interface {
	Transmit(c Control)
	// Changed tells that the session is up, or no longer, and why.
	Changed(up bool, why string)
}

// Session is one session: the state variables of RFC 5880 6.8.1 and what moves
// them. It has no clock: time is given to it.
type Session struct {
	conf *conf.BFD
	link Link

	state, remoteState State
	diag               Diag
	local, remote      uint32 // discriminators; remote 0: not known

	// What packets say, and what is acted on until a poll has told the neighbour
	// (6.8.3). Microseconds.
	desired, required uint32
	sending, awaiting uint32
	poll              pollState

	remoteMinTx, remoteMinRx uint32
	remoteMultiplier         uint8
	remoteDemand             bool

	sent   Instant // when the last periodic packet left
	next   Instant // when the next one does
	detect Instant // when the neighbour is gone; 0: it is not there
}

// pollState is how far a change of intervals is known to the neighbour.
type pollState uint8

const (
	told     pollState = iota
	ask                // the next packet has Poll
	polling            // packets have Poll until one with Final comes
	pollMore           // as polling, but there was another change meanwhile
	pause              // one packet without Poll, then ask: the neighbour must see two polls
)

// NewSession makes the session of c, down. local is its discriminator: not 0, of
// no other session, and hard to guess.
func NewSession(c *conf.BFD, local uint32, link Link, now Instant) *Session {
	s := &Session{conf: c, link: link, local: local, state: Down, remoteState: Down, remoteMinRx: 1}
	s.required = micros(c.MinRx)
	s.desired = s.wanted()
	s.sending, s.awaiting = s.desired, s.required
	s.next = now
	return s
}

func micros(d time.Duration) uint32 { return uint32(d / time.Microsecond) }

// State is the session's.
func (s *Session) State() State { return s.state }

// Conf is what the session is by.
func (s *Session) Conf() *conf.BFD { return s.conf }

// wanted is the interval to send at. It is slow unless the session is up
// (6.8.3).
func (s *Session) wanted() uint32 {
	if s.state == Up {
		return micros(s.conf.MinTx)
	}
	return micros(max(s.conf.IdleTx, s.conf.MinTx))
}

// Interval is the time between packets before jitter (6.8.2): no shorter than
// the neighbour can bear.
func (s *Session) Interval() time.Duration {
	return time.Duration(max(s.sending, s.remoteMinRx)) * time.Microsecond
}

// Detection is how long the neighbour may be silent (6.8.4); 0 before it was
// heard.
func (s *Session) Detection() time.Duration {
	return time.Duration(s.remoteMultiplier) * time.Duration(max(s.awaiting, s.remoteMinTx)) * time.Microsecond
}

// speaks reports whether periodic packets go out (6.8.7).
func (s *Session) speaks() bool {
	switch {
	case s.state == AdminDown, s.remote == 0 && s.conf.Passive, s.remoteMinRx == 0:
		return false
	case s.remoteDemand && s.state == Up && s.remoteState == Up && s.poll == told:
		return false
	}
	return true
}

// Deadline is when Tick is due.
func (s *Session) Deadline() (at Instant, ok bool) {
	if s.speaks() {
		at, ok = s.next, true
	}
	if s.detect != 0 && (!ok || s.detect < at) {
		at, ok = s.detect, true
	}
	return at, ok
}

// Tick does what is due. Packets that have come must have been received before.
func (s *Session) Tick(now Instant) {
	if s.detect != 0 && now >= s.detect {
		s.expire(now)
	}
	if s.speaks() && now >= s.next {
		s.transmit(now)
	}
}

// expire is the end of the detection time (6.8.4). What is known of the
// neighbour is forgotten, for it may begin anew.
func (s *Session) expire(now Instant) {
	s.detect, s.remote = 0, 0
	s.remoteMinRx, s.remoteDemand, s.remoteState = 1, false, Down
	if s.state == Init || s.state == Up {
		s.diag = TimeExpired
		s.enter(Down, now, TimeExpired.String())
	}
}

// control is the packet that the session would send.
func (s *Session) control() Control {
	return Control{Diag: s.diag, State: s.state, Multiplier: uint8(s.conf.Multiplier),
		Mine: s.local, Yours: s.remote, MinTx: s.desired, MinRx: s.required}
}

// transmit sends a periodic packet.
func (s *Session) transmit(now Instant) {
	c := s.control()
	switch s.poll {
	case ask:
		c.Poll, s.poll = true, polling
	case polling, pollMore:
		c.Poll = true
	case pause:
		s.poll = ask
	}
	s.sent = now
	s.schedule()
	s.link.Transmit(c)
}

// schedule sets the time of the next packet by that of the last one. It comes up
// to a quarter early, so that sessions do not fall into step; with a multiplier
// of 1 a tenth at least (6.8.7).
func (s *Session) schedule() {
	interval := int64(s.Interval())
	early := interval / 4
	least := int64(0)
	if s.conf.Multiplier == 1 {
		least = interval / 10
	}
	s.next = s.sent + Instant(interval-least-rand.Int64N(early-least+1))
}
