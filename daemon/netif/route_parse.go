package netif

import (
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// parseRoute reads the payload of RTM_NEWROUTE or RTM_DELROUTE (rtnetlink(7)).
// It refuses those of other families and the kernel's copies of routes.
func parseRoute(m []byte) (r Route, ok bool) {
	if len(m) < unix.SizeofRtMsg {
		return r, false
	}
	f, bits, from := Family(m[0]), int(m[1]), int(m[2])
	if f != IPv4 && f != IPv6 || number32(m[8:])&unix.RTM_F_CLONED != 0 || bits > f.bits() || from > f.bits() {
		return r, false
	}
	r.TOS, r.Table, r.Protocol, r.Scope, r.Type = m[3], uint32(m[4]), m[5], new(m[6]), m[7]
	everything := netip.IPv4Unspecified()
	if f == IPv6 {
		everything = netip.IPv6Unspecified()
	}
	r.Destination = netip.PrefixFrom(everything, bits)
	if from > 0 {
		r.From = netip.PrefixFrom(everything, from)
	}
	flags := number32(m[8:])
	single := hopParser{Hop: Hop{OnLink: flags&unix.RTNH_F_ONLINK != 0, Dead: dead(flags)}}
	for kind, value := range attributes(m[unix.SizeofRtMsg:]) {
		if !single.parse(kind, value) {
			r.parse(f, kind, value)
		}
	}
	if single.any && len(r.Hops) == 0 {
		r.Hops = []Hop{single.hop()}
	}
	return r, true
}

// parse reads an attribute of a route.
func (r *Route) parse(f Family, kind uint16, value []byte) {
	switch kind {
	case unix.RTA_DST:
		if ip := address(value); FamilyOf(ip) == f {
			r.Destination = netip.PrefixFrom(ip, r.Destination.Bits())
		}
	case unix.RTA_SRC:
		if ip := address(value); FamilyOf(ip) == f && r.From.IsValid() {
			r.From = netip.PrefixFrom(ip, r.From.Bits())
		}
	case unix.RTA_PREFSRC:
		r.Source = address(value)
	case unix.RTA_TABLE:
		r.Table = number32(value)
	case unix.RTA_PRIORITY:
		r.Metric = number32(value)
	case unix.RTA_FLOW:
		r.Realms = realms(number32(value))
	case unix.RTA_PREF:
		r.Pref = number8(value)
	case unix.RTA_CACHEINFO:
		r.parseExpiry(f, value)
	case unix.RTA_METRICS:
		r.parseMetrics(value)
	case unix.RTA_MULTIPATH:
		r.Hops = parseHops(value)
	}
}

// parseExpiry reads struct rta_cacheinfo (linux/rtnetlink.h), which has the rest
// of an IPv6 route's life in hundredths of a second (USER_HZ).
func (r *Route) parseExpiry(f Family, b []byte) {
	if f == IPv6 && len(b) >= 12 {
		r.Expires = time.Duration(int32(number32(b[8:]))) * time.Second / 100
	}
}

func (r *Route) parseMetrics(b []byte) {
	var locks uint32
	for kind, value := range attributes(b) {
		switch kind {
		case unix.RTAX_LOCK:
			locks = number32(value)
		case unix.RTAX_CC_ALGO:
			r.Congestion = unix.ByteSliceToString(value)
		default:
			r.Metrics = append(r.Metrics, Metric{ID: int(kind), Value: number32(value)})
		}
	}
	for n := range r.Metrics {
		m := &r.Metrics[n]
		m.Lock = m.ID < 32 && locks&(1<<m.ID) != 0
	}
	r.CongestionLock = r.Congestion != "" && locks&(1<<unix.RTAX_CC_ALGO) != 0
}

// parseHops reads a list of struct rtnexthop (rtnetlink(7)).
func parseHops(b []byte) []Hop {
	var list []Hop
	for len(b) >= unix.SizeofRtNexthop {
		size := int(number16(b))
		if size < unix.SizeofRtNexthop || size > len(b) {
			break
		}
		flags := uint32(b[2])
		h := hopParser{Hop: Hop{OnLink: flags&unix.RTNH_F_ONLINK != 0, Dead: dead(flags), Weight: int(b[3]) + 1, Index: int(number32(b[4:]))}}
		for kind, value := range attributes(b[unix.SizeofRtNexthop:size]) {
			if kind == unix.RTA_FLOW {
				h.Realms = realms(number32(value))
			}
			h.parse(kind, value)
		}
		list = append(list, h.hop())
		b = b[min(len(b), (size+unix.NLA_ALIGNTO-1)&^(unix.NLA_ALIGNTO-1)):]
	}
	return list
}

func dead(flags uint32) bool { return flags&(unix.RTNH_F_DEAD|unix.RTNH_F_LINKDOWN) != 0 }

// hopParser collects the attributes of a next hop. A tunnel's kind comes behind
// what it explains.
type hopParser struct {
	Hop
	kind  EncapKind
	encap []byte
	any   bool // there were some
}

// parse reads an attribute of a route, or of a hop of several.
func (h *hopParser) parse(kind uint16, value []byte) bool {
	switch kind {
	case unix.RTA_OIF:
		h.Index = int(number32(value))
	case unix.RTA_GATEWAY:
		h.Via = address(value)
	case unix.RTA_VIA:
		if len(value) > 2 { // struct rtvia
			h.Via = address(value[2:])
		}
	case unix.RTA_ENCAP_TYPE:
		h.kind = EncapKind(number16(value))
	case unix.RTA_ENCAP:
		h.encap = value
	default:
		return false
	}
	h.any = true
	return true
}

func (h *hopParser) hop() Hop {
	if h.kind != 0 {
		h.Encap = parseEncap(h.kind, h.encap)
	}
	return h.Hop
}
