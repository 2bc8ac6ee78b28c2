package advert

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/viplab/viplab/daemon/conf"
)

// addressList is the addresses of a virtual router, as a message has them.
type addressList struct {
	size   int    // bytes of an address
	body   []byte // in the file's order
	sorted [][]byte
}

func newAddressList(i *conf.Instance) addressList {
	l := addressList{size: addressLen(i)}
	for _, a := range i.Addresses {
		ip := a.Prefix.Addr()
		if len(l.body) < maxAddresses*l.size && ip.Is4() == (i.Family == conf.IPv4) {
			l.body = append(l.body, ip.AsSlice()...)
		}
	}
	for b := l.body; len(b) > 0; b = b[l.size:] {
		l.sorted = append(l.sorted, b[:l.size])
	}
	slices.SortFunc(l.sorted, bytes.Compare)
	l.sorted = slices.CompactFunc(l.sorted, bytes.Equal)
	return l
}

// addressLen is the length of an address in a message of i, in bytes.
func addressLen(i *conf.Instance) int {
	if i.Family == conf.IPv4 {
		return 4
	}
	return 16
}

// messageLen is the length of a message of i with that many addresses.
func messageLen(i *conf.Instance, count int) int {
	n := headerLen + count*addressLen(i)
	if i.Version == 2 {
		n += authLen
	}
	return n
}

// same reports whether body has the addresses of l, in any order. It takes n log
// n steps, since anybody may send long lists.
func (l *addressList) same(body []byte) bool {
	if bytes.Equal(body, l.body) {
		return true
	}
	if len(body) != len(l.body) {
		return false
	}
	var seen [maxAddresses/64 + 1]uint64
	found := 0
	for ; len(body) > 0; body = body[l.size:] {
		at, ok := slices.BinarySearchFunc(l.sorted, body[:l.size], bytes.Compare)
		if !ok {
			return false
		}
		if bit := uint64(1) << (at % 64); seen[at/64]&bit == 0 {
			seen[at/64] |= bit
			found++
		}
	}
	return found == len(l.sorted)
}

// listed checks the addresses of p. In version 2 another list is a reason to
// drop an advert, unless it is the owner's (RFC 3768 7.1); in version 3 only to
// speak of it (RFC 5798 7.1).
func (c *Checker) listed(p *Packet, t *taken) Discard {
	i := c.conf
	count := int(p.msg[3])
	body := p.msg[headerLen : headerLen+count*c.list.size]
	if i.Version == 3 && count == 0 && (i.Strict || len(c.list.body) > 0) {
		return NoAddresses
	}
	if i.Strict && c.list.size == 16 && (binary.BigEndian.Uint16(body)&0xffc0 != 0xfe80) {
		return NotLinkLocal
	}
	if i.SkipCheckAddresses && p.Source == c.last || c.list.same(body) {
		return 0
	}
	c.rejected.keep(body, c.list.size)
	if i.Version == 2 && p.msg[2] != owner {
		return BadAddressList
	}
	t.notice |= OtherAddresses
	return 0
}
