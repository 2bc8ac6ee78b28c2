package bfd

import "github.com/viplab/viplab/daemon/conf"

// Receive takes a packet of the neighbour that passed all checks (6.8.6).
func (s *Session) Receive(c *Control, now Instant) {
	s.remote, s.remoteState, s.remoteDemand = c.Mine, c.State, c.Demand
	before := s.Interval()
	s.remoteMinRx, s.remoteMinTx, s.remoteMultiplier = c.MinRx, c.MinTx, c.Multiplier
	if c.Final {
		s.polled()
	}
	if s.Interval() != before {
		s.schedule()
	}
	if s.state == AdminDown {
		return
	}
	s.step(c, now)
	if d := s.Detection(); d > 0 {
		s.detect = now + Instant(d)
	}
	if c.Poll {
		reply := s.control()
		reply.Final = true
		s.link.Transmit(reply)
	}
}

// step is the state machine (6.2).
func (s *Session) step(c *Control, now Instant) {
	switch {
	case c.State == AdminDown:
		if s.state != Down {
			s.diag = NeighborDown
			s.enter(Down, now, "neighbour is administratively down")
		}
	case s.state == Down && c.State == Down:
		s.enter(Init, now, "")
	case s.state == Down && c.State == Init, s.state == Init && c.State >= Init:
		s.diag = NoDiag
		s.enter(Up, now, "")
	case s.state == Up && c.State == Down:
		s.diag = NeighborDown
		why := NeighborDown.String()
		if c.Diag != NoDiag {
			why += " (" + c.Diag.String() + ")"
		}
		s.enter(Down, now, why)
	}
}

// enter changes the state. The neighbour hears of it at once (6.8.7), and of the
// intervals of a session that is up by a poll.
func (s *Session) enter(to State, now Instant, why string) {
	was := s.state
	s.state = to
	s.change()
	s.next = now
	if was == Up || to == Up {
		s.link.Changed(to == Up, why)
	}
}

// change has packets say what is wanted now. While the session is up, slower
// packets and a shorter detection time wait for the neighbour to know of it
// (6.8.3).
func (s *Session) change() {
	desired, required := s.wanted(), micros(s.conf.MinRx)
	changed := desired != s.desired || required != s.required
	s.desired, s.required = desired, required
	switch {
	case s.state != Up:
		s.sending, s.awaiting, s.poll = desired, required, told
		return
	case !changed:
		return
	}
	s.sending, s.awaiting = min(s.sending, desired), max(s.awaiting, required)
	switch s.poll {
	case told:
		s.poll = ask
	case polling:
		s.poll = pollMore
	}
}

// polled ends a poll: the neighbour knows.
func (s *Session) polled() {
	switch s.poll {
	case polling:
		s.poll, s.sending, s.awaiting = told, s.desired, s.required
	case pollMore:
		s.poll = pause
	}
}

// Reload has the session go on by c, which must be about the same neighbour.
func (s *Session) Reload(c *conf.BFD, now Instant) {
	was := s.Interval()
	s.conf = c
	s.change()
	if s.poll != told {
		s.next = now
	} else if s.Interval() != was {
		s.schedule()
	}
	if s.detect != 0 {
		s.detect = max(s.detect, now+Instant(s.Detection()))
	}
}

// Stop ends the session for the neighbour to know (6.8.16).
func (s *Session) Stop() {
	was := s.state
	s.state, s.diag, s.detect = AdminDown, AdminDowned, 0
	s.desired = s.wanted()
	if s.remote != 0 || !s.conf.Passive {
		s.link.Transmit(s.control())
	}
	if was == Up {
		s.link.Changed(false, AdminDowned.String())
	}
}
