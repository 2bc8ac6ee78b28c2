package router

import (
	"errors"
	"fmt"
	"slices"

	"github.com/viplab/viplab/daemon/advert"
	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/notify"
	"github.com/viplab/viplab/daemon/vrrp"
)

// reload carries out Reload. What could fail is tried first, so that a
// configuration that is no good changes nothing.
func (r *Router) reload(cfg *conf.Config) error {
	for _, i := range cfg.Instances {
		if _, err := advert.NewChecker(i); err != nil {
			return fmt.Errorf("vrrp_instance %s: %w", i.Name, err)
		}
	}
	kept, fresh := r.sort(cfg.Instances)
	r.cfg = cfg
	r.index(cfg)
	err := errors.Join(r.host.Reload(cfg), r.pollLinks())
	r.survey()
	r.breathe()
	for _, v := range r.virtuals {
		err = errors.Join(err, v.reload(kept[v]))
		r.breathe()
	}
	for _, i := range fresh {
		err = errors.Join(err, r.add(i))
		r.breathe()
	}
	r.inOrder()
	r.forgetTrackers()
	r.bind()
	r.regroup(cfg.SyncGroups)
	for _, v := range r.virtuals {
		v.look()
		r.breathe()
	}
	if cfg.Global.VRRP.StatesOnReload {
		r.repeatStates(kept)
	}
	return err
}

// sort says which virtual routers stay, each with its new configuration, and
// which are new. Those that are gone have resigned when it returns.
func (r *Router) sort(instances []*conf.Instance) (kept map[*virtual]*conf.Instance, fresh []*conf.Instance) {
	kept, fresh = map[*virtual]*conf.Instance{}, slices.Clone(instances)
	for _, v := range slices.Clone(r.virtuals) {
		n := slices.IndexFunc(fresh, v.same)
		if n < 0 {
			r.remove(v)
			r.breathe()
			continue
		}
		kept[v] = fresh[n]
		fresh = slices.Delete(fresh, n, n+1)
	}
	return kept, fresh
}

// inOrder puts the virtual routers into the order of the configuration.
func (r *Router) inOrder() {
	place := make(map[string]int, len(r.cfg.Instances))
	for n, i := range r.cfg.Instances {
		place[i.Name] = n
	}
	slices.SortStableFunc(r.virtuals, func(a, b *virtual) int { return place[a.conf.Name] - place[b.conf.Name] })
}

// same reports whether i is the same virtual router with, perhaps, other values.
func (v *virtual) same(i *conf.Instance) bool {
	return i.Name == v.conf.Name && i.Interface == v.conf.Interface && i.VRID == v.conf.VRID && i.Family == v.conf.Family
}

// reload takes new values without a change of state. look follows.
func (v *virtual) reload(i *conf.Instance) error {
	if err := v.checker.Reload(i); err != nil {
		return fmt.Errorf("vrrp_instance %s: %w", i.Name, err)
	}
	if err := v.sender.Reload(i); err != nil {
		return fmt.Errorf("vrrp_instance %s: %w", i.Name, err)
	}
	v.configure(i)
	if v.machine.State() != vrrp.Master {
		v.estate.Reload(i, false)
	}
	v.priority = v.tracking.Priority()
	v.router.handle(v, vrrp.Reload{Instance: i, Priority: v.priority}, now())
	return nil
}

// remove ends a virtual router that a reload has taken away.
func (r *Router) remove(v *virtual) {
	r.handle(v, vrrp.Shutdown{}, now())
	if v.conf.Deleted {
		v.announceState(notify.Deleted, false)
	} else {
		v.announceState(notify.Fault, false)
	}
	r.system.Remove(v.machine)
	delete(r.machines, v.machine)
	r.virtuals = slices.DeleteFunc(r.virtuals, func(o *virtual) bool { return o == v })
	v.close()
}

// forgetTrackers drops the results of trackers that are gone.
func (r *Router) forgetTrackers() {
	there := map[vrrp.Tracker]bool{}
	for _, i := range r.cfg.Instances {
		for _, t := range r.trackersOf(i) {
			there[t] = true
		}
	}
	for t := range r.results {
		if !there[t] && (t.Kind != vrrp.Interface || r.ifaces[t.Name] == nil) {
			delete(r.results, t)
		}
	}
}

// repeatStates is fifo_write_vrrp_states_on_reload.
func (r *Router) repeatStates(kept map[*virtual]*conf.Instance) {
	for _, v := range r.virtuals {
		if _, ok := kept[v]; ok {
			v.announceState(told(v.machine.State()), true)
		}
	}
	for _, c := range r.cfg.SyncGroups {
		if s := told(r.system.GroupState(c.Name)); s != "" {
			r.notify(notify.Transition{Kind: notify.Group, Name: c.Name, State: s, Hooks: r.groups[c.Name].hooks, Repeat: true})
		}
	}
}
