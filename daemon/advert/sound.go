package advert

import (
	"encoding/binary"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// carrier checks what p came in, and that there is a VRRP header at all.
func (c *Checker) carrier(p *Packet) Discard {
	i := c.conf
	switch {
	case p.Source.Is4() != (i.Family == conf.IPv4):
		return WrongFamily
	case len(p.msg) < headerLen:
		return c.no(TooShort, len(p.msg), headerLen)
	case int(p.msg[1]) != i.VRID:
		return c.no(UnknownVRID, int(p.msg[1]), i.VRID)
	case i.AuthType == authAH && p.ah == nil:
		return MissingAH
	case i.AuthType != authAH && p.ah != nil:
		return UnexpectedAH
	case c.group && p.TTL != TTL:
		return c.no(BadTTL, p.TTL, TTL)
	}
	return 0
}

// shape checks that p is of our version and as long as its count says.
func (c *Checker) shape(p *Packet, t *taken) Discard {
	i := c.conf
	if v := int(p.msg[0] >> 4); v != i.Version {
		return c.no(BadVersion, v, i.Version)
	}
	t.full = messageLen(i, int(p.msg[3]))
	switch extra := len(p.msg) - t.full; {
	case extra < 0:
		return c.no(Truncated, len(p.msg), t.full)
	case extra == 0:
	case extra == trailerLen && c.ring == nil:
		return c.no(SignedUnasked, len(p.msg), t.full)
	case extra != trailerLen:
		return c.no(TooLong, len(p.msg), t.full)
	}
	return 0
}

// centisecond is the unit of intervals in version 3.
const centisecond = 10 * time.Millisecond

// content checks the fields of the message: version 2 wants its own interval,
// version 3 takes that of the sender.
func (c *Checker) content(p *Packet, t *taken) Discard {
	i := c.conf
	if i.Version == 2 {
		t.interval = time.Duration(p.msg[5]) * time.Second
	} else {
		t.interval = time.Duration(binary.BigEndian.Uint16(p.msg[4:])&intervalMax) * centisecond
	}
	switch {
	case t.interval == 0:
		return ZeroInterval
	case t.interval == i.AdvertInt:
	case i.Version == 2:
		return c.no(BadInterval, int(p.msg[5]), int(i.AdvertInt/time.Second))
	default:
		t.notice |= OtherInterval
	}
	if kind := int(p.msg[0] & 0xf); kind != advertisement {
		return c.no(BadType, kind, advertisement)
	}
	return c.checksum(p, t)
}

// checksum finds the form that the checksum of p is right in. Version 3 over
// IPv4 has three.
func (c *Checker) checksum(p *Packet, t *taken) Discard {
	i := c.conf
	switch {
	case p.head == nil:
		// It covers a signature, which the kernel of the sender cannot tell apart.
		if fold(sum(pseudo(p.Source, p.Destination, len(p.msg)), p.msg)) != 0 {
			return c.no(BadChecksum, c.found(p), 0)
		}
		return 0
	case i.Version == 2:
		if fold(sum(0, p.msg[:t.full])) != 0 {
			return c.no(BadChecksum, c.found(p), 0)
		}
		return 0
	}
	acc := sum(0, p.msg[:t.full])
	for _, f := range [...]form{withHeader, plain, oldUnicast} {
		if f == oldUnicast && (c.group || i.Unicast.OldChecksum == "never") {
			break
		}
		if fold(acc+f.header(p.Source, p.Destination, t.full)) == 0 {
			t.form = f
			if f == plain && !i.V3ChecksumAsV2 {
				t.notice |= PlainChecksum
			}
			return 0
		}
	}
	return c.no(BadChecksum, c.found(p), 0)
}

// found is the checksum that p has.
func (c *Checker) found(p *Packet) int { return int(binary.BigEndian.Uint16(p.msg[checksumAt:])) }

// addressed checks whom p is for, and whether it is for somebody who listens.
func (c *Checker) addressed(p *Packet, t *taken) Discard {
	i := c.conf
	c.rejected.addr = p.Destination
	switch {
	case c.group && !p.Destination.IsMulticast():
		return NotMulticast
	case c.group && p.Destination != i.MulticastGroup:
		return OtherGroup
	case !c.group && p.Destination.IsMulticast():
		return NotUnicast
	case c.own == p.Source:
		return OwnSource
	case i.Priority != owner:
	case i.OwnerIgnoreAdverts, i.Strict: // RFC 3768 7.1: an owner discards them
		return OwnerIgnores
	case p.msg[2] == owner:
		t.notice |= OwnerConflict
	}
	return 0
}
