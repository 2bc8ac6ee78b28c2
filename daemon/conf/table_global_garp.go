package conf

import (
	"math"
	"time"

	"github.com/viplab/viplab/daemon/conf/schema"
)

// globalGARPRows are the words about gratuitous ARP and its like of IPv6.
func globalGARPRows() []schema.Keyword {
	gap := func(name, what string, at func(*GlobalVRRP) *time.Duration) schema.Keyword {
		return schema.Keyword{Name: name, Else: "0", Doc: "keep " + what + " of an interface that far apart",
			Field: schema.Seconds(time.Microsecond, maxMicros, func(g *Global) *time.Duration { return at(&g.VRRP) }).As("SECONDS decimal")}
	}
	return append(scheduleRows(),
		gap("vrrp_garp_interval", "gratuitous ARPs", func(v *GlobalVRRP) *time.Duration { return &v.GARPInterval }),
		gap("vrrp_gna_interval", "unsolicited neighbour adverts", func(v *GlobalVRRP) *time.Duration { return &v.GNAInterval }),
		truth("vrrp_min_garp", "send one packet on becoming Master, and no more", func(g *Global) *bool { return &g.VRRP.MinGARP }),
		schema.Keyword{Name: "vrrp_garp_extra_if", Else: "off", Doc: "send gratuitous ARP from the interfaces below VMACs too", Field: extraField(1, func(g *Global) *ExtraGARP { return &g.VRRP.GARPExtra })},
		schema.Keyword{Name: "vrrp_vmac_garp_intvl", Same: "vrrp_garp_extra_if", Instead: "vrrp_garp_extra_if", Reported: true,
			Doc: "send gratuitous ARP from the interfaces below VMACs too", Field: extraField(1, func(g *Global) *ExtraGARP { return &g.VRRP.GARPExtra })})
}

// scheduleRows are the defaults of the words of instances without "vrrp_".
// vrrp_min_garp has other defaults, of which each may be given all the same.
func scheduleRows() []schema.Keyword {
	row := func(name, form, value, doc string, f schema.Field, least func(*GARP)) schema.Keyword {
		k := schema.Keyword{Name: name, Default: value, Doc: doc, Field: f.As(form)}
		if least != nil {
			k.Fill = func(_, obj any) {
				if v := &obj.(*Global).VRRP; v.MinGARP {
					least(&v.GARP)
				}
			}
		}
		return k
	}
	seconds := func(high int, at func(*GARP) *time.Duration) schema.Field {
		return schema.WholeSeconds(0, high, func(g *Global) *time.Duration { return at(&g.VRRP.GARP) })
	}
	packets := func(at func(*GARP) *int) schema.Field {
		return lifted(schema.Int(1, math.MaxUint32, func(g *Global) *int { return at(&g.VRRP.GARP) }), func(g *Global) { *at(&g.VRRP.GARP) = 1 })
	}
	return []schema.Keyword{
		row("vrrp_garp_master_delay", "INT seconds", "5", "send a second burst of gratuitous ARP after that time",
			seconds(maxSeconds, func(p *GARP) *time.Duration { return &p.Delay }), func(p *GARP) { p.Delay = 0 }),
		row("vrrp_garp_master_repeat", "INT >=1", "5", "send that many packets in a burst",
			packets(func(p *GARP) *int { return &p.Repeat }), func(p *GARP) { p.Repeat = 1 }),
		row("vrrp_garp_master_refresh", "INT seconds", "0 (off)", "repeat gratuitous ARP that far apart",
			seconds(math.MaxUint32, func(p *GARP) *time.Duration { return &p.Refresh }), nil),
		row("vrrp_garp_master_refresh_repeat", "INT >=1", "1", "send that many packets each time",
			packets(func(p *GARP) *int { return &p.RefreshTimes }), nil),
		{Name: "vrrp_garp_lower_prio_delay", Else: "garp master delay", Doc: "send a second burst after a lower priority was heard",
			Field: seconds(maxSeconds, func(p *GARP) *time.Duration { return &p.LowerDelay }).As("INT seconds"),
			Fill:  func(_, obj any) { p := &obj.(*Global).VRRP.GARP; p.LowerDelay = p.Delay }},
		{Name: "vrrp_garp_lower_prio_repeat", Else: "garp master repeat", Doc: "send that many packets after a lower priority was heard",
			Field: schema.Int(0, math.MaxUint32, func(g *Global) *int { return &g.VRRP.GARP.LowerRepeat }).As("INT"),
			Fill:  func(_, obj any) { p := &obj.(*Global).VRRP.GARP; p.LowerRepeat = p.Repeat }},
	}
}
