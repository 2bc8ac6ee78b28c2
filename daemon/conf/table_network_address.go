package conf

import (
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// addressBlock is the block of virtual_ipaddress and its likes.
func addressBlock[O any](path string, at func(*O) *[]Address) *schema.Block {
	static := strings.HasPrefix(path, "static")
	oneFamily := strings.HasSuffix(path, "/virtual_ipaddress")
	return &schema.Block{Path: path, Item: &schema.Item{
		Head:      addressHead(),
		HeadFirst: true,
		Options:   addressOptions(static),
		Begin:     func(*schema.Context, any, *syntax.Statement) any { return &Address{} },
		End: func(c *schema.Context, obj, item any, s *syntax.Statement, _ bool) {
			a, list := item.(*Address), at(obj.(*O))
			if a.drop || !a.Prefix.IsValid() {
				return
			}
			if oneFamily && len(*list) > 0 && (*list)[0].Prefix.Addr().Is4() != a.Prefix.Addr().Is4() {
				c.Report(diag.Diagnostic{Span: s.Words[0].Span, Severity: diag.Error, Code: diag.MixedFamilies,
					Text: s.Words[0].Text + " is not of the family of the first address; it is passed over",
					Help: "it belongs in virtual_ipaddress_excluded"})
				return
			}
			finishAddress(c, a, s.Words)
			*list = append(*list, *a)
		},
		Each: each(at),
	}}
}

func addressHead() schema.Keyword {
	return schema.Keyword{Name: "ADDRESS", Doc: "hold the address", Else: "/32 or /128",
		Field: schema.Field{Form: "IP[/LEN]", Min: 1, Max: 1, Read: readAddress,
			Print: func(obj any) [][]string { return printed(addressText(obj.(*Address).Prefix)) }}}
}

// addressOptions are the words of an address's line. A static address belongs to
// no instance: it has no VMAC, and may name the track_group that follows it.
func addressOptions(static bool) []schema.Keyword {
	brd := addressWord("IP|+|-", readBroadcast, func(a *Address) string { return addrText(a.Broadcast) })
	options := []schema.Keyword{
		{Name: "dev", Doc: "put the address on that interface", Else: "instance interface", Many: true,
			Field: addressWord("IFNAME", readDevice, func(a *Address) string { return a.given("dev", a.Interface) })},
		{Name: "scope", Doc: "give the address that scope", Else: "global",
			Field: addressWord("SCOPE name or number", readAddressScope, func(a *Address) string { return scopeText(a.Scope, 0) })},
		{Name: "brd", Doc: "give the address that broadcast address", Else: "none", Field: brd},
		{Name: "broadcast", Same: "brd", Doc: "give the address that broadcast address", Else: "none", Field: brd},
		{Name: "label", Doc: "give the address that label",
			Field: addressWord("STRING <=15", readLabel, func(a *Address) string { return a.Label })},
		{Name: "peer", Many: true, Doc: "set the far end of a point-to-point link",
			Field: addressWord("IP", readPeer, func(a *Address) string { return addrText(a.Peer) })},
		lineFlag("home", "off", "mark the address as an IPv6 home address", func(a *Address) *bool { return &a.Home }),
		lineFlag("-nodad", "off", "detect whether another host has the address", func(a *Address) *bool { return &a.DAD }),
		lineFlag("mngtmpaddr", "off", "let the kernel make temporary addresses of the prefix", func(a *Address) *bool { return &a.ManageTemp }),
		lineFlag("noprefixroute", "off", "keep the kernel from adding the prefix route", func(a *Address) *bool { return &a.NoPrefixRoute }),
		lineFlag("autojoin", "off", "join the multicast address", func(a *Address) *bool { return &a.AutoJoin }),
		lineFlag("no_track", "off", "overlook the loss of the address", func(a *Address) *bool { return &a.NoTrack }),
		{Name: "preferred_lft", Doc: "limit how long the address is preferred as a source", Else: "0 for IPv6 /128, else forever",
			Field: addressWord("SECONDS|forever|0", readPreferred, (*Address).preferredText)},
	}
	return append(options,
		schema.Keyword{Name: "track_group", Many: true, Doc: "have the instances of that group notice the loss",
			Field: only(static, "static addresses", addressWord("NAME", readAddressGroup, func(a *Address) string { return a.TrackGroup }))},
		schema.Keyword{Name: "use_vmac", Doc: "give the address a VMAC of its own", Else: "off",
			Field: only(!static, "addresses of an instance", schema.Flag(true, func(a *Address) *bool { return &a.UseVMAC }))},
	)
}

// addressWord is an option with one word. keepalived takes whatever follows for
// that word, and passes the line over where nothing does.
func addressWord(form string, read func(c *schema.Context, a *Address, key, w syntax.Word), text func(*Address) string) schema.Field {
	return schema.Field{Form: form, Max: 1, Take: func([]syntax.Word) int { return 1 },
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			a := obj.(*Address)
			if len(words) < 2 {
				c.Errorf(diag.MissingWord, words[0], "%s needs a word behind it; the address is passed over", words[0].Text)
				a.drop = true
				return
			}
			read(c, a, words[0], words[1])
		},
		Print: func(obj any) [][]string { return printed(text(obj.(*Address))) }}
}

// given is text where the file gives the keyword, else empty.
func (a *Address) given(keyword, text string) string {
	if !a.Origin.Given(keyword) {
		return ""
	}
	return text
}
