package conf

import (
	"maps"
	"slices"
	"strconv"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// named is a name of a number of the kernel.
type named struct {
	name string
	n    uint32
}

// nameTable is the names of a kind of number that mean the same everywhere. The
// name of the table is that of iproute2's file with further ones.
type nameTable struct {
	file  string
	what  string
	high  uint32
	names []named
}

// scopeNames are rtnetlink's (rtnetlink(7)).
func scopeNames() nameTable {
	return nameTable{"rt_scopes", "scope", 255, []named{{"global", 0}, {"site", 200}, {"link", 253}, {"host", 254}, {"nowhere", 255}}}
}

func tableNames() nameTable {
	return nameTable{"rt_tables", "routing table", 1<<32 - 1, []named{{"default", 253}, {"main", 254}, {"local", 255}}}
}

// protocolNames are those of linux/rtnetlink.h.
func protocolNames() nameTable {
	return nameTable{"rt_protos", "protocol", 255, []named{{"redirect", 1}, {"kernel", 2}, {"boot", 3}, {"static", 4}, {"gated", 8},
		{"ra", 9}, {"mrt", 10}, {"zebra", 11}, {"bird", 12}, {"dnrouted", 13}, {"xorp", 14}, {"ntk", 15}, {"dhcp", 16}, {"keepalived", 18},
		{"babel", 42}, {"bgp", 186}, {"isis", 187}, {"ospf", 188}, {"rip", 189}, {"eigrp", 192}}}
}

func tosNames() nameTable { return nameTable{"rt_dsfield", "TOS", 255, nil} }

func realmNames() nameTable { return nameTable{"rt_realms", "realm", 65535, []named{{"cosmos", 0}}} }

func groupNames() nameTable {
	return nameTable{"group", "interface group", 1<<32 - 1, []named{{"default", 0}}}
}

// transportNames are IANA's protocol numbers.
func transportNames() nameTable {
	return nameTable{"protocols", "transport protocol", 255, []named{{"icmp", 1}, {"igmp", 2}, {"ipip", 4}, {"tcp", 6}, {"udp", 17}, {"dccp", 33},
		{"gre", 47}, {"esp", 50}, {"ah", 51}, {"ipv6-icmp", 58}, {"ospf", 89}, {"pim", 103}, {"vrrp", 112}, {"sctp", 132}, {"udplite", 136}}}
}

// ident reads a name or number. A name that means nothing everywhere stays a
// name, which a host may know. What is neither is told to fail.
func (t nameTable) ident(c *schema.Context, w word, fail failure) Ident {
	for _, n := range t.names {
		if n.name == w.Text {
			return Ident{w.Text, n.n, true}
		}
	}
	n, err := strconv.ParseUint(w.Text, 0, 64)
	switch {
	case err != nil && w.Text != "" && (w.Text[0] < '0' || w.Text[0] > '9') && w.Text[0] != '-':
		return Ident{Text: w.Text}
	case err != nil || n > uint64(t.high):
		fail(c, diag.OutOfRange, w, "%s %s is neither a name nor a number from 0 to %d", t.what, strconv.Quote(w.Text), t.high)
		return Ident{}
	}
	return Ident{w.Text, uint32(n), true}
}

// near is the help with the name that was probably meant, of those that mean the same
// everywhere and of a host's.
func (t nameTable) near(text string, host map[string]uint32) string {
	names := slices.Collect(maps.Keys(host))
	for i := range t.names {
		names = append(names, t.names[i].name)
	}
	return didYouMean(text, names)
}

// readScope reads the scope of an address, 0..255.
func readScope(c *schema.Context, w word) (int, bool) {
	t := scopeNames()
	for _, n := range t.names {
		if n.name == w.Text {
			return int(n.n), true
		}
	}
	n, err := strconv.ParseUint(w.Text, 0, 8)
	if err != nil {
		d := diag.Diagnostic{Span: w.Span, Severity: diag.Error, Code: diag.BadChoice,
			Text: "scope " + strconv.Quote(w.Text) + " is neither a name nor a number from 0 to 255; it is passed over"}
		d.Help = t.near(w.Text, nil)
		c.Report(d)
	}
	return int(n), err == nil
}

// scopeText writes the scope of an address, unless it is otherwise.
func scopeText(n, otherwise int) string {
	if n == otherwise {
		return ""
	}
	for _, s := range scopeNames().names {
		if int(s.n) == n {
			return s.name
		}
	}
	return strconv.Itoa(n)
}
