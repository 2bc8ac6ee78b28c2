package pool

import (
	"math"

	"github.com/viplab/viplab/daemon/check"
	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/notify"
)

// server is a real server.
type server struct {
	conf     *conf.RealServer
	service  *service
	name     string
	checkers []*checker
	alive    bool
	told     bool // others know whether it is
	weight   int  // the configured one and what checkers make of it
}

// checker is a checker's last word.
type checker struct {
	id     check.ID
	conf   *conf.Checker
	server *server
	up     bool // what is believed before it has run
	ran    bool // there was a result
	effect effect
	reason string // of the last failure
}

// effect is what a checker does to the weight of its server.
type effect struct {
	absolute bool // weight replaces the configured one
	weight   int
}

// inherit sets up the checkers, and takes over what was known of the server; nil:
// it is new.
func (r *server) inherit(s *Services, was *server) {
	r.adopt(s, was)
	r.weight = r.effective()
	alive := r.healthy()
	if was == nil {
		r.alive = alive
		if alive && s.tellInit {
			r.tell(s, verdict(true, ""))
		}
		return
	}
	r.alive, r.told = was.alive, was.told
	if r.weight != was.weight {
		r.sayWeight(s, was.weight)
	}
	if alive != r.alive {
		r.turn(s, alive, "its checkers are others now")
	}
}

// healthy reports whether no checker has anything against the server.
func (r *server) healthy() bool {
	for _, c := range r.checkers {
		if !c.up {
			return false
		}
	}
	return true
}

// effective is the weight that the configuration and the checkers give together.
func (r *server) effective() int {
	sum := r.conf.Weight
	for _, c := range r.checkers {
		sum += c.effect.weight
		if c.effect.absolute {
			sum -= r.conf.Weight
		}
	}
	return min(max(sum, 0), math.MaxInt32)
}

// add notes what a result says of the weight, and reports whether that is new. A
// failure leaves it as it is, a success that does not mention it undoes it.
func (c *checker) add(r check.Result) bool {
	before := c.effect
	switch {
	case r.HasWeight:
		c.effect = effect{r.Absolute, r.Weight}
	case r.Up:
		c.effect = effect{}
	}
	return c.effect != before
}

// reweigh sets the weight after an effect has changed.
func (r *server) reweigh(s *Services) {
	before := r.weight
	if r.weight = r.effective(); r.weight != before {
		r.service.changed = true
		r.sayWeight(s, before)
	}
}

func (r *server) sayWeight(s *Services, before int) {
	s.say("Changing weight from %d to %d for %s service %s of VS %s", before, r.weight, word(r.alive, "active", "inactive"), r.name, r.service.name)
}

// turn makes the server alive or not.
func (r *server) turn(s *Services, alive bool, reason string) {
	r.alive, r.service.changed = alive, true
	switch {
	case r.conf.Inhibit:
		s.say("%s service %s of VS %s", word(alive, "Enabling", "Disabling"), r.name, r.service.name)
	case alive:
		s.say("Adding service %s to VS %s", r.name, r.service.name)
	default:
		s.say("Removing service %s from VS %s", r.name, r.service.name)
	}
	r.tell(s, verdict(alive, reason))
}

// tell notifies the state of the server.
func (r *server) tell(s *Services, detail string) {
	r.told = true
	e := notify.ServerEvent{Virtual: r.service.name, Real: r.name, Up: r.alive, Keyword: "notify_down", Mail: r.conf.SMTPAlert, Detail: detail}
	command := r.conf.NotifyDown
	if r.alive {
		e.Keyword, command = "notify_up", r.conf.NotifyUp
	}
	if command != nil {
		e.Command = *command
	}
	s.tell(e)
}

// verdict is what a mail says of a server that is alive, or why it is not.
func verdict(alive bool, reason string) string {
	switch {
	case alive:
		return "CHECK succeed on service"
	case reason == "":
		return "CHECK failed on service"
	}
	return "CHECK failed on service : " + reason
}
