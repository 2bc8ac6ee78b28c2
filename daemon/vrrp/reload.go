package vrrp

import (
	"net/netip"
	"slices"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// setPriority takes another effective priority: the next advertisement has it,
// and Master_Down_Timer has the skew that goes with it.
func (m *Machine) setPriority(e SetPriority, now Instant) {
	if m.demoted {
		e.Priority = min(e.Priority, owner-1)
	}
	if e.Priority == m.priority {
		return
	}
	cause := ""
	if e.Cause != "" {
		cause = ": " + e.Cause
	}
	m.say(false, "Changing effective priority from %d to %d%s", m.priority, e.Priority, cause)
	m.priority = e.Priority
	m.do(Changed{e.Priority})
	if m.down.on {
		m.setDown(now)
	}
}

// reload takes a new configuration without a change of state, other than that
// of a Backup that has become the owner.
func (m *Machine) reload(e Reload, now Instant) {
	old := m.conf
	m.conf, m.held, m.demoted = e.Instance, false, false
	if e.Priority == 0 {
		e.Priority = e.Instance.Priority
	}
	if !m.master.IsValid() {
		m.interval = m.conf.AdvertInt
	}
	m.setPriority(SetPriority{Priority: e.Priority, Cause: "reload"}, now)
	switch m.state {
	case Backup:
		m.reloadBackup(old, now)
	case Master:
		m.reloadMaster(old, now)
	}
}

func (m *Machine) reloadBackup(old *conf.Instance, now Instant) {
	if m.conf.PreemptDelay != old.PreemptDelay {
		m.recount()
	}
	if m.priority == owner && (m.group == nil || m.group.can(m)) {
		m.becomeMaster(now, now, "owner of the addresses since the reload")
		return
	}
	m.setDown(now)
}

// reloadMaster keeps the phase of the advertisements: with a shorter interval
// the next comes an interval after the last, with a longer one when it was to
// come, as until then no other router knows of it.
func (m *Machine) reloadMaster(old *conf.Instance, now Instant) {
	m.adver.at = max(now, m.adver.at.Add(min(0, m.conf.AdvertInt-old.AdvertInt)))
	m.do(Update{old})
	if fresh := without(m.conf, old); len(fresh) > 0 {
		m.announce(fresh, now)
	}
	if m.conf.GARP.Refresh != old.GARP.Refresh {
		m.refresh.stop()
	}
	m.planRefresh(now.Add(m.wait(now)))
}

// wait is how long until the second burst.
func (m *Machine) wait(now Instant) time.Duration {
	if m.second.on {
		return max(0, m.second.at.Sub(now))
	}
	return 0
}

// without returns the addresses of a that b has not.
func without(a, b *conf.Instance) []conf.Address {
	old := map[netip.Prefix][]conf.Address{}
	for _, x := range slices.Concat(b.Addresses, b.Excluded) {
		old[x.Prefix] = append(old[x.Prefix], x)
	}
	var out []conf.Address
	for _, x := range slices.Concat(a.Addresses, a.Excluded) {
		if !slices.ContainsFunc(old[x.Prefix], x.Equal) {
			out = append(out, x)
		}
	}
	return out
}
