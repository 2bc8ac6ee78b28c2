package advert

import (
	"net/netip"

	"github.com/viplab/viplab/daemon/conf"
)

// peer is a unicast peer.
type peer struct {
	address        netip.Addr
	minTTL, maxTTL int
	form           form // of the checksum that it gets
	fixed          bool // the configuration says which
}

// newPeers keeps the checksum that old peers are known to want.
func newPeers(i *conf.Instance, old []peer) []peer {
	list := make([]peer, len(i.UnicastPeers))
	for n, u := range i.UnicastPeers {
		p := peer{address: u.Address.WithZone(""), minTTL: u.MinTTL, maxTTL: u.MaxTTL}
		switch i.Unicast.OldChecksum {
		case "always":
			p.form, p.fixed = oldUnicast, true
		case "never":
			p.fixed = true
		default:
			if at := find(old, p.address); at >= 0 && !old[at].fixed {
				p.form = old[at].form
			}
		}
		if i.V3ChecksumAsV2 {
			p.form, p.fixed = plain, true
		}
		list[n] = p
	}
	return list
}

// find is the place of a in list, -1 if it is not there.
func find(list []peer, a netip.Addr) int {
	for n := range list {
		if list[n].address == a {
			return n
		}
	}
	return -1
}

// learn has p get what it sends. A plain checksum says nothing: who sends it may
// take either.
func (p *peer) learn(f form) {
	if !p.fixed && f != plain {
		p.form = f
	}
}

// fromPeer checks who sent a unicast advert.
func (c *Checker) fromPeer(p *Packet, t *taken) Discard {
	if c.group {
		return 0
	}
	at := find(c.peers, p.Source)
	if at < 0 {
		if c.selective() {
			return UnknownPeer
		}
		return 0
	}
	u := &c.peers[at]
	if u.minTTL >= 0 && p.TTL < u.minTTL {
		return c.no(BadPeerTTL, p.TTL, u.minTTL)
	}
	if u.maxTTL >= 0 && p.TTL > u.maxTTL {
		return c.no(BadPeerTTL, p.TTL, u.maxTTL)
	}
	if was := u.form; !u.fixed && p.head != nil && c.conf.Version == 3 && t.form != plain && t.form != was {
		t.notice |= NewChecksum
		if t.form == oldUnicast {
			t.notice ^= NewChecksum | OldChecksum
		}
	}
	t.peer = at
	return 0
}

// selective reports whether only peers are listened to: check_unicast_src, which
// the bounds of a TTL switch on too.
func (c *Checker) selective() bool {
	if c.conf.Unicast.CheckSource {
		return true
	}
	for n := range c.peers {
		if c.peers[n].minTTL >= 0 || c.peers[n].maxTTL >= 0 {
			return true
		}
	}
	return false
}
