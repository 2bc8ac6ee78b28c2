package conf

import (
	"math"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// The longest names that the kernel takes: of a chain (XT_EXTENSION_MAXNAMELEN
// less its NUL, linux/netfilter/x_tables.h) and of a set (IPSET_MAXNAMELEN,
// linux/netfilter/ipset/ip_set.h).
const (
	maxChain = 28
	maxSet   = 31
)

// firewallRows are the words about rules of the firewall that the daemon sets.
func firewallRows() []schema.Keyword {
	priority := func(at func(*NFTables) *int) schema.Field {
		return schema.Int(math.MinInt32, math.MaxInt32, func(g *Global) *int { return at(&g.NFTables) })
	}
	return []schema.Keyword{
		{Name: "vrrp_iptables", Else: "INPUT OUTPUT", Doc: "keep its rules in those chains of iptables", Field: chainField()},
		{Name: "vrrp_ipsets", Else: "keepalived, suffixes 6 _if6 _igmp _mld _nd", Doc: "keep addresses in those ipsets", Field: setField()},
		{Name: "nftables", First: true, Else: "keepalived", Doc: "keep its rules in that table of nftables",
			Field: orBare("[TABLE]", "keepalived", func(g *Global) *string { return &g.NFTables.Table })},
		{Name: "nftables_priority", Default: "-1", Doc: "give its chains that priority", Field: priority(func(n *NFTables) *int { return &n.Priority })},
		on("nftables_ifindex", "match interfaces by their index", func(g *Global) *bool { return &g.NFTables.IfIndex }),
		on("nftables_counters", "count what its rules match", func(g *Global) *bool { return &g.NFTables.Counters }),
		{Name: "nftables_ipvs", First: true, Else: "keepalived_ipvs", Doc: "mark packets of groups in that table of nftables",
			Field: orBare("[TABLE]", "keepalived_ipvs", func(g *Global) *string { return &g.NFTables.IPVSTable })},
		{Name: "nftables_ipvs_priority", Default: "-1", Doc: "give the chains that mark packets that priority",
			Field: priority(func(n *NFTables) *int { return &n.IPVSPriority })},
		{Name: "nftables_ipvs_start_fwmark", Default: "1000", Doc: "mark the packets of the first group with that",
			Field: schema.Int(1, math.MaxUint32, func(g *Global) *uint32 { return &g.NFTables.IPVSMark })},
	}
}

func chainField() schema.Field {
	return schema.Field{Form: "[INCHAIN [OUTCHAIN]]", Max: 2,
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			t := IPTables{On: true, In: "INPUT", Out: "OUTPUT", Sets: obj.(*Global).IPTables.Sets, SetsOff: obj.(*Global).IPTables.SetsOff}
			for n, at := range []*string{&t.In, &t.Out} {
				if n+1 >= len(words) {
					break
				}
				if !shortName(c, words[0], words[n+1], maxChain) {
					return
				}
				*at = words[n+1].Text
			}
			obj.(*Global).IPTables = t
		},
		Print: func(obj any) [][]string {
			return [][]string{{obj.(*Global).IPTables.In, obj.(*Global).IPTables.Out}}
		}}
}

func setField() schema.Field {
	return schema.Field{Form: "[NAME4 [NAME6 [NAMEIF6 [IGMP [MLD [ND]]]]]]", Kind: schema.List, Max: 6,
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			var sets []string
			for _, w := range words[1:] {
				if !shortName(c, words[0], w, maxSet) {
					return
				}
				sets = append(sets, w.Text)
			}
			t := &obj.(*Global).IPTables
			t.Sets, t.SetsOff = sets, sets == nil
		},
		Print: func(obj any) [][]string { return [][]string{obj.(*Global).IPTables.Sets} }}
}

// shortName reports a name that the kernel does not take.
func shortName(c *schema.Context, key, w syntax.Word, most int) bool {
	if len(w.Text) <= most {
		return true
	}
	c.Reject()
	c.Errorf(diag.TooLong, w, "%s: %q has more than %d bytes; the line is passed over", key.Text, w.Text, most)
	return false
}
