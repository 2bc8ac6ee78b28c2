package advert

import (
	"encoding/binary"
	"net/netip"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// Sender makes the adverts of one virtual router. One goroutine may use it, the
// one that uses its Checker.
type Sender struct {
	conf    *conf.Instance
	checker *Checker
	message []byte // of version, VRID, count, interval, addresses and password
	ah      *digest
	id      uint16 // of the last IPv4 packet
	signer  signer
}

// NewSender makes the sender of a virtual router. It shares with c, which is
// checker of the same one, what both must agree on: sequence numbers go on from
// those heard, peers get the checksum that they send, keys are read once.
func NewSender(i *conf.Instance, c *Checker) (*Sender, error) {
	s := &Sender{checker: c}
	if err := s.Reload(i); err != nil {
		return nil, err
	}
	return s, nil
}

// Reload has s send what i says. Its Checker must have had it before.
func (s *Sender) Reload(i *conf.Instance) error {
	if err := s.signer.reload(i.HMAC, s.checker.ring); err != nil {
		return err
	}
	s.conf = i
	list := newAddressList(i)
	m := make([]byte, headerLen, messageLen(i, len(list.body)/list.size))
	m[0], m[1] = byte(i.Version<<4|advertisement), byte(i.VRID)
	m[3] = byte(len(list.body) / list.size)
	m = append(m, list.body...)
	s.ah = nil
	if i.Version == 2 {
		m[4], m[5] = byte(i.AuthType), byte(i.AdvertInt/time.Second)
		var data [authLen]byte
		if i.AuthType == authPass {
			data = password(i)
		}
		m = append(m, data[:]...)
	} else {
		binary.BigEndian.PutUint16(m[4:], uint16(i.AdvertInt/centisecond)&intervalMax)
	}
	if i.AuthType == authAH {
		s.ah = newDigest(i)
	}
	s.message = m
	return nil
}

// Append appends an advert of priority prio to b. For IPv4 it is the whole
// packet, which goes to a raw socket with IP_HDRINCL; for IPv6 the VRRP message,
// whose hop limit the socket knows. Copies for several peers share one signature
// if they have the same now, which is the time of day.
func (s *Sender) Append(b []byte, src, dst netip.Addr, ttl, prio int, now time.Time) []byte {
	s.message[2] = byte(prio)
	if !src.Is4() {
		return s.append6(b, src.WithZone(""), dst.WithZone(""), now)
	}
	n, proto := len(s.message)+s.signer.size(), Protocol
	if s.ah != nil {
		n, proto = n+ahLen, ProtocolAH
	}
	start := len(b)
	b = appendIPv4(b, s.nextID(), ttl, proto, src, dst, n)
	if s.ah != nil {
		b = s.appendAH(b, src)
	}
	at := len(b)
	b = append(b, s.message...)
	acc := uint32(0)
	if s.conf.Version == 3 {
		acc = s.form(dst).header(src, dst, len(s.message))
	}
	seal(b[at:], acc)
	if s.ah != nil {
		ah := b[start+ipLen : at]
		copy(ah[ahICVAt:], s.ah.sum(b[start:start+ipLen], ah, b[at:]))
	}
	return s.signer.append(b, at, s.conf, src, now)
}

// append6 appends the message for IPv6. Its checksum covers the signature, whose
// value does not depend on the checksum.
func (s *Sender) append6(b []byte, src, dst netip.Addr, now time.Time) []byte {
	at := len(b)
	b = append(b, s.message...)
	b = s.signer.append(b, at, s.conf, src, now)
	seal(b[at:], pseudo(src, dst, len(b)-at))
	return b
}

// appendAH appends an authentication header without its value. The number is
// the next after those that were heard or sent: a router that takes over goes on
// counting where the other one ended.
func (s *Sender) appendAH(b []byte, src netip.Addr) []byte {
	s.checker.sequence++
	a := src.As4()
	b = append(b, Protocol, ahWords, 0, 0)
	b = append(b, a[:]...)
	b = binary.BigEndian.AppendUint32(b, s.checker.sequence)
	return append(b, make([]byte, icvLen)...)
}

// nextID numbers packets. 0 would have the kernel fill in another number, which
// an authentication header covers.
func (s *Sender) nextID() uint16 {
	if s.id++; s.id == 0 {
		s.id = 1
	}
	return s.id
}

// form is the checksum for dst.
func (s *Sender) form(dst netip.Addr) form {
	if at := find(s.checker.peers, dst); at >= 0 {
		return s.checker.peers[at].form
	}
	if s.conf.V3ChecksumAsV2 {
		return plain
	}
	return withHeader
}
