// Package vip is what a virtual router puts on its host, and takes away again:
// addresses, routes and rules, the devices with its MAC address, the firewall
// around it, and the announcements that tell neighbours. All of it is for one
// thread, in whose network namespace it acts; nothing waits longer than the
// kernel takes for an answer.
package vip

import (
	"errors"
	"net/netip"
	"slices"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/netif"
	"github.com/viplab/viplab/daemon/vrrp"
)

// Options are what a Host needs of others.
type Options struct {
	// Log takes lines for the log, and must not wait. Detail lines are for logs
	// that want them.
	Log interface {
		Log(detail bool, text string)
	}
	// Reserved reports addresses that Start leaves alone though they look like
	// those that a crash has left; nil: there are none.
	Reserved func(netip.Addr) bool
	// Lost is told what of an estate is gone and cannot be kept. It is called at
	// the end of Observe and Tick, and may call whatever it likes.
	Lost func(e *Estate, what string)
}

// Host is the host, as far as virtual routers change it.
type Host struct {
	options Options
	cfg     *conf.Config
	kernel  *netif.Conn
	sender  *netif.Announcer
	queue   *queue

	made    netif.Devices
	sysctls netif.Sysctls
	wall    *wall
	devices map[identity]*device
	links   map[string]*netif.Link // as last seen, by name
	estates []*Estate
	static  *holding
	claims  map[place]*claim

	extras   map[*Estate]bool  // those that announce by themselves
	suspects map[*holding]bool // to be looked at again, at lookAt
	lookAt   vrrp.Instant
	lost     []loss // to be told
}

// loss is something that an estate has lost.
type loss struct {
	estate *Estate
	what   string
}

// Open opens what a Host needs, in the calling thread's network namespace.
// Start must follow.
func Open(o Options) (*Host, error) {
	kernel, err := netif.Open()
	if err != nil {
		return nil, err
	}
	sender, err := netif.NewAnnouncer()
	if err != nil {
		kernel.Close()
		return nil, err
	}
	h := &Host{options: o, kernel: kernel, sender: sender, devices: map[identity]*device{}, links: map[string]*netif.Link{},
		claims: map[place]*claim{}, extras: map[*Estate]bool{}, suspects: map[*holding]bool{}}
	h.queue = newQueue(sender.Send)
	h.wall = &wall{log: h.log}
	h.static = &holding{host: h, on: true}
	return h, nil
}

// Start removes what a crash has left and puts the static addresses, routes and
// rules of cfg on the host. What cannot be done is logged, and no error: others
// may do without it.
func (h *Host) Start(cfg *conf.Config) error {
	h.cfg = cfg
	h.queue.configure(cfg)
	h.wall.open(cfg.Global.NFTables)
	if err := h.clean(); err != nil {
		return err
	}
	h.static.replace(staticPlan(cfg), nil)
	return nil
}

// Reload brings what is for all virtual routers in line with cfg. Each Estate
// has a Reload of its own.
func (h *Host) Reload(cfg *conf.Config) error {
	h.cfg = cfg
	h.queue.configure(cfg)
	h.wall.reopen(cfg.Global.NFTables)
	h.static.replace(staticPlan(cfg), nil)
	return nil
}

// Close gives up whatever is held: nothing stays behind.
func (h *Host) Close() error {
	for _, e := range slices.Clone(h.estates) {
		e.Close()
	}
	h.static.replace(plan{}, nil)
	err := errors.Join(h.wall.close(), h.made.Close(h.kernel), h.sysctls.Restore())
	h.sender.Close()
	h.kernel.Close()
	return err
}

// Abandon gives up nothing that is held, and closes what Open has opened.
func (h *Host) Abandon() {
	h.sender.Close()
	h.kernel.Close()
}

func (h *Host) log(detail bool, text string) {
	if h.options.Log != nil {
		h.options.Log.Log(detail, text)
	}
}

// Deadline is when Tick is to be called next, if at all.
func (h *Host) Deadline() (at vrrp.Instant, on bool) {
	at, on = h.queue.deadline()
	if len(h.suspects) > 0 && (!on || h.lookAt < at) {
		at, on = h.lookAt, true
	}
	for e := range h.extras {
		if !on || e.extra < at {
			at, on = e.extra, true
		}
	}
	return at, on
}

// Tick does what is due: announcements that had to wait, and a look at what may
// have changed.
func (h *Host) Tick(now vrrp.Instant) {
	h.inspect(now)
	for e := range h.extras {
		e.announceExtra(now)
	}
	h.queue.tick(now)
	h.tell()
}

// tell tells of losses.
func (h *Host) tell() {
	for len(h.lost) > 0 {
		list := h.lost
		h.lost = nil
		for _, l := range list {
			if h.options.Lost != nil {
				h.options.Lost(l.estate, l.what)
			}
		}
	}
}

// link returns the interface called name as last seen.
func (h *Host) link(name string) (*netif.Link, error) {
	if l := h.links[name]; l != nil {
		return l, nil
	}
	l, err := h.kernel.Link(name)
	if err == nil {
		h.links[name] = l
	}
	return l, err
}
