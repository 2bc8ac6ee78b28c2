package router

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// beatInterval is between two looks at a link, as in keepalived.
const beatInterval = time.Second

// poller asks drivers about links, for those that do not tell the kernel of a
// lost carrier. It has a goroutine of its own, as a driver may take its time.
type poller struct {
	methods map[string]string // by interface; empty: the first that works
	cancel  context.CancelFunc
	done    chan struct{}
}

// pollLinks has those interfaces polled that the configuration says, and no
// others.
func (r *Router) pollLinks() error {
	want := r.polled()
	if r.poller != nil && maps.Equal(want, r.poller.methods) {
		return nil
	}
	r.stopPolling()
	for name, f := range r.ifaces {
		if _, ok := want[name]; ok != f.beat.polled {
			f.beat = beat{polled: ok}
			f.weigh()
		}
	}
	if len(want) == 0 {
		return nil
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0) // it keeps the namespace
	if err != nil {
		return fmt.Errorf("poll links: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	p := &poller{methods: want, cancel: cancel, done: make(chan struct{})}
	r.poller = p
	go p.run(ctx, fd, func(name string, up bool) {
		r.post(func() { r.beaten(p, name, up) })
	})
	return nil
}

// polled are the interfaces to poll, with the method.
func (r *Router) polled() map[string]string {
	want := map[string]string{}
	for _, i := range r.cfg.Instances {
		if (i.Linkbeat || r.cfg.Global.Daemon.LinkbeatPolling) && i.Interface != "" {
			want[i.Interface] = ""
		}
	}
	for _, b := range r.cfg.Linkbeats {
		if r.ifaces[b.Interface] != nil {
			want[b.Interface] = b.Method
		}
	}
	return want
}

// beaten takes what p has found out.
func (r *Router) beaten(p *poller, name string, up bool) {
	f := r.ifaces[name]
	if f == nil || r.poller != p {
		return
	}
	f.beat.known, f.beat.up = true, up
	f.changed()
}

// stopPolling has the poller end, without waiting for it.
func (r *Router) stopPolling() {
	if r.poller != nil {
		r.poller.cancel()
		r.poller = nil
	}
}

// run polls until ctx ends, and tells of each state that is new.
func (p *poller) run(ctx context.Context, fd int, tell func(name string, up bool)) {
	defer close(p.done)
	defer unix.Close(fd)
	last := map[string]bool{}
	tick := time.NewTicker(beatInterval)
	defer tick.Stop()
	for {
		for name, method := range p.methods {
			up, ok := linkBeat(fd, name, method)
			if before, known := last[name]; ok && (!known || up != before) {
				last[name] = up
				tell(name, up)
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// linkBeat asks whether a link is up, by method or the first that works. It is
// not ok if none does.
func linkBeat(fd int, name, method string) (up, ok bool) {
	ways := map[string]func(int, string) (bool, bool){"MII": beatMII, "ETHTOOL": beatEthtool, "IOCTL": beatFlags}
	if ask := ways[method]; ask != nil {
		return ask(fd, name)
	}
	for _, method := range []string{"MII", "ETHTOOL", "IOCTL"} {
		if up, ok := ways[method](fd, name); ok {
			return up, ok
		}
	}
	return false, false
}

// linkRequest is struct ifreq (netdevice(7)).
type linkRequest struct {
	name [unix.IFNAMSIZ]byte
	data [24]byte
}

func (q *linkRequest) do(fd int, code uintptr, name string) bool {
	copy(q.name[:unix.IFNAMSIZ-1], name)
	_, _, err := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), code, uintptr(unsafe.Pointer(q)))
	return err == 0
}

// beatMII reads the status register of the transceiver (IEEE 802.3 22.2.4.2),
// which remembers a lost link until it is read.
func beatMII(fd int, name string) (up, ok bool) {
	const status, linkUp = 1, 1 << 2
	var q linkRequest
	if !q.do(fd, unix.SIOCGMIIPHY, name) {
		return false, false
	}
	binary.NativeEndian.PutUint16(q.data[2:], status)
	for range 2 {
		if !q.do(fd, unix.SIOCGMIIREG, name) {
			return false, false
		}
	}
	return binary.NativeEndian.Uint16(q.data[6:])&linkUp != 0, true
}

// ethtoolRequest is struct ifreq with the address of struct ethtool_value.
type ethtoolRequest struct {
	name  [unix.IFNAMSIZ]byte
	value *[2]uint32
	_     [16]byte
}

func beatEthtool(fd int, name string) (up, ok bool) {
	q := ethtoolRequest{value: &[2]uint32{unix.ETHTOOL_GLINK}}
	copy(q.name[:unix.IFNAMSIZ-1], name)
	_, _, err := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(&q)))
	return q.value[1] != 0, err == 0
}

func beatFlags(fd int, name string) (up, ok bool) {
	var q linkRequest
	ok = q.do(fd, unix.SIOCGIFFLAGS, name)
	return binary.NativeEndian.Uint16(q.data[:])&unix.IFF_RUNNING != 0, ok
}
