package conf

import (
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// microsecond times go up to 2^32 - 1 us, as keepalived counts them.
const maxMicros = math.MaxUint32 * time.Microsecond

// linkRows are the words about interfaces and groups.
func linkRows() []schema.Keyword {
	vmac := func(at func(*GlobalVRRP) *string) schema.Field {
		return schema.String(func(g *Global) *string { return at(&g.VRRP) })
	}
	return []schema.Keyword{
		{Name: "dynamic_interfaces", Else: "off", Doc: "start without interfaces that are missing, and take them up later", Field: dynamicField()},
		{Name: "default_interface", Default: "eth0", Doc: "put addresses on that interface whose line names none",
			Field: vmac(func(v *GlobalVRRP) *string { return &v.Interface }).As("STRING ifname")},
		on("disable_local_igmp", "stay out of the group on the interfaces below VMACs", func(g *Global) *bool { return &g.VRRP.NoMyIGMP }),
		{Name: "vrrp_mcast_group4", Default: "224.0.0.18", Doc: "send adverts over IPv4 to that group",
			Field: group("IPv4 multicast", true, func(g *Global) *netip.Addr { return &g.VRRP.Group4 })},
		{Name: "vrrp_mcast_group6", Default: "ff02::12", Doc: "send adverts over IPv6 to that group",
			Field: group("IPv6 multicast", false, func(g *Global) *netip.Addr { return &g.VRRP.Group6 })},
		{Name: "vmac_prefix", First: true, Default: "vrrp", Doc: "begin the names of VMACs with that",
			Field: vmac(func(v *GlobalVRRP) *string { return &v.VMACPrefix })},
		{Name: "vmac_addr_prefix", First: true, Else: "vmac_prefix value", Doc: "begin the names of VMACs of single addresses with that",
			Field: vmac(func(v *GlobalVRRP) *string { return &v.VMACAddressPrefix }),
			Fill:  func(_, obj any) { v := &obj.(*Global).VRRP; v.VMACAddressPrefix = v.VMACPrefix }},
		newer(schema.Keyword{Name: "iproute_usr_dir", Else: "build time", Doc: "find the vendor's names of tables and scopes there",
			Field: pathName("PATH", func(g *Global) *string { return &g.VRRP.IprouteUser })}),
		newer(schema.Keyword{Name: "iproute_etc_dir", Else: "build time", Doc: "find the host's names of tables and scopes there",
			Field: pathName("PATH", func(g *Global) *string { return &g.VRRP.IprouteLocal })}),
	}
}

func dynamicField() schema.Field {
	return schema.Field{Form: "flag [allow_if_changes]", Kind: schema.Truth, Max: 1,
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			v := &obj.(*Global).VRRP
			v.DynamicInterfaces = true
			if len(words) > 1 {
				_, v.InterfaceChanges = choose(c, words[0], words[1], "allow_if_changes")
			}
		},
		Print: func(obj any) [][]string {
			if obj.(*Global).VRRP.InterfaceChanges {
				return [][]string{{"allow_if_changes"}}
			}
			return [][]string{{}}
		}}
}

// choose is Context.Choice for a word without which the keyword still counts.
func choose(c *schema.Context, key, w syntax.Word, words ...string) (string, bool) {
	for _, ok := range words {
		if w.Text == ok {
			return ok, true
		}
	}
	none := "not "
	if len(words) > 1 {
		none = "none of "
	}
	c.Errorf(diag.BadChoice, w, "%s: %q is %s; it is passed over", key.Text, w.Text, none+strings.Join(words, ", "))
	return "", false
}

// globalVRRPRows are the words about all instances.
func globalVRRPRows() []schema.Keyword {
	delay := func(name, doc string, at func(*GlobalVRRP) *time.Duration) schema.Keyword {
		return schema.Keyword{Name: name, Else: "0", Doc: doc,
			Field: schema.Seconds(time.Millisecond, maxMicros, func(g *Global) *time.Duration { return at(&g.VRRP) }).As("SECONDS decimal >=0.001")}
	}
	lower := truth("vrrp_lower_prio_no_advert", "leave adverts of lower priority unanswered", func(g *Global) *bool { return &g.VRRP.LowerPrioNoAdvert })
	higher := truth("vrrp_higher_prio_send_advert", "send a last advert before it gives way", func(g *Global) *bool { return &g.VRRP.HigherPrioSendAdvert })
	higher.Default = "on" // keepalived: off, and hosts keep a stale address after a split
	return []schema.Keyword{
		{Name: "vrrp_down_timer_adverts", Default: "3", Doc: "take over when so many adverts are missing",
			Field: schema.Int(1, 100, func(g *Global) *int { return &g.VRRP.DownTimerAdverts })},
		lower, higher,
		newer(truth("v3_checksum_as_v2", "leave the pseudo header out of the checksum of version 3", func(g *Global) *bool { return &g.VRRP.V3ChecksumAsV2 })),
		{Name: "vrrp_version", Default: "2", Doc: "speak that version of VRRP",
			Field: schema.Int(2, 3, func(g *Global) *int { return &g.VRRP.Version }).As("INT 2|3")},
		on("vrrp_check_unicast_src", "drop unicast adverts from others than the peers", func(g *Global) *bool { return &g.VRRP.CheckUnicastSource }),
		truth("vrrp_skip_check_adv_addr", "compare the addresses of a new sender only", func(g *Global) *bool { return &g.VRRP.SkipCheckAddresses }),
		truth("vrrp_strict", "hold all instances to the letter of the RFC", func(g *Global) *bool { return &g.VRRP.Strict }),
		{Name: "vrrp_rx_bufs_policy", Else: "kernel", Doc: "size the receive buffers of VRRP like that", Field: policyField()},
		{Name: "vrrp_rx_bufs_multiplier", Default: "3", Doc: "make the receive buffers of VRRP so many times as large",
			Field: schema.Int(1, math.MaxUint32, func(g *Global) *int { return &g.VRRP.ReceiveMultiplier })},
		delay("vrrp_startup_delay", "leave instances idle for that time after its start", func(v *GlobalVRRP) *time.Duration { return &v.StartupDelay }),
		newer(delay("vrrp_delay_after_boot", "leave instances idle until the host has run that long", func(v *GlobalVRRP) *time.Duration { return &v.DelayAfterBoot })),
		on("log_unknown_vrids", "log adverts of virtual routers that it does not have", func(g *Global) *bool { return &g.VRRP.LogUnknownVRIDs }),
		newer(truth("vrrp_owner_ignore_adverts", "let owners take no notice of adverts", func(g *Global) *bool { return &g.VRRP.OwnerIgnoreAdverts })),
	}
}

// policyField is a policy, in any case, or a number of bytes.
func policyField() schema.Field {
	return schema.Field{Form: "MTU | ADVERT | INT bytes", Unit: "bytes", Min: 1, Max: 1,
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			v := &obj.(*Global).VRRP
			if p := strings.ToUpper(words[1].Text); p == "MTU" || p == "ADVERT" {
				v.ReceivePolicy, v.ReceiveBytes = p, 0
			} else if strings.Trim(words[1].Text, "+-0123456789") != "" {
				c.Reject()
				choose(c, words[0], words[1], "MTU", "ADVERT", "a number of bytes")
			} else if n, ok := c.Int(words[0], words[1], 0, math.MaxUint32); ok {
				v.ReceivePolicy, v.ReceiveBytes = "", n
			}
		},
		Print: func(obj any) [][]string {
			v := &obj.(*Global).VRRP
			if v.ReceivePolicy != "" {
				return [][]string{{v.ReceivePolicy}}
			}
			return [][]string{{strconv.Itoa(v.ReceiveBytes)}}
		}}
}
