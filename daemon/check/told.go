package check

import (
	"math"

	"github.com/viplab/viplab/daemon/check/schedule"
	"github.com/viplab/viplab/daemon/conf"
)

// told is the checkers that make no attempts: FILE_CHECK and BFD_CHECK hear of what
// has changed.
type told struct{}

func (told) begin(*loop, *checker)         {}
func (told) ready(*loop, *checker, uint32) {}
func (told) expire(*loop, *checker)        {}

// setFile takes what a file holds.
func (l *loop) setFile(name string, number int) {
	l.files[name] = number
	for _, c := range l.list {
		if p, ok := c.spec.Checker.Probe.(*conf.FileProbe); ok && p.TrackFile == name {
			l.observe(c, judgeFile(p, number))
		}
	}
}

// setSession takes the state of a BFD session.
func (l *loop) setSession(name string, up bool) {
	l.sessions[name] = up
	for _, c := range l.list {
		if p, ok := c.spec.Checker.Probe.(*conf.BFDProbe); ok && p.Name == name {
			l.observe(c, judgeSession(up))
		}
	}
}

// recall has a checker that is new hear what is known.
func (l *loop) recall(c *checker) {
	switch p := c.spec.Checker.Probe.(type) {
	case *conf.FileProbe:
		if n, ok := l.files[p.TrackFile]; ok {
			l.observe(c, judgeFile(p, n))
		}
	case *conf.BFDProbe:
		if up, ok := l.sessions[p.Name]; ok {
			l.observe(c, judgeSession(up))
		}
	}
}

// observe takes what a checker that makes no attempts has heard.
func (l *loop) observe(c *checker, v verdict) {
	if c.off {
		return
	}
	at, up := l.now(), v.outcome == schedule.Pass
	step := schedule.Step{News: !c.state.Known || c.state.Up != up}
	c.state.Known, c.state.Up = true, up
	c.last, c.reason = at, v.reason
	c.checks++
	l.say(c, 0, step, v)
	l.tell(c, at, v)
}

// judgeFile is what the number of a file means: times weight, it is added to the
// server's weight, and the server is down where that is less than 32 bits hold. A
// weight of 0 has the server down when the number is not 0, reverse when it is.
func judgeFile(p *conf.FileProbe, number int) verdict {
	if p.Weight == 0 {
		if (number != 0) != p.Reverse {
			return failed("the file " + p.TrackFile + " says so")
		}
		return passed
	}
	add := int64(number) * int64(p.Weight)
	if p.Reverse {
		add = -add
	}
	if add <= math.MinInt32 {
		return failed("the file " + p.TrackFile + " says so")
	}
	return verdict{outcome: schedule.Pass, weight: weight{given: true, value: int(min(add, math.MaxInt32))}}
}

func judgeSession(up bool) verdict {
	if up {
		return passed
	}
	return failed("BFD session is down")
}
