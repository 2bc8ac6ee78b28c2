package router

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/status"
	"github.com/viplab/viplab/daemon/vrrp"
)

// overflowKey is the reason under which packets are counted that found the
// receive buffer full.
const overflowKey = "receive_buffer_full"

// Status returns what the virtual routers are at now: Now, Instances, Groups,
// Trackers (the interfaces, and what was reported) and Receive are filled.
func (r *Router) Status(ctx context.Context) (*status.Status, error) {
	var s *status.Status
	err := r.ask(ctx, func() error {
		s = r.snapshot()
		return nil
	})
	if err != nil {
		return nil, err // s may still be written to
	}
	return s, nil
}

// clock turns Instants into times of day.
type clock struct {
	at  vrrp.Instant
	day time.Time
}

func (c clock) time(at vrrp.Instant) time.Time {
	if at == 0 {
		return time.Time{}
	}
	return c.day.Add(at.Sub(c.at))
}

func (r *Router) snapshot() *status.Status {
	c := clock{now(), time.Now()}
	s := &status.Status{Schema: status.Schema, Now: c.day, Instances: make([]status.Instance, 0, len(r.virtuals))}
	for _, v := range r.virtuals {
		s.Instances = append(s.Instances, v.status(c))
		r.breathe()
	}
	for _, g := range r.cfg.SyncGroups {
		s.Groups = append(s.Groups, r.groups[g.Name].status(c, r.system.GroupState(g.Name)))
	}
	s.Trackers = r.trackers()
	s.Receive = r.received()
	return s
}

func (v *virtual) status(c clock) status.Instance {
	i, m, rec := v.conf, v.machine, &v.record
	s := status.Instance{Name: i.Name, Interface: i.Interface, Device: v.device, Family: "IPv4", Version: i.Version, VRID: i.VRID,
		State: m.State().String(), Wanted: string(i.State), Since: c.time(rec.since), Cause: rec.cause,
		Priority: status.Priority{Base: i.Priority, Effective: m.Priority(), Parts: v.tracking.Parts()},
		Faults:   v.tracking.Faults(), Maintenance: v.maintenance, Source: v.source,
		AdvertInterval: i.AdvertInt.Seconds(), MasterInterval: m.MasterInterval().Seconds(), MasterDown: m.MasterDown().Seconds(),
		Discards: maps.Collect(v.checker.Discards.All()), Stats: v.stats()}
	if i.Family == conf.IPv6 {
		s.Family = "IPv6"
	}
	if g := v.router.groupOf[i.Name]; g != nil {
		s.Group = g.Name
	}
	s.Master, s.MasterPriority = m.Heard()
	for _, a := range i.Addresses {
		s.Addresses = append(s.Addresses, status.Address{Prefix: a.Prefix, Interface: a.Interface, Held: v.estate.Held(a)})
	}
	for _, a := range i.Excluded {
		s.Addresses = append(s.Addresses, status.Address{Prefix: a.Prefix, Interface: a.Interface, Excluded: true, Held: v.estate.Held(a)})
	}
	for _, t := range m.Timers() {
		s.Timers = append(s.Timers, status.Timer{Name: t.Name, In: t.At.Sub(c.at).Seconds()})
	}
	for _, p := range rec.peers {
		s.Peers = append(s.Peers, status.Peer{Address: p.address, Priority: p.priority, Interval: p.interval.Seconds(), Heard: c.time(p.heard), Adverts: p.adverts})
	}
	slices.SortFunc(s.Peers, func(a, b status.Peer) int { return a.Address.Compare(b.Address) })
	return s
}

func (g *group) status(c clock, state vrrp.State) status.Group {
	s := status.Group{Name: g.conf.Name, State: state.String(), Since: c.time(g.since)}
	for _, m := range g.conf.Members {
		s.Members = append(s.Members, m.Name)
	}
	return s
}

// trackers are those that somebody follows, by kind and name.
func (r *Router) trackers() (list []status.Tracker) {
	all := slices.SortedFunc(maps.Keys(r.follow), func(a, b vrrp.Tracker) int {
		if a.Kind != b.Kind {
			return int(a.Kind) - int(b.Kind)
		}
		return strings.Compare(a.Name, b.Name)
	})
	for _, t := range all {
		result := r.results[t]
		text := result.Text
		if text == "" && result.Known {
			text = upDown(result.Up)
		}
		list = append(list, status.Tracker{Kind: t.Kind.String(), Name: t.Name, Known: result.Known, Up: result.Up, Text: text})
	}
	return list
}

// received is about packets that reached no virtual router.
func (r *Router) received() status.Receive {
	total := r.past
	for _, p := range r.ports {
		total.add(p)
	}
	s := status.Receive{UnknownVRID: total.strangers, Discards: maps.Collect(total.discards.All())}
	if total.overflow > 0 {
		s.Discards[overflowKey] = total.overflow
	}
	return s
}

// add adds what p has counted.
func (t *past) add(p *port) {
	for d, n := range p.discards {
		t.discards[d] += n
	}
	if p.strangers != nil {
		for _, n := range p.strangers.counts {
			t.strangers += n
		}
	}
	t.overflow += p.overflow() - p.before
}

// keep remembers what a port that closes has counted.
func (r *Router) keep(p *port) { r.past.add(p) }
