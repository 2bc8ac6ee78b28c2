package vip

import (
	"fmt"
	"slices"
	"time"

	"github.com/viplab/viplab/daemon/vrrp"
)

// Something that somebody else removes more often than patience times within
// patienceSpan is given up.
const (
	patience     = 5
	patienceSpan = 10 * time.Second
)

// trust is how far something is believed to stay where it is put.
type trust struct {
	at    [patience]vrrp.Instant // the last times that somebody else removed it
	n     int
	gone  bool // it is missing now, and that was noted
	given bool // it is given up
}

// removed notes that it is gone, and reports whether it is to be put back.
func (t *trust) removed(now vrrp.Instant) bool {
	if !t.gone {
		t.gone = true
		t.given = t.given || t.n >= patience && now.Sub(t.at[t.n%patience]) < patienceSpan
		t.at[t.n%patience] = now
		t.n++
	}
	return !t.given
}

// inspect looks at suspects: it puts back what they miss.
func (h *Host) inspect(now vrrp.Instant) {
	if len(h.suspects) == 0 {
		return
	}
	v := &view{host: h, lists: map[int]*list{}}
	for s := range h.holdings() {
		if h.suspects[s] {
			s.inspect(v, now)
		}
	}
	clear(h.suspects)
}

func (s *holding) inspect(v *view, now vrrp.Instant) {
	if e := s.estate; e != nil {
		e.repair()
		if e.on {
			e.lend()
			for _, a := range e.base {
				a.inspect(v, now)
			}
		}
	}
	if !s.on {
		return
	}
	for _, a := range s.addresses {
		a.inspect(v, now)
	}
	for _, r := range s.routes {
		r.inspect(v, now)
	}
	for _, r := range s.rules {
		r.inspect(v, now)
	}
}

// repair makes devices again that are gone, where the interface below is there.
func (e *Estate) repair() {
	for _, d := range e.devices {
		if d.link != nil {
			continue
		}
		if _, err := e.host.link(d.parent); err == nil {
			e.host.gripe(d, e.host.ensure(d, e.prefix))
		}
	}
}

// gripe logs what is wrong with a device, once.
func (h *Host) gripe(d *device, err error) {
	if err != nil && err.Error() != d.gripe {
		d.gripe = err.Error()
		h.log(false, d.gripe)
	}
}

// lose notes that something cannot be kept, for the virtual router that has it,
// or for those of a track_group.
func (h *Host) lose(s *holding, group, format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	if s.estate != nil {
		h.lost = append(h.lost, loss{s.estate, what})
		return
	}
	h.log(false, what)
	for _, e := range h.followers(group) {
		h.lost = append(h.lost, loss{e, what})
	}
}

// followers are the estates of the instances of a track_group.
func (h *Host) followers(group string) []*Estate {
	var list []*Estate
	for _, g := range h.cfg.TrackGroups {
		for _, e := range h.estates {
			if g.Name == group && slices.Contains(g.Instances, e.conf.Name) {
				list = append(list, e)
			}
		}
	}
	return list
}
