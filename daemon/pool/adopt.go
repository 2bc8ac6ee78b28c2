package pool

import (
	"reflect"

	"github.com/viplab/viplab/daemon/conf"
)

// adopt sets up the checkers of r, with what those of was know that are the same;
// nil: there are none. A checker whose settings are the same keeps its ID, one
// that only has another schedule its state.
func (r *server) adopt(s *Services, was *server) {
	var free []*checker
	if was != nil {
		free = append(free, was.checkers...)
	}
	take := func(same func(a, b *conf.Checker) bool, c *conf.Checker) *checker {
		for n, old := range free {
			if old != nil && same(old.conf, c) {
				free[n] = nil
				return old
			}
		}
		return nil
	}
	for _, c := range r.conf.Checkers {
		r.checkers = append(r.checkers, &checker{conf: c, server: r, up: !c.Alpha || was != nil && was.alive})
	}
	for _, same := range []func(a, b *conf.Checker) bool{equal, alike} {
		for _, c := range r.checkers {
			if c.id != 0 || c.ran {
				continue
			}
			if old := take(same, c.conf); old != nil {
				c.up, c.ran, c.effect, c.reason = old.up, old.ran, old.effect, old.reason
				if equal(old.conf, c.conf) {
					c.id = old.id
				}
			}
		}
	}
	for _, c := range r.checkers {
		if c.id == 0 {
			s.last++
			c.id = s.last
		}
		s.checkers[c.id] = c
	}
}

// equal reports whether two checkers are the same, wherever the file has them.
func equal(a, b *conf.Checker) bool {
	x, y := *a, *b
	x.Origin, y.Origin = conf.Origin{}, conf.Origin{}
	return reflect.DeepEqual(strip(x), strip(y))
}

// alike is equal but for when checks are made, and what is logged of them.
func alike(a, b *conf.Checker) bool {
	x, y := *a, *b
	y.Timing, y.LogFailures, y.Alpha = x.Timing, x.LogFailures, x.Alpha
	return equal(&x, &y)
}

// strip takes away where the file has the parts of a checker.
func strip(c conf.Checker) conf.Checker {
	http, ok := c.Probe.(*conf.HTTPProbe)
	if !ok {
		return c
	}
	p := *http
	p.URLs = nil
	for _, u := range http.URLs {
		v := *u
		v.Origin = conf.Origin{}
		p.URLs = append(p.URLs, &v)
	}
	c.Probe = &p
	return c
}
