package conf

import (
	"time"

	"github.com/viplab/viplab/daemon/conf/schema"
)

// The bounds of BFD's intervals are those of its packets, which carry
// microseconds in 32 bits.
const (
	minBFD  = time.Millisecond
	minIdle = 1000 * time.Millisecond // RFC 5880 6.8.3
	maxBFD  = 4294967 * time.Millisecond
)

func bfdRow() schema.Keyword {
	b := &schema.Block{Path: "bfd_instance", New: func() any { return &BFD{} }}
	b.Keywords = []schema.Keyword{
		{Name: "source_ip", Doc: "send from that address", Field: bfdAddress(func(b *BFD) *addr { return &b.Source })},
		{Name: "neighbor_ip", Doc: "hold the session with that neighbour", Else: "required", Field: bfdAddress(func(b *BFD) *addr { return &b.Neighbor })},
		{Name: "neighbour_ip", Same: "neighbor_ip", Doc: "hold the session with that neighbour", Else: "required", Field: bfdAddress(func(b *BFD) *addr { return &b.Neighbor })},
		{Name: "min_rx", Doc: "ask for packets no closer than that", Default: "10", Field: micros("MS decimal >=1", minBFD, func(b *BFD) *time.Duration { return &b.MinRx })},
		{Name: "min_tx", Doc: "send packets no closer than that", Default: "10", Field: micros("MS decimal >=1", minBFD, func(b *BFD) *time.Duration { return &b.MinTx })},
		{Name: "idle_tx", Doc: "send at that interval while the session is down", Default: "1000", Field: micros("MS decimal >=1000", minIdle, func(b *BFD) *time.Duration { return &b.IdleTx })},
		{Name: "multiplier", Doc: "take the neighbour for gone after that many lost packets", Default: "5", Field: schema.Int(1, 255, func(b *BFD) *int { return &b.Multiplier })},
		{Name: "passive", Doc: "wait for the neighbour to speak first", Else: "off", Field: schema.Flag(true, func(b *BFD) *bool { return &b.Passive })},
		{Name: "ttl", Doc: "send with that TTL", Else: "255 single hop", Fill: fillTTL, Field: schema.Int(1, 255, func(b *BFD) *int { return &b.TTL })},
		{Name: "hoplimit", Same: "ttl", Doc: "send with that hop limit", Else: "as ttl (64 multihop v6)", Field: schema.Int(1, 255, func(b *BFD) *int { return &b.TTL })},
		{Name: "max_hops", Doc: "refuse packets that came over more hops", Default: "0", Field: schema.Int(-1, 255, func(b *BFD) *int { return &b.MaxHops })},
		{Name: "multihop", Newer: true, Doc: "hold the session over several hops", Else: "off", Field: schema.Bool(func(b *BFD) *bool { return &b.Multihop })},
		{Name: "weight", Doc: "change priorities by the weight of the session", Default: "0", Field: weightField(253, func(b *BFD) (*int, *bool) { return &b.Weight, &b.Reverse })},
		{Name: "vrrp", Doc: "tell VRRP of the session", Else: "both if neither given", Fill: fillListeners, Field: schema.Flag(true, func(b *BFD) *bool { return &b.VRRP })},
		{Name: "checker", Doc: "tell health checks of the session", Else: "both if neither given", Fill: fillListeners, Field: schema.Flag(true, func(b *BFD) *bool { return &b.Checker })},
	}
	return schema.Keyword{Name: "bfd_instance", Many: true, Doc: "hold BFD sessions", Block: b,
		Field: objects("STRING name (max 31) + block", b, func(c *Config) *[]*BFD { return &c.BFDs }, func(b *BFD) *string { return &b.Name }, endBFD)}
}

func fillTTL(_, obj any) { obj.(*BFD).defaultTTL() }

// fillListeners has all hear of a session that names nobody.
func fillListeners(_, obj any) {
	if b := obj.(*BFD); !b.Given("vrrp") && !b.Given("checker") {
		b.VRRP, b.Checker = true, true
	}
}
