package conf

import (
	"net/netip"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// sourceRows are the addresses of adverts.
func sourceRows() []schema.Keyword {
	return []schema.Keyword{
		{Name: "native_ipv6", Else: "off", Doc: "speak IPv6 without an address that says so", Field: nativeIPv6()},
		{Name: "mcast_src_ip", Else: "primary address of interface", Doc: "send adverts from that address",
			Field: sourceField()},
		{Name: "unicast_src_ip", Else: "primary address of interface", Doc: "send unicast adverts from that address",
			Field: sourceField()},
		{Name: "mcast_dst_ip", Else: "global group", Doc: "send adverts to that group", Field: groupField(),
			Fill: inherit(func(i *Instance, g *Global) {
				if i.MulticastGroup = g.VRRP.Group4; i.Family == IPv6 {
					i.MulticastGroup = g.VRRP.Group6
				}
			})},
		flagRow("track_src_ip", "off", "go to FAULT when its source address is gone", func(i *Instance) *bool { return &i.TrackSource }),
	}
}

// unicastRows are for adverts to single routers.
func unicastRows() []schema.Keyword {
	return []schema.Keyword{
		{Name: "unicast_peer", Many: true, Doc: "send adverts to the routers listed, not to a group",
			Field: schema.Field{Form: "block: ADDR [min_ttl N] [max_ttl N] (0-255)"}, Block: peerBlock()},
		{Name: "unicast_fault_no_peer", Else: "off", Doc: "go to FAULT while it has no peers",
			Field: schema.Flag(true, func(i *Instance) *bool { return &i.Unicast.FaultNoPeer })},
		{Name: "check_unicast_src", Else: "global setting", Doc: "drop adverts of routers that are not listed",
			Field: schema.Flag(true, func(i *Instance) *bool { return &i.Unicast.CheckSource }),
			Fill:  inherit(func(i *Instance, g *Global) { i.Unicast.CheckSource = g.VRRP.CheckUnicastSource })},
		{Name: "unicast_ttl", Default: "255", Doc: "send unicast adverts with that TTL", Field: ttlField()},
		{Name: "old_unicast_checksum", Else: "auto", Doc: "make the checksum of old releases", Field: checksumField()},
	}
}

func nativeIPv6() schema.Field {
	return schema.Field{Form: "flag", Kind: schema.Truth,
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			i := obj.(*Instance)
			if i.Family == IPv4 {
				c.Reject()
				c.Errorf(diag.BadFamily, words[0], "native_ipv6 is passed over: the addresses before it are IPv4")
				return
			}
			i.Family, i.Version = IPv6, 3
		},
		Print: func(obj any) [][]string {
			if obj.(*Instance).Family != IPv6 {
				return nil
			}
			return [][]string{{}}
		}}
}

func sourceField() schema.Field {
	return schema.Field{Form: "IP", Min: 1, Max: 1,
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			i := obj.(*Instance)
			a, ok := hostAddr(c, words[0], words[1])
			switch {
			case !ok:
			case takeFamily(c, i, a, words[0], words[1]):
				i.Source = a
			default:
				c.Reject()
			}
		},
		Print: func(obj any) [][]string { return addrWords(obj.(*Instance).Source) }}
}

func groupField() schema.Field {
	return schema.Field{Form: "IP multicast", Min: 1, Max: 1,
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			i := obj.(*Instance)
			a, ok := hostAddr(c, words[0], words[1])
			switch {
			case !ok:
			case !takeFamily(c, i, a, words[0], words[1]):
				c.Reject()
			case a.Is4() && !a.IsMulticast():
				c.Reject()
				c.Errorf(diag.BadAddress, words[1], "%s is no multicast address; it is passed over", words[1].Text)
			case a.Is6() && !a.IsLinkLocalMulticast():
				c.Reject()
				c.Errorf(diag.BadAddress, words[1], "%s is no link-local multicast address (ff02::...); it is passed over", words[1].Text)
			default:
				i.MulticastGroup = a
			}
		},
		Print: func(obj any) [][]string { return addrWords(obj.(*Instance).MulticastGroup) }}
}

// addrWords prints an address; nothing for the zero one.
func addrWords(a netip.Addr) [][]string {
	if !a.IsValid() {
		return nil
	}
	return [][]string{{a.String()}}
}

// ttlField is not printed without peers: there it is a mistake to give it.
func ttlField() schema.Field {
	f := schema.Int(0, 255, func(i *Instance) *int { return &i.Unicast.TTL })
	print := f.Print
	f.Print = func(obj any) [][]string {
		if len(obj.(*Instance).UnicastPeers) == 0 {
			return nil
		}
		return print(obj)
	}
	return f
}

func checksumField() schema.Field {
	return schema.Field{Form: "[never]", Max: 1,
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			i := obj.(*Instance)
			if len(words) == 1 {
				i.Unicast.OldChecksum = "always"
			} else if word, ok := c.Choice(words[0], words[1], []string{"never"}); ok {
				i.Unicast.OldChecksum = word
			}
		},
		Print: func(obj any) [][]string {
			switch word := obj.(*Instance).Unicast.OldChecksum; word {
			case "":
				return nil
			case "always":
				return [][]string{{}}
			default:
				return [][]string{{word}}
			}
		}}
}
