package router

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/notify"
	"github.com/viplab/viplab/daemon/vrrp"
)

// start gets everything ready and starts the virtual routers of cfg, unless a
// delay is asked for.
func (r *Router) start(cfg *conf.Config) error {
	r.cfg, r.delayed = cfg, true
	r.answer() // results that were there before
	r.index(cfg)
	if err := r.host.Start(cfg); err != nil {
		return err
	}
	r.survey()
	if err := r.pollLinks(); err != nil {
		return err
	}
	for _, i := range cfg.Instances {
		if err := r.add(i); err != nil {
			return err
		}
	}
	r.bind()
	r.regroup(cfg.SyncGroups)
	for _, v := range r.virtuals {
		v.look()
	}
	if wait := r.wantedDelay(); wait > 0 {
		r.opt.Log.Log(false, fmt.Sprintf("Delaying startup of virtual routers for %v", wait.Round(time.Millisecond)))
		r.rest.set(&r.startup, now().Add(wait))
		return nil
	}
	r.begin()
	return nil
}

// wantedDelay is how long the start is to be held up: vrrp_startup_delay, and
// what is missing of the uptime of delay_after_boot.
func (r *Router) wantedDelay() time.Duration {
	g := &r.cfg.Global.VRRP
	wait := g.StartupDelay
	var up unix.Timespec
	if g.DelayAfterBoot > 0 && unix.ClockGettime(unix.CLOCK_BOOTTIME, &up) == nil {
		wait = max(wait, g.DelayAfterBoot-time.Duration(up.Nano()))
	}
	return wait
}

// begin starts the virtual routers that nothing else holds up.
func (r *Router) begin() {
	r.rest.stop(&r.startup)
	r.delayed = false
	for _, v := range r.virtuals {
		if !v.started {
			r.tryStart(v, now())
			r.breathe()
		}
	}
}

// survey looks at the interfaces of which nothing is known yet.
func (r *Router) survey() {
	links, err := r.kernel.Links()
	if err != nil {
		r.opt.Log.Log(false, err.Error())
	}
	for n := range links {
		if f := r.ifaces[links[n].Name]; f != nil && !f.known {
			f.take(&links[n])
		}
	}
	for _, f := range r.ifaces {
		if !f.known {
			f.weigh()
		}
	}
}

// add makes the virtual router of i. It does not run yet.
func (r *Router) add(i *conf.Instance) error {
	v, err := r.newVirtual(i)
	if err != nil {
		return err
	}
	r.virtuals = append(r.virtuals, v)
	r.machines[v.machine] = v
	r.system.Add(v.machine)
	return nil
}

// stop ends all virtual routers: first they resign, then they give up what they
// hold.
func (r *Router) stop() error {
	if r.opt.Keep {
		return nil
	}
	r.leaving = true
	for _, v := range r.virtuals {
		r.handle(v, vrrp.Shutdown{}, now())
	}
	r.leaving = false
	for _, v := range r.releases {
		v.estate.Release()
	}
	for _, c := range r.cfg.SyncGroups {
		r.notify(notify.Transition{Kind: notify.Group, Name: c.Name, State: notify.Stop, Hooks: r.groups[c.Name].hooks})
	}
	for _, v := range r.virtuals {
		v.announceState(notify.Stop, false)
		v.close()
	}
	r.virtuals = nil
	return r.host.Close()
}
