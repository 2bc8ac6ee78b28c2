package ipvs

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// settable are the flags of a service that are not the kernel's own.
const settable = Persistent | OnePacket | Sched1 | Sched2 | Sched3

// Normal is s in the form in which Table returns it, so that two services that
// mean the same compare equal. Persistence is on if there is a Timeout, which is
// rounded up to seconds; without, there is no mask. A Prefix of 0 is all of a
// client's address: what looks at none of it is the IPv4Mask 0.0.0.0.
func (s Service) Normal() Service {
	s.Key = s.Key.normal()
	s.Flags &= settable &^ Persistent
	if s.Timeout <= 0 {
		s.Timeout, s.Prefix, s.IPv4Mask = 0, s.bits(), netip.Addr{}
		return s
	}
	s.Flags |= Persistent
	s.Timeout = wholeSeconds(s.Timeout)
	switch {
	case s.Family == conf.IPv4 && s.IPv4Mask.Is4():
		s.setMask(binary.BigEndian.Uint32(s.IPv4Mask.AsSlice()))
	case s.Prefix == 0 || s.Prefix > s.bits():
		s.Prefix, s.IPv4Mask = s.bits(), netip.Addr{}
	default:
		s.IPv4Mask = netip.Addr{}
	}
	return s
}

// setMask sets Prefix, or IPv4Mask where no prefix says the same.
func (s *Service) setMask(mask uint32) {
	s.Prefix, s.IPv4Mask = 0, netip.Addr{}
	if n := bits.LeadingZeros32(^mask); n > 0 && mask<<n == 0 {
		s.Prefix = uint8(n)
		return
	}
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], mask)
	s.IPv4Mask = netip.AddrFrom4(b)
}

// mask is the netmask of an IPv4 service in normal form.
func (s *Service) mask() (b [4]byte) {
	if s.IPv4Mask.Is4() {
		return s.IPv4Mask.As4()
	}
	binary.BigEndian.PutUint32(b[:], ^uint32(0)<<(32-s.Prefix))
	return b
}

// Normal is s in the form in which Table returns it: without tunnel options that
// its method does not have.
func (s Server) Normal() Server {
	f := conf.Forwarding{Method: s.Forward.Method}
	switch {
	case f.Method == 0:
		f.Method = conf.NAT
	case f.Method == conf.TUN && s.Forward.Tunnel != conf.IPIP:
		f = s.Forward
		if f.Tunnel != conf.GUE {
			f.Port = 0
		}
	}
	s.Forward = f
	return s
}

// wholeSeconds rounds d up: IPVS counts in seconds.
func wholeSeconds(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}
