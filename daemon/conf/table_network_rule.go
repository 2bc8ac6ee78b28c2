package conf

import (
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// ruleBlock is the block of virtual_rules and static_rules.
func ruleBlock[O any](path string, at func(*O) *[]Rule) *schema.Block {
	return &schema.Block{Path: path, Item: &schema.Item{
		Options: ruleOptions(strings.HasPrefix(path, "static")),
		Begin:   func(*schema.Context, any, *syntax.Statement) any { return &Rule{SuppressPrefix: -1} },
		End: func(c *schema.Context, obj, item any, s *syntax.Statement, ok bool) {
			if r := item.(*Rule); r.finish(c, s.Words[0], ok) {
				list := at(obj.(*O))
				*list = append(*list, *r)
			}
		},
		Each: each(at),
	}}
}

func ruleOptions(static bool) []schema.Keyword {
	return []schema.Keyword{
		ruleFlag("inet", "take the rule for IPv4", func(*Rule) {}, nil),
		ruleFlag("inet6", "take the rule for IPv6", func(r *Rule) { r.IPv6 = true }, func(r *Rule) bool { return r.IPv6 && !r.addressed() }),
		ruleFlag("not", "invert the rule's selectors", func(r *Rule) { r.Not = true }, func(r *Rule) bool { return r.Not }),
		ruleOption("from", "PREFIX", "select packets from that prefix", readRulePrefix(func(r *Rule) *prefix { return &r.From }), func(r *Rule) string { return addressText(r.From) }),
		ruleOption("to", "PREFIX", "select packets to that prefix", readRulePrefix(func(r *Rule) *prefix { return &r.To }), func(r *Rule) string { return addressText(r.To) }),
		ruleOption("table", "ID|NAME", "look routes up in that table", readRuleTable, func(r *Rule) string { return r.Table.Text }, "lookup"),
		ruleOption("preference", "N", "give the rule that place", readPreference, func(r *Rule) string { return decimalText(uint64(r.Preference)) }, "order", "priority"),
		ruleOption("tos", "N", "select packets of that TOS", ruleIdent(tosNames(), func(r *Rule) *Ident { return &r.TOS }), func(r *Rule) string { return r.TOS.Text }, "dsfield"),
		ruleOption("fwmark", "N[/MASK]", "select packets with that mark", readMark, func(r *Rule) string { return r.Mark.text() }),
		ruleOption("realms", "[FROM/]TO", "select packets of those realms", func(c *schema.Context, r *Rule, _, w word) { r.Realms = readRealms(c, w, r.fail) }, func(r *Rule) string { return r.Realms.text() }),
		ruleOption("suppress_prefixlength", "N", "pass over routes with a prefix no longer than that", readSuppress, suppressText, "sup_pl"),
		ruleOption("suppress_ifgroup", "N|NAME", "pass over routes to interfaces of that group", ruleIdent(groupNames(), func(r *Rule) *Ident { return &r.SuppressGroup }), func(r *Rule) string { return r.SuppressGroup.Text }, "sup_group"),
		ruleOption("iif", "IFNAME", "select packets that came in there", ruleDevice(func(r *Rule) *string { return &r.Input }), func(r *Rule) string { return r.Input }, "dev"),
		ruleOption("oif", "IFNAME", "select packets of sockets bound there", ruleDevice(func(r *Rule) *string { return &r.Output }), func(r *Rule) string { return r.Output }),
		ruleOption("tunnel-id", "N", "select packets of that tunnel", readTunnel, func(r *Rule) string { return positiveText(r.TunnelID) }),
		ruleOption("uidrange", "A-B", "select packets of those users", readUIDs, func(r *Rule) string { return r.UIDs.text() }),
		ruleFlag("l3mdev", "look routes up in the table of the VRF", nil, func(r *Rule) bool { return r.Action == VRFLookup }),
		ruleOption("protocol", "ID", "mark the rule with that protocol", readRuleProtocol, ruleProtocolText),
		ruleOption("ipproto", "NAME|N", "select packets of that protocol", ruleIdent(transportNames(), func(r *Rule) *Ident { return &r.Transport }), func(r *Rule) string { return r.Transport.Text }),
		ruleOption("sport", "A[-B]", "select packets from those ports", readPorts(func(r *Rule) *PortRange { return &r.SourcePorts }), func(r *Rule) string { return r.SourcePorts.text() }),
		ruleOption("dport", "A[-B]", "select packets to those ports", readPorts(func(r *Rule) *PortRange { return &r.DestPorts }), func(r *Rule) string { return r.DestPorts.text() }),
		ruleOption("type", "NAME", "do that with packets", readActionType, (*Rule).actionType),
		ruleOption("goto", "N", "go on with the rule of that preference", readGoto, func(r *Rule) string { return positiveText(uint64(r.Target)) }),
		ruleFlag("nop", "do nothing with packets", nil, func(r *Rule) bool { return r.Action == Nop }),
		ruleFlag("blackhole", "drop packets", nil, nil, "prohibit", "unreachable"),
		ruleFlag("no_track", "overlook the loss of the rule", func(r *Rule) { r.NoTrack = true }, func(r *Rule) bool { return r.NoTrack }),
		ruleGroup(static),
	}
}

// ruleOption is a row of an option of a rule with one word.
func ruleOption(name, form, doc string, read func(c *schema.Context, r *Rule, key, w word), text func(*Rule) string, aliases ...string) schema.Keyword {
	action := name == "table" || name == "goto" || name == "type" // a second one has a message of its own
	return schema.Keyword{Name: name, Aliases: aliases, Doc: doc, Many: action, Field: schema.Field{Form: form, Max: 1, Take: takeOne,
		Read: func(c *schema.Context, obj any, words []word) {
			r := obj.(*Rule)
			if len(words) < 2 {
				r.fail(c, diag.MissingWord, words[0], "%s needs a word behind it", words[0].Text)
				return
			}
			read(c, r, words[0], words[1])
		},
		Print: func(obj any) [][]string { return printed(text(obj.(*Rule))) }}}
}

// ruleFlag is a row of an option of a rule without words. Without set it is the
// action of the name that stands there.
func ruleFlag(name, doc string, set func(*Rule), isSet func(*Rule) bool, aliases ...string) schema.Keyword {
	f := schema.Field{Form: "flag", Kind: schema.Truth, Read: func(c *schema.Context, obj any, words []word) {
		if set == nil {
			obj.(*Rule).act(c, words[0], Action(words[0].Text))
			return
		}
		set(obj.(*Rule))
	}}
	if isSet != nil {
		f.Print = func(obj any) [][]string { return flagged(isSet(obj.(*Rule))) }
	}
	return schema.Keyword{Name: name, Aliases: aliases, Doc: doc, Many: set == nil, Field: f}
}

func ruleGroup(static bool) schema.Keyword {
	k := ruleOption("track_group", "NAME", "have the instances of that group notice the loss",
		func(c *schema.Context, r *Rule, key, w word) {
			r.TrackGroup = readTrackGroup(c, r.TrackGroup, key, w)
		}, func(r *Rule) string { return r.TrackGroup })
	k.Many, k.Field = true, only(static, "static rules", k.Field)
	return k
}
