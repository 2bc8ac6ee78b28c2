package advert

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"github.com/viplab/viplab/daemon/conf"
)

// forge is an advert that is sound but for what is changed.
type forge struct {
	prio     int // default 200
	src, dst string
	ttl      int // default 255
	seq      uint32
	// msg changes the message before it gets its checksum and its signature,
	// raw the packet when all is done (over IPv6, the message).
	msg, raw func([]byte) []byte
}

// packet is what a router of i sends, changed.
func (f forge) packet(t testing.TB, i *conf.Instance) (p []byte, src, dst netip.Addr, ttl int) {
	t.Helper()
	_, s := router(t, i)
	src, dst, ttl = them, i.MulticastGroup, TTL
	if i.Family == conf.IPv6 {
		src = netip.MustParseAddr("fe80::2")
	}
	if !dst.IsValid() {
		dst = us
		if i.Family == conf.IPv6 {
			dst = netip.MustParseAddr("fe80::1")
		}
	}
	if f.src != "" {
		src = netip.MustParseAddr(f.src)
	}
	if f.dst != "" {
		dst = netip.MustParseAddr(f.dst)
	}
	if f.ttl != 0 {
		ttl = f.ttl
	}
	if f.prio == 0 {
		f.prio = 200
	}
	if f.msg != nil {
		s.message = f.msg(s.message)
	}
	s.checker.sequence = f.seq
	p = s.Append(nil, src, dst, ttl, f.prio, noon)
	if f.raw != nil {
		p = f.raw(p)
	}
	return p, src, dst, ttl
}

// deliver is packet as sockets deliver it.
func (f forge) deliver(t testing.TB, i *conf.Instance) (Packet, error) {
	t.Helper()
	b, src, dst, ttl := f.packet(t, i)
	if i.Family == conf.IPv6 {
		return IPv6(src, dst, ttl, b), nil
	}
	return ParseIPv4(b)
}

func poke(at int, v byte) func([]byte) []byte {
	return func(b []byte) []byte { b[at] = v; return b }
}

func flip(at int) func([]byte) []byte {
	return func(b []byte) []byte { b[at] ^= 1; return b }
}

// more appends zeros to the message.
func more(n int) func([]byte) []byte {
	return func(b []byte) []byte { return append(b, make([]byte, n)...) }
}

// grow appends zeros to an IPv4 packet, and says so in its header; a negative
// number cuts.
func grow(n int) func([]byte) []byte {
	return func(b []byte) []byte {
		if n < 0 {
			b = b[:len(b)+n]
		} else {
			b = append(b, make([]byte, n)...)
		}
		binary.BigEndian.PutUint16(b[ipTotalAt:], uint16(len(b)))
		return b
	}
}

// list changes the addresses of a message of version 2 (4 bytes each).
func list(addrs ...string) func([]byte) []byte {
	return func(b []byte) []byte {
		m := append([]byte(nil), b[:headerLen]...)
		m[3] = byte(len(addrs))
		for _, a := range addrs {
			m = append(m, netip.MustParseAddr(a).AsSlice()...)
		}
		if b[0]>>4 == 2 {
			m = append(m, b[len(b)-authLen:]...)
		}
		return m
	}
}
