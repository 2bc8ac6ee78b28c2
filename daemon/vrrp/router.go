package vrrp

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"slices"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/netif"
)

// Logger takes lines for the log, and must not wait: it is called on the
// thread that keeps time. Detail lines are for logs that want them.
type Logger interface {
	Log(detail bool, text string)
}

// ErrStopped says that a Router runs no more.
var ErrStopped = errors.New("router has stopped")

// Router runs the virtual routers of a host. One thread waits, receives and
// sends for all of them, so that nothing stands between a deadline and its
// packet.
type Router struct {
	log      Logger
	wait     *waiter
	kernel   *netif.Conn
	monitor  *netif.Monitor
	announce *netif.Announcer
	ports    map[portKey]*port
	virtuals []*virtual
	vips     map[netip.Addr]bool // the addresses of all of them
	reloads  chan reload
	done     chan struct{}
}

type reload struct {
	instances []*conf.Instance
	finished  chan struct{}
}

// NewRouter returns a Router that logs to log. Run must follow, once.
func NewRouter(log Logger) (*Router, error) {
	w, err := newWaiter()
	if err != nil {
		return nil, err
	}
	return &Router{log: log, wait: w, ports: map[portKey]*port{}, reloads: make(chan reload, 1), done: make(chan struct{})}, nil
}

// Run starts instances and runs them until ctx ends, then stops them in order:
// Masters resign and no address stays behind. It calls ready once everything
// is open. It acts in the network namespace of the calling goroutine's thread,
// which stays locked to it.
func (r *Router) Run(ctx context.Context, instances []*conf.Instance, ready func()) error {
	runtime.LockOSThread()
	defer close(r.done)
	defer r.close()
	var err error
	if r.kernel, err = netif.Open(); err != nil {
		return err
	}
	if r.monitor, err = netif.NewMonitor(); err != nil {
		return err
	}
	if r.announce, err = netif.NewAnnouncer(); err != nil {
		return err
	}
	r.learn(instances)
	for _, i := range instances {
		if err := r.start(i); err != nil {
			r.stopAll()
			return err
		}
	}
	ready()
	defer context.AfterFunc(ctx, r.wait.rouse)()
	err = r.loop(ctx)
	r.stopAll()
	return err
}

// Reload replaces the instances. Those that keep their name, interface, VRID
// and group keep their state; others stop and start. It returns when that is
// done, or ErrStopped.
func (r *Router) Reload(ctx context.Context, instances []*conf.Instance) error {
	cmd := reload{instances, make(chan struct{})}
	select {
	case r.reloads <- cmd:
		r.wait.rouse()
	case <-r.done:
		return ErrStopped
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-cmd.finished:
		return nil
	case <-r.done:
		return ErrStopped
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *Router) close() {
	for _, p := range r.ports {
		p.close()
	}
	if r.kernel != nil {
		r.kernel.Close()
	}
	if r.monitor != nil {
		r.monitor.Close()
	}
	if r.announce != nil {
		r.announce.Close()
	}
	r.wait.close()
}

// start begins one virtual router. A socket that cannot be opened is an error
// only here, where it means missing permission; later it is a fault.
func (r *Router) start(i *conf.Instance) error {
	v := &virtual{router: r, conf: i, machine: NewMachine(i), own: map[netip.Addr]bool{}, holds: map[netip.Addr]bool{}}
	v.clean()
	fault := v.inspect(r.view())
	if fault == "" {
		if err := v.open(); err != nil {
			return fmt.Errorf("start vrrp_instance %s: %w", i.Name, err)
		}
	}
	r.virtuals = append(r.virtuals, v)
	v.handle(Startup{Source: v.source, Fault: fault}, now())
	return nil
}

func (r *Router) stopAll() {
	for _, v := range r.virtuals {
		v.stop()
	}
	r.virtuals = nil
}

// learn notes the virtual addresses of instances: none of them is a source of
// advertisements or a change to look at.
func (r *Router) learn(instances []*conf.Instance) {
	r.vips = map[netip.Addr]bool{}
	for _, i := range instances {
		for _, a := range slices.Concat(i.Addresses, i.Excluded) {
			r.vips[a.Prefix.Addr()] = true
		}
	}
}

// apply carries out a reload.
func (r *Router) apply(instances []*conf.Instance) {
	r.learn(instances)
	var kept []*virtual
	fresh := slices.Clone(instances)
	for _, v := range r.virtuals {
		n := slices.IndexFunc(fresh, v.same)
		if n < 0 {
			v.stop()
			continue
		}
		v.reconfigure(fresh[n])
		fresh = slices.Delete(fresh, n, n+1)
		kept = append(kept, v)
	}
	r.virtuals = kept
	for _, i := range fresh {
		if err := r.start(i); err != nil {
			r.log.Log(false, err.Error())
		}
	}
}

// port returns the shared socket of key, opening it for its first user.
func (r *Router) port(key portKey, name string) (*port, error) {
	p := r.ports[key]
	if p == nil {
		var err error
		if p, err = openPort(key, name); err != nil {
			return nil, err
		}
		r.ports[key] = p
	}
	p.users++
	return p, nil
}

// release gives a socket back.
func (r *Router) release(p *port) {
	if p.users--; p.users == 0 {
		p.close()
		delete(r.ports, p.portKey)
	}
}
