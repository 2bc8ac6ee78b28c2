package router

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/viplab/viplab/daemon/advert"
	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/notify"
	"github.com/viplab/viplab/daemon/vip"
	"github.com/viplab/viplab/daemon/vrrp"
)

// retryInterval is how long a virtual router waits with another try of what
// failed and nobody will tell of: a socket, a device, a route to a peer.
const retryInterval = time.Second

// virtual is a virtual router at work: its machine and what that acts on.
type virtual struct {
	router   *Router
	conf     *conf.Instance
	machine  *vrrp.Machine
	tracking *vrrp.Tracking
	estate   *vip.Estate
	checker  *advert.Checker
	sender   *advert.Sender
	hooks    *notify.Hooks

	iface   *iface     // nil: unicast without an interface
	source  netip.Addr // of its adverts; zero: none
	device  string     // that adverts leave by
	ports   []*port    // where it hears
	outlets []*outlet  // where it speaks

	alarm alarm      // of machine
	ahead vrrp.Event // an alarm that rings before its time
	retry alarm      // another look
	hasty bool       // alarm is among the urgent ones: it is Master

	started     bool
	fault       string // as the machine knows
	priority    int    // effective, as the machine was told
	maintenance bool
	fail        error      // the last failure to send that was logged
	heard       netip.Addr // the Master that it heard last
	gripes      gripes
	noticed     advert.Notice // what of the Master was logged
	forgot      vrrp.Instant  // when that was begun anew
	record      record
}

func (r *Router) newVirtual(i *conf.Instance) (*virtual, error) {
	v := &virtual{router: r, machine: vrrp.NewMachine(i)}
	v.alarm.ring = v.ring
	v.retry.ring = func(vrrp.Instant) { r.rest.stop(&v.retry); v.look() }
	v.configure(i)
	var err error
	if v.checker, err = advert.NewChecker(i); err != nil {
		return nil, fmt.Errorf("vrrp_instance %s: %w", i.Name, err)
	}
	if v.sender, err = advert.NewSender(i, v.checker); err != nil {
		return nil, fmt.Errorf("vrrp_instance %s: %w", i.Name, err)
	}
	for _, line := range v.checker.Warnings() {
		v.logf(false, "%s", line)
	}
	v.estate, err = r.host.Estate(i)
	return v, err
}

// configure takes what is made of a configuration alone.
func (v *virtual) configure(i *conf.Instance) {
	v.conf, v.hooks = i, instanceHooks(i)
	v.ahead = vrrp.Tick{Ahead: i.AdvertInt / 100}
	v.track()
	if v.iface = nil; i.Interface != "" {
		v.iface = v.router.iface(i.Interface)
	}
}

// track begins tracking anew, with all results that are there.
func (v *virtual) track() {
	r := v.router
	v.tracking = vrrp.NewTracking(v.conf, r.groupOf[v.conf.Name])
	for _, result := range r.results {
		v.tracking.Report(result)
	}
	v.tracking.Set(causeMaintenance, "maintenance", v.maintenance)
}

func (v *virtual) logf(detail bool, format string, args ...any) {
	v.router.opt.Log.Log(detail, "("+v.conf.Name+") "+fmt.Sprintf(format, args...))
}

// ring is v's alarm.
func (v *virtual) ring(at vrrp.Instant) {
	if v.alarm.at > at {
		v.router.handle(v, v.ahead, at)
	} else {
		v.router.handle(v, onTime, at)
	}
}

var onTime vrrp.Event = vrrp.Tick{}

// rearm sets v's alarm to what its machine wants.
func (v *virtual) rearm() {
	at, on := v.machine.Deadline()
	if v.alarm.period = 0; on {
		if next, advert := v.machine.NextAdvert(); advert && next == at {
			v.alarm.period = v.conf.AdvertInt
		}
	}
	hasty := v.machine.State() == vrrp.Master
	if !on || hasty != v.hasty {
		v.among().stop(&v.alarm)
	}
	v.hasty = hasty
	if on {
		v.among().set(&v.alarm, at)
	}
}

// among is where v's alarm is.
func (v *virtual) among() *deadlines {
	if v.hasty {
		return &v.router.urgent
	}
	return &v.router.rest
}

// peer reports whether ip is one of the routers that v speaks to.
func (v *virtual) peer(ip netip.Addr) bool {
	return slices.ContainsFunc(v.conf.UnicastPeers, func(p conf.UnicastPeer) bool { return p.Address == ip })
}

// close ends what is left of v after its machine was shut down.
func (v *virtual) close() {
	r := v.router
	v.shut()
	v.estate.Close()
	r.urgent.stop(&v.alarm)
	r.rest.stop(&v.alarm)
	r.rest.stop(&v.retry)
}
