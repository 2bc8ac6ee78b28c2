package conf

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// maxDelay is the longest delay in seconds: keepalived counts microseconds in 32
// bits.
const maxDelay = math.MaxUint32 / 1_000_000

// garpRows are the schedule of gratuitous ARP.
func garpRows() []schema.Keyword {
	seconds := func(high int, at func(*Instance) *time.Duration) schema.Field {
		return schema.WholeSeconds(0, high, at).As("INT seconds")
	}
	return []schema.Keyword{
		{Name: "garp_master_delay", Else: "5", Doc: "send a second burst of gratuitous ARP after that time",
			Field: seconds(maxDelay, func(i *Instance) *time.Duration { return &i.GARP.Delay }),
			Fill:  inherit(func(i *Instance, g *Global) { i.GARP.Delay = g.VRRP.GARP.Delay })},
		{Name: "garp_master_repeat", Else: "5", Doc: "send that many packets in a burst",
			Field: lifted(schema.Int(1, math.MaxUint32, func(i *Instance) *int { return &i.GARP.Repeat }), func(i *Instance) { i.GARP.Repeat = 1 }),
			Fill: inherit(func(i *Instance, g *Global) {
				if i.GARP.Repeat == 0 {
					i.GARP.Repeat = g.VRRP.GARP.Repeat
				}
			})},
		{Name: "garp_master_refresh", Else: "0 (off)", Doc: "repeat gratuitous ARP that far apart",
			Field: seconds(math.MaxUint32, func(i *Instance) *time.Duration { return &i.GARP.Refresh }),
			Fill:  inherit(func(i *Instance, g *Global) { i.GARP.Refresh = g.VRRP.GARP.Refresh })},
		{Name: "garp_master_refresh_repeat", Else: "1", Doc: "send that many packets each time",
			Field: lifted(schema.Int(1, math.MaxUint32, func(i *Instance) *int { return &i.GARP.RefreshTimes }), func(i *Instance) { i.GARP.RefreshTimes = 1 }),
			Fill: inherit(func(i *Instance, g *Global) {
				if i.GARP.RefreshTimes == 0 {
					i.GARP.RefreshTimes = g.VRRP.GARP.RefreshTimes
				}
			})},
		{Name: "garp_lower_prio_delay", Else: "global setting", Doc: "send a second burst after a lower priority was heard",
			Field: seconds(maxDelay, func(i *Instance) *time.Duration { return &i.GARP.LowerDelay }),
			Fill:  inherit(func(i *Instance, g *Global) { i.GARP.LowerDelay = g.VRRP.GARP.LowerDelay })},
		{Name: "garp_lower_prio_repeat", Else: "global setting", Doc: "send that many packets after a lower priority was heard",
			Field: schema.Int(0, math.MaxInt32, func(i *Instance) *int { return &i.GARP.LowerRepeat }).As("INT"),
			Fill:  inherit(func(i *Instance, g *Global) { i.GARP.LowerRepeat = g.VRRP.GARP.LowerRepeat })},
		{Name: "garp_extra_if", Else: "global setting", Doc: "send gratuitous ARP from the base interfaces of VMACs", Field: extraField(0, func(i *Instance) *ExtraGARP { return &i.GARP.Extra }),
			Fill: inherit(func(i *Instance, g *Global) {
				i.GARP.Extra = g.VRRP.GARPExtra
			})},
		{Name: "vmac_garp_intvl", Same: "garp_extra_if", Instead: "garp_extra_if", Reported: true,
			Doc: "send gratuitous ARP from the base interfaces of VMACs", Field: extraField(0, func(i *Instance) *ExtraGARP { return &i.GARP.Extra })},
	}
}

// extraField reads "[all] SECONDS", in any order, of low or more seconds.
func extraField[O any](low int, at func(*O) *ExtraGARP) schema.Field {
	return schema.Field{Form: fmt.Sprintf("[all] INT %d-%d s", low, maxExtra), Unit: "s", Kind: schema.List, Min: 1, Max: 2,
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			seconds, all := -1, false
			for _, w := range words[1:] {
				if w.Text == "all" {
					all = true
					continue
				}
				n, ok := c.Int(words[0], w, low, maxExtra)
				if !ok {
					return
				}
				seconds = n
			}
			if seconds < 0 {
				c.Reject()
				c.Report(diag.Diagnostic{Span: words[0].Span, Severity: diag.Error, Code: diag.MissingWord,
					Text: words[0].Text + " has no time; it is passed over", Help: "write " + words[0].Text + " all SECONDS"})
				return
			}
			*at(obj.(*O)) = ExtraGARP{time.Duration(seconds) * time.Second, all}
		},
		Print: func(obj any) [][]string {
			e := at(obj.(*O))
			seconds := strconv.FormatInt(int64(e.Interval/time.Second), 10)
			if e.All {
				return [][]string{{"all", seconds}}
			}
			return [][]string{{seconds}}
		}}
}

// maxExtra is a day, the longest time between gratuitous ARP from a VMAC's base.
const maxExtra = 86400

// advertRows are what becomes of single adverts.
func advertRows() []schema.Keyword {
	truth := func(name, doc string, at func(*Instance) *bool, from func(*GlobalVRRP) bool) schema.Keyword {
		return schema.Keyword{Name: name, Else: "global setting", Doc: doc, Field: schema.Bool(at),
			Fill: inherit(func(i *Instance, g *Global) { *at(i) = from(&g.VRRP) })}
	}
	checksum := truth("v3_checksum_as_v2", "leave the pseudo header out of the checksum of version 3",
		func(i *Instance) *bool { return &i.V3ChecksumAsV2 }, func(v *GlobalVRRP) bool { return v.V3ChecksumAsV2 })
	ignore := truth("owner_ignore_adverts", "let an owner take no notice of adverts",
		func(i *Instance) *bool { return &i.OwnerIgnoreAdverts }, func(v *GlobalVRRP) bool { return v.OwnerIgnoreAdverts })
	checksum.Newer, ignore.Newer = true, true
	return []schema.Keyword{
		truth("lower_prio_no_advert", "leave adverts of lower priority unanswered",
			func(i *Instance) *bool { return &i.LowerPrioNoAdvert }, func(v *GlobalVRRP) bool { return v.LowerPrioNoAdvert }),
		truth("higher_prio_send_advert", "send a last advert before it gives way",
			func(i *Instance) *bool { return &i.HigherPrioSendAdvert }, func(v *GlobalVRRP) bool { return v.HigherPrioSendAdvert }),
		ignore,
		checksum,
		truth("skip_check_adv_addr", "compare the addresses of a new sender only",
			func(i *Instance) *bool { return &i.SkipCheckAddresses }, func(v *GlobalVRRP) bool { return v.SkipCheckAddresses }),
		{Name: "kernel_rx_buf_size", Else: "policy based", Doc: "set the receive buffer of its sockets", Field: bufferField()},
		{Name: "debug", Default: "0", Doc: "log at that level", Field: schema.Int(0, 4, func(i *Instance) *int { return &i.Debug })},
	}
}

// bufferField has no default that could be printed: the policy is for 0.
func bufferField() schema.Field {
	f := schema.Int(0, math.MaxUint32, func(i *Instance) *int { return &i.ReceiveBuffer }).As("INT bytes")
	f.Unit = "bytes"
	return f
}
