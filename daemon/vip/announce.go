package vip

import (
	"fmt"
	"slices"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/netif"
	"github.com/viplab/viplab/daemon/vrrp"
)

// Announce tells neighbours of those addresses of list that are held, of all for
// nil: repeat times each, in turn, by gratuitous ARP or unsolicited neighbour
// advertisements. The first ones leave at once, unless an interval demands that
// they wait; the others when Tick is called. What is left of an earlier burst
// for an address is replaced.
func (e *Estate) Announce(list []conf.Address, repeat int, now vrrp.Instant) {
	b := e.host.queue.burst(now)
	for _, a := range e.addresses {
		if a.held() && (list == nil || slices.ContainsFunc(list, a.is)) {
			a.announce(b, repeat)
		}
	}
	b.end()
	if interval := e.conf.GARP.Extra.Interval; interval > 0 && e.on && !e.host.extras[e] {
		e.extra, e.host.extras[e] = now.Add(interval), true
	}
}

// is reports whether c is a.
func (a *address) is(c conf.Address) bool {
	return a.conf.Prefix == c.Prefix && a.conf.Interface == c.Interface
}

// announce adds a's announcement to a burst.
func (a *address) announce(b *burst, repeat int) {
	link, err := a.of.host.slotLink(a.slot)
	if err != nil || link.Loopback() {
		return
	}
	ip := a.addr.Prefix.Addr()
	if a.link != link || ip.Is6() { // whether the interface forwards may have changed
		frame, err := netif.Prepare(link, ip)
		if err != nil {
			a.complain("cannot announce", err)
			return
		}
		a.link, a.target.frame = link, frame
	}
	kind, what := arp, "gratuitous ARPs"
	if ip.Is6() {
		kind, what = neighbour, "Unsolicited Neighbour Adverts"
	}
	b.add(a.of.host.queue.pace(kind, a.slot.iface), &a.target, repeat)
	a.of.logf(true, "Sending/queueing %s on %s for %s", what, link.Name, ip)
}

func (a *address) announced() {
	if e := a.of.estate; e != nil {
		e.sent++
		e.fail = ""
	}
}

// unannounced logs a failure to send when it begins.
func (a *address) unannounced(err error) {
	if e := a.of.estate; e != nil && err.Error() != e.fail {
		e.fail = err.Error()
		e.logf(false, "%v", err)
	}
}

// announceExtra sends, each time that it is due, one announcement from each
// interface that has addresses but sends no adverts, so that switches do not
// forget where its MAC address is: from devices of ours, and with "all" from
// others too.
func (e *Estate) announceExtra(now vrrp.Instant) {
	x, first := e.conf.GARP.Extra, e.extra == unset
	if x.Interval == 0 { // it was reloaded
		delete(e.host.extras, e)
	}
	if now < e.extra || x.Interval == 0 {
		return
	}
	if e.extra = now.Add(x.Interval); first {
		return
	}
	b, done := e.host.queue.burst(now), []slot{}
	for _, a := range e.addresses {
		ours := a.slot.device != (identity{})
		if !a.held() || a.target.left > 0 || !ours && !x.All || e.speaks(a.slot) || slices.Contains(done, a.slot) {
			continue
		}
		done = append(done, a.slot)
		a.announce(b, 1)
	}
	b.end()
}

// unset is a moment of ExtraGARP that Tick is to set.
const unset vrrp.Instant = -1

// speaks reports whether adverts leave by a slot.
func (e *Estate) speaks(s slot) bool {
	if s.iface != e.conf.Interface {
		return false
	}
	if s.device == (identity{}) {
		return e.main == nil || e.conf.TransmitBase
	}
	return e.main != nil && s.device == e.main.identity && !e.conf.TransmitBase
}

// String names a slot.
func (s slot) String() string {
	if s.device == (identity{}) {
		return s.iface
	}
	return fmt.Sprintf("device of VRID %d on %s", s.device.vrid, s.iface)
}
