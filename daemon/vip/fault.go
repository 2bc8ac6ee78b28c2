package vip

import (
	"fmt"
	"slices"
)

// Fault says why the virtual router could not hold all that a Master has: an
// interface of its addresses or routes, other than its own, is missing or down,
// or something static that its track_group follows is lost. It is empty when all
// is well. What has no_track does not count.
func (e *Estate) Fault() string {
	for _, name := range e.tracked() {
		link, err := e.host.link(name)
		switch {
		case err != nil:
			return err.Error()
		case !link.Fit():
			return fmt.Sprintf("Netlink reports %s down", name)
		}
	}
	return e.host.lostFor(e)
}

// tracked are the interfaces that Fault looks at, besides the instance's own.
func (e *Estate) tracked() []string {
	var list []string
	add := func(name string, not bool) {
		if name != "" && name != e.conf.Interface && !not && !slices.Contains(list, name) && !e.ours(name) {
			list = append(list, name)
		}
	}
	for _, a := range e.addresses {
		add(a.conf.Interface, a.conf.NoTrack)
	}
	for _, r := range e.routes {
		add(r.conf.Interface, r.conf.NoTrack)
	}
	return list
}

// ours reports whether name is that of a device of the estate.
func (e *Estate) ours(name string) bool {
	for _, d := range e.devices {
		if d.link != nil && d.link.Name == name {
			return true
		}
	}
	return false
}

// lostFor says what e follows of the static part and is given up.
func (h *Host) lostFor(e *Estate) string {
	follows := func(group string) bool { return group != "" && slices.Contains(h.followers(group), e) }
	for _, a := range h.static.addresses {
		if a.given && follows(a.conf.TrackGroup) {
			return "static address " + a.conf.Prefix.String() + " is lost"
		}
	}
	for _, r := range h.static.routes {
		if r.given && follows(r.conf.TrackGroup) {
			return "static route " + r.conf.Destination.String() + " is lost"
		}
	}
	for _, r := range h.static.rules {
		if r.given && follows(r.conf.TrackGroup) {
			return fmt.Sprintf("static rule %d is lost", r.conf.Preference)
		}
	}
	return ""
}
