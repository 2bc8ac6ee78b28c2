package advert

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"encoding/binary"
	"hash"

	"github.com/viplab/viplab/daemon/conf"
)

// The authentication types (RFC 2338 5.3.6).
const (
	authNone = 0
	authPass = 1
	authAH   = 2
)

// password is the authentication data of PASS: the text and zeros
// (RFC 2338 5.3.6.2).
func password(i *conf.Instance) (data [authLen]byte) {
	copy(data[:], i.AuthPass)
	return data
}

// The authentication header (RFC 2402 2) with HMAC-MD5-96 (RFC 2403).
const (
	ahLen   = 24
	ahWords = ahLen/4 - 2 // what its length field says

	ahNextAt   = 0
	ahLenAt    = 1
	ahSourceAt = 4
	ahSeqAt    = 8
	ahICVAt    = 12
	icvLen     = 12
)

// digest makes the value of an authentication header.
type digest struct {
	mac  hash.Hash
	ttl  bool // the TTL is covered
	head [ipLen]byte
	ah   [ahLen]byte
	out  [md5.Size]byte
}

// newDigest makes digests for i. RFC 2402 3.3.3.1 leaves the TTL out, since it
// changes on the way; keepalived covers that of multicast, which may not change.
func newDigest(i *conf.Instance) *digest {
	pass := password(i)
	return &digest{mac: hmac.New(md5.New, pass[:]), ttl: i.MulticastGroup.IsValid()}
}

// sum is the value over a packet: its header with the fields that may change on
// the way at zero, the authentication header without the value, the message.
func (d *digest) sum(head, ah, msg []byte) []byte {
	copy(d.head[:], head)
	d.head[1] = 0
	clear(d.head[ipFragAt:ipTTLAt])
	if !d.ttl {
		d.head[ipTTLAt] = 0
	}
	clear(d.head[ipSumAt:ipSourceAt])
	copy(d.ah[:], ah)
	clear(d.ah[ahICVAt:])
	d.mac.Reset()
	d.mac.Write(d.head[:])
	d.mac.Write(d.ah[:])
	d.mac.Write(msg)
	return d.mac.Sum(d.out[:0])[:icvLen]
}

// authentic makes the checks of RFC 2338 5.3.6.
func (c *Checker) authentic(p *Packet, t *taken) Discard {
	i := c.conf
	got := int(p.msg[4])
	switch {
	case got > authAH:
		return c.no(InvalidAuthType, got, i.AuthType)
	case got != i.AuthType:
		return c.no(BadAuthType, got, i.AuthType)
	case got == authPass && [authLen]byte(p.msg[t.full-authLen:]) != c.pass:
		return BadPassword
	case got == authAH:
		return c.header(p, t)
	}
	return 0
}

// header checks the authentication header of p.
func (c *Checker) header(p *Packet, t *taken) Discard {
	if !bytes.Equal(p.ah[ahSourceAt:ahSeqAt], p.head[ipSourceAt:ipDestAt]) {
		return BadAHSource
	}
	seq := binary.BigEndian.Uint32(p.ah[ahSeqAt:])
	if seq <= c.sequence {
		return c.no(ReplayedAH, int(seq), int(c.sequence))
	}
	if !hmac.Equal(c.ah.sum(p.head, p.ah, p.msg), p.ah[ahICVAt:]) {
		return BadAHDigest
	}
	t.sequence = seq
	return 0
}
