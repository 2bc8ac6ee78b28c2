package router

import (
	"context"
	"fmt"

	"github.com/viplab/viplab/daemon/advert"
	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/vrrp"
)

// Reload replaces the configuration. Virtual routers that keep their name,
// interface, VRID and family keep their state; others stop and start. It returns
// when that is done. After an error that names a virtual router nothing has
// changed.
func (r *Router) Reload(ctx context.Context, cfg *conf.Config) error {
	return r.ask(ctx, func() error { return r.reload(cfg) })
}

// Report takes the result of a tracker. It never waits, and any goroutine may
// call it, also before Run.
func (r *Router) Report(result vrrp.Result) {
	r.post(func() { r.report(result) })
}

// report has those concerned hear of a result.
func (r *Router) report(result vrrp.Result) {
	if result.Known {
		r.results[result.Tracker] = result
	} else {
		delete(r.results, result.Tracker)
	}
	for _, v := range r.follow[result.Tracker] {
		if v.tracking.Report(result) {
			v.reassess(result.String())
		}
	}
}

// Switchover has the Master called instance give way to a Backup.
func (r *Router) Switchover(ctx context.Context, instance string) error {
	return r.ask(ctx, func() error {
		v, err := r.find(instance)
		if err != nil {
			return err
		}
		if s := v.machine.State(); s != vrrp.Master {
			return fmt.Errorf("vrrp_instance %s is %w but in %v%s", instance, ErrNotMaster, s, v.hint())
		}
		v.logf(false, "switchover was asked for")
		r.handle(v, vrrp.Switchover{}, now())
		return nil
	})
}

// hint says where a switchover would have to be asked for.
func (v *virtual) hint() string {
	if master, _ := v.machine.Heard(); master.IsValid() {
		return "; its Master is " + master.String()
	}
	return ""
}

// Maintenance puts an instance, all of them for "", out of service or back.
func (r *Router) Maintenance(ctx context.Context, instance string, on bool) error {
	return r.ask(ctx, func() error {
		list := r.virtuals
		if instance != "" {
			v, err := r.find(instance)
			if err != nil {
				return err
			}
			list = []*virtual{v}
		}
		for _, v := range list {
			v.maintain(on)
			r.breathe()
		}
		return nil
	})
}

func (v *virtual) maintain(on bool) {
	if v.maintenance == on {
		return
	}
	if v.maintenance = on; on {
		v.logf(false, "maintenance begins")
	} else {
		v.logf(false, "maintenance ends")
	}
	v.tracking.Set(causeMaintenance, "maintenance", on)
	v.reassess("")
}

func (r *Router) find(instance string) (*virtual, error) {
	for _, v := range r.virtuals {
		if v.conf.Name == instance {
			return v, nil
		}
	}
	return nil, fmt.Errorf("%w: %s", ErrUnknownInstance, instance)
}

// ClearStats sets the counters to zero.
func (r *Router) ClearStats(ctx context.Context) error {
	return r.ask(ctx, func() error {
		for _, v := range r.virtuals {
			v.record.clear(v.estate.GARPSent())
			v.checker.Discards, v.checker.Received = advert.Discards{}, 0
			v.gripes.forget()
		}
		for _, p := range r.ports {
			p.discards, p.gripes, p.strangers = advert.Discards{}, gripes{}, nil
			p.before = p.overflow()
		}
		r.past = past{}
		return nil
	})
}
