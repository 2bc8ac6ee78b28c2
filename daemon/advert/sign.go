package advert

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"net/netip"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// The trailer of a signed advert (draft-cassen-vrrp-auth-hmac-01), after the
// message: type, ID of the key, two zeros, a counter of 64 bits, the value.
const (
	trailerLen    = 28
	trailerSHA256 = 1 // the type: HMAC-SHA256, cut to 16 bytes

	trailerKeyAt     = 1
	trailerZeroAt    = 2
	trailerCounterAt = 4
	trailerValueAt   = 12
)

// key signs and verifies.
type key struct {
	id   uint8
	mac  hash.Hash
	head [20]byte // what is signed before the message
	zero [trailerLen - trailerValueAt]byte
	out  [sha256.Size]byte
}

func newKey(id uint8, secret []byte) *key {
	return &key{id: id, mac: hmac.New(sha256.New, secret)}
}

// sum is the value over a message and a trailer whose value is passed over. The
// message counts as with a checksum of zero, since kernels fill that in. Family,
// version, VRID and source go before it, so that nobody else can use it.
func (k *key) sum(i *conf.Instance, src netip.Addr, signed []byte) []byte {
	k.head = [20]byte{4, byte(i.Version), byte(i.VRID)}
	if src.Is4() {
		a := src.As4()
		copy(k.head[4:], a[:])
	} else {
		a := src.As16()
		k.head[0] = 6
		copy(k.head[4:], a[:])
	}
	k.mac.Reset()
	k.mac.Write(k.head[:])
	k.mac.Write(signed[:checksumAt])
	k.mac.Write(k.zero[:2])
	k.mac.Write(signed[checksumAt+2 : len(signed)-len(k.zero)])
	k.mac.Write(k.zero[:])
	return k.mac.Sum(k.out[:0])[:len(k.zero)]
}

// counter is a moment as a trailer has it: seconds of the Unix epoch, a binary
// fraction of 16 bits, and 16 bits that tell apart what is sent in one such
// moment.
func counter(now time.Time) uint64 {
	return uint64(uint32(now.Unix()))<<32 | uint64(now.Nanosecond())<<16/uint64(time.Second)<<16
}

// after reports whether a is later than b. Counters wrap around (RFC 1982).
func after(a, b uint64) bool { return int64(a-b) > 0 }

// behind is how many seconds a counter is behind now.
func behind(now time.Time, counter uint64) int {
	return int(int32(uint32(now.Unix()) - uint32(counter>>32)))
}

// signature checks the signature of p, or that there may be none.
func (c *Checker) signature(p *Packet, now time.Time, t *taken) Discard {
	if c.ring == nil {
		return 0
	}
	h := c.conf.HMAC
	if len(p.msg) == t.full {
		if h.Mode == "enforce" {
			return Unsigned
		}
		t.notice |= NotSigned
		return 0
	}
	tail := p.msg[t.full:]
	if kind := int(tail[0]); kind != trailerSHA256 || tail[trailerZeroAt] != 0 || tail[trailerZeroAt+1] != 0 {
		return c.no(BadSignature, kind, trailerSHA256)
	}
	t.counter = binary.BigEndian.Uint64(tail[trailerCounterAt:])
	// Before the value: a flood of old packets must not cost a digest each.
	if h.AntiReplay == "time" {
		window := int(h.TimeWindow / time.Second)
		t.skew = behind(now, t.counter)
		if t.skew > window || t.skew < -window {
			return c.no(StaleSignature, t.skew, window)
		}
		if 2*t.skew > window || -2*t.skew > window {
			t.notice |= ClockSkew
		}
	}
	k := c.ring.find(tail[trailerKeyAt])
	if k == nil {
		return c.no(UnknownKey, int(tail[trailerKeyAt]), h.ActiveKey)
	}
	if !hmac.Equal(k.sum(c.conf, p.Source, p.msg), tail[trailerValueAt:]) {
		return InvalidHMAC
	}
	if mark, ok := c.marks.of(p.Source); ok && !c.expired(mark, now) && !after(t.counter, mark) {
		return ReplayedHMAC
	}
	t.signed = true
	return 0
}

// expired reports whether a mark is out of the window, where no packet passes
// that it could tell from a replay. A sender whose clock was set back is heard
// again then.
func (c *Checker) expired(mark uint64, now time.Time) bool {
	if c.conf.HMAC.AntiReplay != "time" {
		return false
	}
	window, age := int(c.conf.HMAC.TimeWindow/time.Second), behind(now, mark)
	return age > window || age < -window
}

// signer signs what is sent.
type signer struct {
	conf    *conf.AuthHMAC
	key     *key // nil: nothing is signed
	counter uint64
	// last is the trailer of the advert before, for the copies of one advert.
	last struct {
		at   time.Time
		src  netip.Addr
		prio byte
		tail [trailerLen]byte
	}
}

func (s *signer) reload(h *conf.AuthHMAC, ring *keyRing) error {
	s.conf, s.key = h, nil
	s.last.at = time.Time{}
	if h == nil || h.Mode == "receive-only" {
		return nil
	}
	if s.key = ring.find(uint8(h.ActiveKey)); s.key == nil {
		return &KeyError{ID: h.ActiveKey, Problem: "is the active_key, but there is no such key"}
	}
	return nil
}

// size is how much append appends.
func (s *signer) size() int {
	if s.key == nil {
		return 0
	}
	return trailerLen
}

// append signs the message that begins at b[at].
func (s *signer) append(b []byte, at int, i *conf.Instance, src netip.Addr, now time.Time) []byte {
	if s.key == nil {
		return b
	}
	l, prio := &s.last, b[at+2]
	if l.at.Equal(now) && l.src == src && l.prio == prio {
		return append(b, l.tail[:]...)
	}
	s.count(now)
	b = append(b, trailerSHA256, s.key.id, 0, 0)
	b = binary.BigEndian.AppendUint64(b, s.counter)
	b = append(b, s.key.zero[:]...)
	copy(b[len(b)-len(s.key.zero):], s.key.sum(i, src, b[at:]))
	l.at, l.src, l.prio = now, src, prio
	copy(l.tail[:], b[len(b)-trailerLen:])
	return b
}

// count moves the counter on: to now, or by one if the clock has not moved. One
// that is further ahead than receivers bear, after the clock was set back, begins
// anew; without a clock it only ever grows.
func (s *signer) count(now time.Time) {
	c := counter(now)
	switch {
	case after(c, s.counter):
		s.counter = c
	case s.conf.AntiReplay == "time" && -behind(now, s.counter) > int(s.conf.TimeWindow/time.Second):
		s.counter = c
	default:
		s.counter++
	}
}
