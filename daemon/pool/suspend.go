package pool

import (
	"net/netip"

	"github.com/viplab/viplab/daemon/check"
)

// Suspension says whether a checker is to be off.
type Suspension struct {
	ID  check.ID
	Off bool
}

// Locate takes which addresses this host has, for services with ha_suspend: their
// checkers are off while the host has none of their addresses. It returns what
// is to be said, and which checkers are to be off or, if they were, on again. It
// is to be called again after Load.
func (s *Services) Locate(local func(netip.Addr) bool) ([]Action, []Suspension) {
	var list []Suspension
	for _, v := range s.list {
		off := v.conf.HASuspend && !v.local(local)
		if !off && !v.suspended {
			continue
		}
		for _, r := range v.servers {
			for _, c := range r.checkers {
				list = append(list, Suspension{c.id, off})
				if off != v.suspended {
					s.say("%s healthchecker for service %s for VS %s", word(off, "Suspending", "Activating"), r.name, v.name)
				}
			}
		}
		v.suspended = off
	}
	return s.taken(), list
}

func (v *service) local(has func(netip.Addr) bool) bool {
	for _, f := range v.services {
		if f.Mark == 0 && has(f.Address.Addr()) {
			return true
		}
	}
	return false
}

// Suspends reports whether a service has ha_suspend.
func (s *Services) Suspends() bool {
	for _, v := range s.list {
		if v.conf.HASuspend {
			return true
		}
	}
	return false
}
