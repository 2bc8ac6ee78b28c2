package netif

import (
	"errors"
	"fmt"
	"time"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// ErrNotEncodable says that a route or rule has values that contradict each
// other, so that no message can say it.
var ErrNotEncodable = errors.New("impossible combination")

// request writes r as the kernel reads it (rtnetlink(7)).
func (r *Route) request(req *nl.NetlinkRequest) error {
	full := r.withDefaults()
	if !full.Destination.IsValid() {
		return fmt.Errorf("%w: no destination", ErrNotEncodable)
	}
	full.header(req)
	put(req, unix.RTA_DST, full.Destination.Addr().AsSlice())
	if full.From.IsValid() {
		put(req, unix.RTA_SRC, full.From.Addr().AsSlice())
	}
	putAddress(req, unix.RTA_PREFSRC, full.Source)
	put32(req, unix.RTA_TABLE, full.Table)
	if full.Metric != 0 {
		put32(req, unix.RTA_PRIORITY, full.Metric)
	}
	if full.Expires > 0 {
		put32(req, unix.RTA_EXPIRES, uint32(full.Expires/time.Second))
	}
	if full.Pref != 0 {
		put8(req, unix.RTA_PREF, full.Pref)
	}
	full.putMetrics(req)
	if len(full.Hops) > 1 {
		return full.multipath(req)
	}
	if flow := full.Realms.flow(); flow != 0 {
		put32(req, unix.RTA_FLOW, flow)
	}
	if len(full.Hops) == 1 {
		hop := full.Hops[0]
		if hop.Index != 0 {
			put32(req, unix.RTA_OIF, uint32(hop.Index))
		}
		return hop.put(req, FamilyOf(full.Destination.Addr()))
	}
	return nil
}

// header writes the fixed part.
func (r *Route) header(req *nl.NetlinkRequest) {
	msg := &nl.RtMsg{}
	msg.Family = uint8(FamilyOf(r.Destination.Addr()))
	msg.Dst_len = uint8(r.Destination.Bits())
	if r.From.IsValid() {
		msg.Src_len = uint8(r.From.Bits())
	}
	msg.Tos, msg.Protocol, msg.Scope, msg.Type = r.TOS, r.Protocol, *r.Scope, r.Type
	if msg.Table = unix.RT_TABLE_COMPAT; r.Table < 256 {
		msg.Table = uint8(r.Table)
	}
	if len(r.Hops) == 1 && r.Hops[0].OnLink {
		msg.Flags = unix.RTNH_F_ONLINK
	}
	req.AddData(msg)
}

// putMetrics writes the metrics, with a mask of those that are locked.
func (r *Route) putMetrics(req *nl.NetlinkRequest) {
	if len(r.Metrics) == 0 && r.Congestion == "" {
		return
	}
	var locks uint32
	metrics := nested(req, unix.RTA_METRICS)
	for _, m := range r.Metrics {
		put32(metrics, m.ID, m.Value)
		if m.Lock {
			locks |= 1 << m.ID
		}
	}
	if r.Congestion != "" {
		putText(metrics, unix.RTAX_CC_ALGO, r.Congestion)
		if r.CongestionLock {
			locks |= 1 << unix.RTAX_CC_ALGO
		}
	}
	if locks != 0 {
		put32(metrics, unix.RTAX_LOCK, locks)
	}
}

// multipath writes several next hops.
func (r *Route) multipath(req *nl.NetlinkRequest) error {
	var all []byte
	for _, h := range r.Hops {
		if h.Weight < 0 || h.Weight > 256 {
			return fmt.Errorf("%w: weight %d of a next hop", ErrNotEncodable, h.Weight)
		}
		hop := hopRequest{RtNexthop: &nl.RtNexthop{}}
		hop.Ifindex = int32(h.Index)
		hop.Hops = uint8(max(h.Weight, 1) - 1)
		if h.OnLink {
			hop.Flags = unix.RTNH_F_ONLINK
		}
		if flow := h.Realms.flow(); flow != 0 {
			put32(hop, unix.RTA_FLOW, flow)
		}
		if err := h.put(hop, FamilyOf(r.Destination.Addr())); err != nil {
			return err
		}
		all = append(all, hop.Serialize()...)
	}
	put(req, unix.RTA_MULTIPATH, all)
	return nil
}

// hopRequest is a next hop that attributes are added to.
type hopRequest struct{ *nl.RtNexthop }

func (h hopRequest) AddData(d nl.NetlinkRequestData) { h.Children = append(h.Children, d) }

// put writes the gateway and the tunnel, for a route of family f.
func (h *Hop) put(at attrs, f Family) error {
	switch family := FamilyOf(h.Via); {
	case family == 0:
	case family == f:
		put(at, unix.RTA_GATEWAY, h.Via.AsSlice())
	default: // struct rtvia
		put(at, unix.RTA_VIA, append(nl.Uint16Attr(uint16(family)), h.Via.AsSlice()...))
	}
	if h.Encap != nil {
		return h.Encap.put(at)
	}
	return nil
}
