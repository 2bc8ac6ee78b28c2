package advert

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// memory is what only adverts that are taken may change.
type memory struct {
	last     netip.Addr
	sequence uint32
	marks    []mark
	peers    []peer
}

func (c *Checker) memory() memory {
	return memory{c.last, c.sequence, slices.Clone(c.marks.slots), slices.Clone(c.peers)}
}

func (m memory) equal(o memory) bool {
	return m.last == o.last && m.sequence == o.sequence && slices.Equal(m.marks, o.marks) && slices.Equal(m.peers, o.peers)
}

// TestTruncated cuts each kind of advert at each byte: none is taken, none is
// read beyond its end, none changes anything.
func TestTruncated(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			i := instance(k.change)
			whole, src, dst, ttl := forge{}.packet(t, i)
			for n := range whole {
				c, _ := router(t, i)
				before := c.memory()
				b := slices.Clip(slices.Clone(whole[:n]))
				if i.Family == conf.IPv4 && n >= ipLen {
					b = slices.Clip(grow(0)(b)) // a header that tells the truth
				}
				p, err := IPv6(src, dst, ttl, b), error(nil)
				if i.Family == conf.IPv4 {
					if p, err = ParseIPv4(whole[:n]); err == nil {
						t.Fatalf("%d of %d bytes parse", n, len(whole))
					}
					p, err = ParseIPv4(b)
				}
				if err == nil {
					_, err = c.Check(&p, noon)
				}
				if Reason(err) == 0 {
					t.Errorf("%d of %d bytes are taken: %v", n, len(whole), err)
				}
				if !c.memory().equal(before) {
					t.Errorf("%d bytes changed the checker", n)
				}
			}
		})
	}
}

// TestFlipped flips each bit of each kind of advert. Where an advert is taken all
// the same, the bit is in a field that says nothing.
func TestFlipped(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			i := instance(k.change)
			for at := 0; ; at++ {
				f := forge{}
				b, src, dst, ttl := f.packet(t, i)
				if at == len(b)*8 {
					break
				}
				b[at/8] ^= 1 << (at % 8)
				c, _ := router(t, i)
				before := c.memory()
				p, err := IPv6(src, dst, ttl, b), error(nil)
				if i.Family == conf.IPv4 {
					p, err = ParseIPv4(b)
				}
				if err == nil {
					_, err = c.Check(&p, noon)
				}
				if err == nil && !meaningless(i, at/8) {
					t.Errorf("bit %d of byte %d flipped: taken", at%8, at/8)
				}
				if err != nil && !c.memory().equal(before) {
					t.Errorf("bit %d of byte %d flipped: it changed the checker", at%8, at/8)
				}
			}
		})
	}
}

// meaningless reports whether a byte of the IPv4 header does not matter: the
// kernel checks the header's checksum, the packet's own does not cover it, and
// unicast does not look at who sends and how far.
func meaningless(i *conf.Instance, at int) bool {
	if i.Family == conf.IPv6 {
		return false
	}
	switch {
	case at == 1, at == ipFragAt, at == ipSumAt, at == ipSumAt+1:
		return true
	case at == ipTTLAt:
		return !i.MulticastGroup.IsValid()
	case i.AuthType == authAH:
		return false
	case at == ipIDAt, at == ipIDAt+1:
		return true
	case at >= ipSourceAt && at < ipDestAt, at >= ipDestAt && at < ipLen:
		plainSum := i.Version == 2 || i.V3ChecksumAsV2
		return (plainSum || i.Unicast.OldChecksum == "always") && (at < ipDestAt || !i.MulticastGroup.IsValid())
	}
	return false
}

func FuzzParseIPv4(f *testing.F) {
	for _, k := range readCaptured(f) {
		f.Add(k.raw)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ParseIPv4(b)
		if err != nil && Reason(err) == 0 {
			t.Fatalf("%v is no Discard", err)
		}
		if id, ok := p.VRID(); err == nil && ok && id != p.msg[1] {
			t.Fatal("another VRID")
		}
		if err == nil && len(p.head)+len(p.ah)+len(p.msg) > len(b) {
			t.Fatal("more than there is")
		}
	})
}

// FuzzCheck hears anything as each kind of router, and then a sound advert, which
// nothing heard before may keep it from taking.
func FuzzCheck(f *testing.F) {
	for n, k := range kinds {
		b, _, _, _ := forge{}.packet(f, instance(k.change))
		f.Add(uint8(n), uint8(51), uint8(200), b)
	}
	for _, k := range readCaptured(f) {
		f.Add(uint8(0), uint8(51), uint8(0), k.raw)
	}
	f.Fuzz(func(t *testing.T, kind, vrid, prio uint8, b []byte) {
		k := kinds[int(kind)%len(kinds)]
		i := instance(all(k.change, func(i *conf.Instance) { i.VRID = int(vrid) }))
		c, _ := router(t, i)
		before := c.memory()
		src := them
		if i.Family == conf.IPv6 {
			src = netip.MustParseAddr("fe80::2")
		}
		p, err := IPv6(src, i.MulticastGroup, TTL, b), error(nil)
		if i.Family == conf.IPv4 {
			p, err = ParseIPv4(b)
		}
		if err == nil {
			_, err = c.Check(&p, noon)
		}
		if err != nil {
			if Reason(err) == 0 || err.Error() == "" || Reason(err).Key() == reason[0].key {
				t.Fatalf("no reason: %v", err)
			}
			if !c.memory().equal(before) {
				t.Fatal("a rejected advert changed the checker")
			}
		}
		_, s := router(t, i)
		s.checker.sequence = c.sequence
		good := send(t, s, src, int(prio), noon.Add(time.Second))
		h, err := c.Check(&good, noon.Add(time.Second))
		if err != nil || h.Priority != int(prio) || h.Source != src {
			t.Fatalf("sound advert after %x: %+v, %v", b, h, err)
		}
	})
}
