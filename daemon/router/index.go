package router

import (
	"net/netip"
	"slices"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/vrrp"
)

// index notes what can be found in cfg.
func (r *Router) index(cfg *conf.Config) {
	r.vips, r.groupOf = map[netip.Addr]int{}, map[string]*conf.SyncGroup{}
	for _, i := range cfg.Instances {
		for _, a := range slices.Concat(i.Addresses, i.Excluded) {
			r.vips[a.Prefix.Addr()]++
		}
	}
	old := r.groups
	r.groups = map[string]*group{}
	for _, c := range cfg.SyncGroups {
		g := &group{conf: c, hooks: groupHooks(c), since: now()}
		if before := old[c.Name]; before != nil {
			g.since = before.since
		}
		r.groups[c.Name] = g
		for _, m := range c.Members {
			r.groupOf[m.Name] = c
		}
	}
	r.indexInterfaces(cfg)
}

// indexInterfaces looks after the interfaces that cfg names, and no others.
func (r *Router) indexInterfaces(cfg *conf.Config) {
	want := map[string]bool{}
	for _, i := range cfg.Instances {
		for _, name := range interfacesOf(i) {
			want[name] = true
		}
	}
	tracked := func(list []conf.Track) {
		for _, t := range list {
			want[t.Name] = true
		}
	}
	for _, i := range cfg.Instances {
		tracked(i.TrackInterfaces)
	}
	for _, g := range cfg.SyncGroups {
		tracked(g.TrackInterfaces)
	}
	for name, f := range r.ifaces {
		if !want[name] {
			f.take(nil)
			r.rest.stop(&f.change)
			delete(r.ifaces, name)
		}
	}
	for name := range want {
		f := r.iface(name)
		f.debounce = nil
	}
	for n := range cfg.Debounces {
		if f := r.ifaces[cfg.Debounces[n].Interface]; f != nil {
			f.debounce = &cfg.Debounces[n]
		}
	}
}

// interfacesOf are the names of the interfaces that i has something to do with.
func interfacesOf(i *conf.Instance) (list []string) {
	add := func(name string) {
		if name != "" && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	add(i.Interface)
	for _, a := range slices.Concat(i.Addresses, i.Excluded) {
		add(a.Interface)
	}
	for n := range i.Routes {
		add(i.Routes[n].Interface)
	}
	return list
}

// bind notes who is concerned by what.
func (r *Router) bind() {
	for _, f := range r.ifaces {
		f.users = nil
	}
	r.follow = map[vrrp.Tracker][]*virtual{}
	for _, v := range r.virtuals {
		for _, name := range interfacesOf(v.conf) {
			f := r.iface(name)
			f.users = append(f.users, v)
		}
		for _, t := range r.trackersOf(v.conf) {
			r.follow[t] = append(r.follow[t], v)
		}
	}
}

// trackersOf are the trackers of i and of its sync group.
func (r *Router) trackersOf(i *conf.Instance) (list []vrrp.Tracker) {
	add := func(kind vrrp.Kind, tracks []conf.Track) {
		for _, t := range tracks {
			if k := (vrrp.Tracker{Kind: kind, Name: t.Name}); !slices.Contains(list, k) {
				list = append(list, k)
			}
		}
	}
	add(vrrp.Interface, i.TrackInterfaces)
	add(vrrp.Script, i.TrackScripts)
	add(vrrp.File, i.TrackFiles)
	add(vrrp.Process, i.TrackProcesses)
	add(vrrp.BFD, i.TrackBFDs)
	if g := r.groupOf[i.Name]; g != nil {
		add(vrrp.Interface, g.TrackInterfaces)
		add(vrrp.Script, g.TrackScripts)
		add(vrrp.File, g.TrackFiles)
		add(vrrp.Process, g.TrackProcesses)
		add(vrrp.BFD, g.TrackBFDs)
	}
	return list
}
