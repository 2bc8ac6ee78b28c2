package router

import (
	"net/netip"
	"time"

	"github.com/viplab/viplab/daemon/advert"
	"github.com/viplab/viplab/daemon/status"
	"github.com/viplab/viplab/daemon/vrrp"
)

// maxPeers is how many routers a virtual router remembers to have heard: those
// that it heard last.
const maxPeers = 16

// record is what is remembered of a virtual router to be told.
type record struct {
	since vrrp.Instant // of the last transition
	cause string

	sent, zeroSent, zeroHeard, sendErrors uint64
	becameMaster, releasedMaster          uint64
	garpBefore                            uint64 // what was sent before ClearStats

	peers []neighbour
}

// neighbour is a router that was heard.
type neighbour struct {
	address  netip.Addr
	priority int
	interval time.Duration
	heard    vrrp.Instant
	adverts  uint64
}

func (c *record) send(prio int) {
	c.sent++
	if prio == 0 {
		c.zeroSent++
	}
}

// hear remembers an advert.
func (c *record) hear(h *advert.Heard, at vrrp.Instant) {
	if h.Priority == 0 {
		c.zeroHeard++
	}
	n := c.neighbour(h.Source)
	n.priority, n.interval, n.heard = h.Priority, h.Interval, at
	n.adverts++
}

// neighbour is the entry of ip, a new one in place of the oldest if there is
// none.
func (c *record) neighbour(ip netip.Addr) *neighbour {
	oldest := 0
	for n := range c.peers {
		if c.peers[n].address == ip {
			return &c.peers[n]
		}
		if c.peers[n].heard < c.peers[oldest].heard {
			oldest = n
		}
	}
	if len(c.peers) < maxPeers {
		c.peers = append(c.peers, neighbour{})
		oldest = len(c.peers) - 1
	}
	c.peers[oldest] = neighbour{address: ip}
	return &c.peers[oldest]
}

// clear sets the counters to zero.
func (c *record) clear(garp uint64) {
	*c = record{since: c.since, cause: c.cause, garpBefore: garp, peers: c.peers}
}

// stats are the counters of v.
func (v *virtual) stats() status.Stats {
	c, d := &v.record, &v.checker.Discards
	sum := func(list ...advert.Discard) (n uint64) {
		for _, k := range list {
			n += d[k]
		}
		return n
	}
	return status.Stats{
		AdvertsReceived: v.checker.Received, AdvertsSent: c.sent, BecameMaster: c.becameMaster, ReleasedMaster: c.releasedMaster,
		LengthErrors:      sum(advert.BadHeader, advert.TooShort, advert.Truncated, advert.TooLong),
		TTLErrors:         sum(advert.BadTTL, advert.BadPeerTTL),
		TypeErrors:        sum(advert.BadType),
		VersionErrors:     sum(advert.BadVersion),
		ChecksumErrors:    sum(advert.BadChecksum),
		IntervalErrors:    sum(advert.BadInterval, advert.ZeroInterval),
		AddressListErrors: sum(advert.BadAddressList, advert.NoAddresses),
		AuthTypeInvalid:   sum(advert.InvalidAuthType),
		AuthTypeMismatch:  sum(advert.BadAuthType, advert.MissingAH, advert.UnexpectedAH, advert.SignedUnasked, advert.Unsigned),
		AuthFailures: sum(advert.BadPassword, advert.BadAHSource, advert.BadAHDigest, advert.ReplayedAH, advert.BadSignature,
			advert.StaleSignature, advert.UnknownKey, advert.InvalidHMAC, advert.ReplayedHMAC),
		PriorityZeroRx: c.zeroHeard, PriorityZeroTx: c.zeroSent,
		GARPSent: v.estate.GARPSent() - c.garpBefore, SendErrors: c.sendErrors,
	}
}
