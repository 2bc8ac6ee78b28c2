package vip

import (
	"github.com/viplab/viplab/daemon/vrrp"
)

// inspect looks whether the route is there.
func (r *route) inspect(v *view, now vrrp.Instant) {
	if !r.held { // its interface may have come
		r.hold()
		return
	}
	if !known(r.want.Protocol) || r.want.Expires > 0 {
		return // the kernel is not asked for those, or removes them
	}
	if v.hasRoute(&r.want) {
		r.gone, r.given = false, false
		return
	}
	noted := r.gone
	if r.conf.NoTrack {
		if r.gone = true; !noted {
			r.of.logf(false, "route %s is gone, and has no_track", r.conf.Destination)
		}
		return
	}
	h := r.of.host
	if !h.up(r.conf.Interface) {
		r.gone = true
		return
	}
	if !r.removed(now) {
		if !noted {
			h.lose(r.of, r.conf.TrackGroup, "route %s is removed by somebody else again and again", r.conf.Destination)
		}
		return
	}
	want, err := routeOf(&r.conf, finder{h.index, h.table})
	if err == nil {
		err = h.kernel.AddRoute(want)
	}
	if err != nil {
		r.given = true
		h.lose(r.of, r.conf.TrackGroup, "route %s was removed by somebody else: %v", r.conf.Destination, err)
		return
	}
	r.want, r.gone = want, false
	v.routes = append(v.routes, want)
	r.of.logf(false, "route %s was gone, and is put back", r.conf.Destination)
}

// inspect looks whether the rule is there.
func (r *rule) inspect(v *view, now vrrp.Instant) {
	if !r.held {
		r.hold()
		return
	}
	if !known(r.want.Protocol) {
		return // the kernel is not asked for those
	}
	if v.hasRule(&r.want) {
		r.gone, r.given = false, false
		return
	}
	noted := r.gone
	if r.conf.NoTrack {
		if r.gone = true; !noted {
			r.of.logf(false, "rule %d is gone, and has no_track", r.conf.Preference)
		}
		return
	}
	h := r.of.host
	if !r.removed(now) {
		if !noted {
			h.lose(r.of, r.conf.TrackGroup, "rule %d is removed by somebody else again and again", r.conf.Preference)
		}
		return
	}
	if err := h.kernel.AddRule(r.want); err != nil {
		r.given = true
		h.lose(r.of, r.conf.TrackGroup, "rule %d was removed by somebody else: %v", r.conf.Preference, err)
		return
	}
	r.gone = false
	v.rules = append(v.rules, r.want)
	r.of.logf(false, "rule %d was gone, and is put back", r.conf.Preference)
}
