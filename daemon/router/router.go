// Package router runs the virtual routers of a host: one thread waits, receives
// and sends for all of them, so that nothing stands between a deadline and its
// packet.
package router

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/advert"
	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/netif"
	"github.com/viplab/viplab/daemon/notify"
	"github.com/viplab/viplab/daemon/vip"
	"github.com/viplab/viplab/daemon/vrrp"
)

// Logger takes lines for the log, and must not wait: it is called on the
// thread that keeps time. Detail lines are for logs that want them.
type Logger interface {
	Log(detail bool, text string)
}

// Options are what a Router is given from outside.
type Options struct {
	Log Logger
	// Notify is told of transitions; nil: nobody is. It must not wait.
	Notify func(notify.Event)
	// Keep leaves all as it is at the stop: no Master resigns, and its addresses
	// stay (--dont-release-vrrp).
	Keep bool
	// LogAddresses logs each address that comes or goes.
	LogAddresses bool
	// Alone says that no other Router is in this process, and that one of Go's
	// processors can be spared: the thread then waits in system calls that the
	// runtime does not know of. That makes adverts cheaper, and more exact.
	Alone bool
	// Late is told how late a timer is, where max_auto_priority and
	// min_auto_priority_delay ask for it; nil: nobody is. It must not wait.
	Late func(time.Duration)
}

// Errors of requests to a Router.
var (
	// ErrStopped says that a Router runs no more.
	ErrStopped = errors.New("router is not running")
	// ErrUnknownInstance says that there is no vrrp_instance of that name.
	ErrUnknownInstance = errors.New("no such vrrp_instance")
	// ErrNotMaster refuses to switch over what is not Master here.
	ErrNotMaster = errors.New("not in MASTER state")
)

// Router runs virtual routers. All its fields but requests, wait and done belong
// to the thread of Run.
type Router struct {
	opt      Options
	wait     *waiter
	requests requests
	done     chan struct{}

	cfg     *conf.Config
	kernel  *netif.Conn
	monitor *netif.Monitor
	host    *vip.Host
	senders senders
	intake  *intake
	packet  []byte // the last advert sent

	system   *vrrp.System
	virtuals []*virtual
	machines map[*vrrp.Machine]*virtual
	groupOf  map[string]*conf.SyncGroup // by the member's name
	groups   map[string]*group
	results  map[vrrp.Tracker]vrrp.Result
	follow   map[vrrp.Tracker][]*virtual
	vips     map[netip.Addr]int // how many virtual routers have an address
	ifaces   map[string]*iface
	byIndex  map[int]*iface
	ports    map[portKey]*port
	byFD     map[int]*port
	past     past
	poller   *poller // nil: no interface is polled

	urgent, rest deadlines // alarms of Masters, which wait for nothing; all others
	chores       alarm     // of host
	gripes       alarm
	startup      alarm // the end of a start that is held up
	delayed      bool  // until then

	do       vrrp.Do
	at       vrrp.Instant // of the event that is being handled
	acting   bool         // one is
	touched  []*virtual   // by it
	later    []later
	moved    bool       // host has something new to do
	leaving  bool       // a stop: resignations first
	releases []*virtual // that are to give up what they hold, then
	pending  []*port    // that may have more packets
}

// group is a sync group, to be told of.
type group struct {
	conf  *conf.SyncGroup
	hooks *notify.Hooks
	since vrrp.Instant
}

// past is what was counted by ports that are closed.
type past struct {
	discards  advert.Discards
	strangers uint64
	overflow  uint64
}

// New returns a Router. Run must follow, once.
func New(o Options) (*Router, error) {
	w, err := newWaiter(o.Alone)
	if err != nil {
		return nil, err
	}
	r := &Router{opt: o, wait: w, done: make(chan struct{}), intake: new(intake), system: vrrp.NewSystem(),
		machines: map[*vrrp.Machine]*virtual{}, groups: map[string]*group{}, results: map[vrrp.Tracker]vrrp.Result{},
		ifaces: map[string]*iface{}, byIndex: map[int]*iface{}, ports: map[portKey]*port{}, byFD: map[int]*port{}}
	r.do = r.act
	r.chores.ring = r.work
	r.gripes.ring = r.summarize
	r.startup.ring = func(vrrp.Instant) { r.begin() }
	return r, nil
}

// Run runs the virtual routers of cfg until ctx ends, then stops them in order:
// Masters resign and nothing of them stays behind. It calls ready once
// everything is open. It acts in the network namespace of the calling
// goroutine's thread, which stays locked to it.
func (r *Router) Run(ctx context.Context, cfg *conf.Config, ready func()) (err error) {
	runtime.LockOSThread()
	defer close(r.done)
	defer r.close()
	if err := r.open(); err != nil {
		return err
	}
	if err := r.start(cfg); err != nil {
		return errors.Join(err, r.stop())
	}
	ready()
	defer context.AfterFunc(ctx, r.wait.rouse)()
	err = r.loop(ctx)
	return errors.Join(err, r.stop())
}

// open opens what does not depend on the configuration.
func (r *Router) open() (err error) {
	if r.kernel, err = netif.Open(); err != nil {
		return err
	}
	if r.monitor, err = netif.NewMonitor(netif.WatchIPv6, netif.WatchRoutes, netif.WatchRules); err != nil {
		return err
	}
	if err := r.wait.add(r.monitor.FD()); err != nil {
		return err
	}
	if err := r.senders.open(); errors.Is(err, unix.EPERM) {
		return fmt.Errorf("%w (CAP_NET_RAW is missing)", err)
	} else if err != nil {
		return err
	}
	r.host, err = vip.Open(vip.Options{Log: hostLog{r}, Reserved: r.reserved, Lost: r.lost})
	return err
}

func (r *Router) close() {
	r.stopPolling()
	for _, p := range r.ports {
		p.close()
	}
	r.senders.close()
	if r.monitor != nil {
		r.monitor.Close()
	}
	if r.kernel != nil {
		r.kernel.Close()
	}
	r.wait.close()
}

// virtualAddress reports whether ip belongs to a virtual router.
func (r *Router) virtualAddress(ip netip.Addr) bool { return r.vips[ip] > 0 }

// Clean removes, in the calling thread's network namespace, what a router that
// was killed has left on the host: for the time until the next one starts, which
// does the same.
func Clean(cfg *conf.Config, log Logger) error {
	r := &Router{cfg: cfg}
	host, err := vip.Open(vip.Options{Log: log, Reserved: r.reserved})
	if err != nil {
		return fmt.Errorf("open host: %w", err)
	}
	defer host.Abandon()
	return host.Clean(cfg)
}

// reserved reports whether ip is an address that the host has by itself: that of
// an owner (RFC 9568 1.3). It is not taken for what a crash has left.
func (r *Router) reserved(ip netip.Addr) bool {
	for _, i := range r.cfg.Instances {
		if i.Priority != owner {
			continue
		}
		for _, list := range [][]conf.Address{i.Addresses, i.Excluded} {
			for _, a := range list {
				if a.Prefix.Addr() == ip {
					return true
				}
			}
		}
	}
	return false
}

// lost hears from the host what an estate cannot keep.
func (r *Router) lost(e *vip.Estate, what string) {
	for _, v := range r.virtuals {
		if v.estate == e {
			r.handle(v, vrrp.Lost{What: what}, now())
		}
	}
}

// work does what the host has to do by now.
func (r *Router) work(at vrrp.Instant) {
	r.host.Tick(at)
	r.moved = true
	r.pace()
	if r.chores.slot != 0 && r.chores.at <= at {
		r.rest.set(&r.chores, at+1) // not before others have had their turn
	}
}
