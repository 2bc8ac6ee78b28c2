package schedule

import "time"

// Outcome is what an attempt came to.
type Outcome uint8

// The outcomes.
const (
	Fail Outcome = iota
	Pass
	Void // it could not be made, which says nothing about the server
)

// Attempt is one that is over. Times are since any moment.
type Attempt struct {
	Due          time.Duration // when it was to be made
	Began, Ended time.Duration // when it was
	Outcome      Outcome
}

// Step is what follows from an attempt.
type Step struct {
	Next  time.Duration // when the next one is due, not before this one's end
	News  bool          // there is a first result, or another one
	Retry int           // of what has failed for good: how many retries there were
}

// State is what is known of a server. The zero State knows nothing.
type State struct {
	Known bool // there has been a result
	Up    bool // of no meaning unless Known
	Tries int  // failures in a row that retries have followed
	Page  int  // the url that is next

	alone bool // only Page is asked for, since it has put the server down
}

// Take takes an attempt.
func (s *State) Take(p *Plan, a Attempt) Step {
	var step Step
	var wait time.Duration
	switch {
	case a.Outcome == Void:
		wait = p.Loop
	case a.Outcome == Fail:
		wait = s.fail(p, &step)
	default:
		wait = s.pass(p, &step)
	}
	step.Next = p.next(a, wait)
	return step
}

// next is when an attempt is due that follows on a after wait. It is counted from
// when a was due: what comes late does not make all that follows late as well.
// Where the process was held up for so long that it would be over, it is as much
// later as keeps the phase.
func (p *Plan) next(a Attempt, wait time.Duration) time.Duration {
	took := max(a.Ended-a.Began, 0)
	at := a.Due + wait
	if !p.FromBegin {
		at += took
	} else if took >= wait {
		return a.Ended
	}
	switch late := a.Ended - at; {
	case late <= 0:
		return at
	case wait <= 0:
		return a.Ended
	default:
		return at + (late+wait-1)/wait*wait
	}
}

// fail is an attempt that has failed. It returns how long to wait.
func (s *State) fail(p *Plan, step *Step) time.Duration {
	switch decided := s.Known || p.Patient; {
	case decided && s.Tries < p.Retry && (s.Up || !s.Known || p.Again):
		s.Tries++
		return p.Pause
	case s.Known && !s.Up && p.Pages > 0 && !s.alone:
		s.Tries++
		return p.Pause
	}
	if step.Retry = s.Tries; s.Up || !s.Known {
		step.News = true
		s.Known, s.Up, s.alone = true, false, p.Pages > 0
	}
	s.Tries = 0
	if p.Pages > 0 {
		return max(p.Loop, p.Pause)
	}
	return p.Loop
}

// pass is an attempt that has succeeded. It returns how long to wait.
func (s *State) pass(p *Plan, step *Step) time.Duration {
	s.Tries = 0
	up := s.Known && s.Up
	switch {
	case s.alone:
		s.alone, s.Page = false, 0
	case s.Page+1 < p.Pages:
		s.Page++
	default:
		step.News = !up
		s.Known, s.Up, s.Page = true, true, 0
		return p.Loop
	}
	if p.Fast && !up {
		return 0
	}
	return p.Loop
}
