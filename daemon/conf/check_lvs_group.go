package conf

import (
	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// groupFacts is what virtual servers are held against of a group.
type groupFacts struct {
	group    *ServerGroup
	used     bool
	v4, v6   bool // it has entries of that family
	bare     bool // it has marks of no family in particular
	ports    []uint16
	zeroPort bool // one of its addresses has no port
}

// addresses reports whether there are any, and not only marks.
func (f *groupFacts) addresses() bool { return len(f.ports) > 0 }

// checkServerGroups reports groups that cannot be used, leaves them out, and returns
// the others by name.
func checkServerGroups(c *schema.Context, cfg *Config) map[string]*groupFacts {
	groups := make(map[string]*groupFacts, len(cfg.ServerGroups))
	kept := cfg.ServerGroups[:0]
	for _, g := range cfg.ServerGroups {
		at, f := where(&g.Origin, "virtual_server_group"), factsOf(g)
		switch first := groups[g.Name]; {
		case len(g.Entries) == 0:
			c.Errorf(diag.EmptyGroup, at, "virtual_server_group %s has no entries: it is passed over", g.Name)
			continue
		case f.v4 && f.v6 && f.bare:
			c.Errorf(diag.MixedFamilies, at, "virtual_server_group %s has both families, and marks that name none: it is passed over", g.Name)
			continue
		case first != nil:
			c.Report(Diagnostic{Span: at.Span, Severity: Warning, Code: diag.DuplicateName,
				Text:  "virtual_server_group " + g.Name + " is defined a second time; this one is never used",
				Notes: []diag.Note{{Pos: first.group.Pos, Text: "first defined here"}}})
		default:
			groups[g.Name] = f
		}
		kept = append(kept, g)
	}
	clear(cfg.ServerGroups[len(kept):])
	cfg.ServerGroups = kept
	return groups
}

// factsOf looks at the entries of g. Of their ports two are enough: a server
// that has to have the port of the service cannot have both.
func factsOf(g *ServerGroup) *groupFacts {
	f := &groupFacts{group: g}
	for i := range g.Entries {
		e := &g.Entries[i]
		family := e.Family
		if e.First.IsValid() {
			family = familyOf(e.First)
			if n := len(f.ports); n == 0 || n == 1 && f.ports[0] != e.Port {
				f.ports = append(f.ports, e.Port)
			}
			f.zeroPort = f.zeroPort || e.Port == 0
		}
		f.v4 = f.v4 || family == IPv4
		f.v6 = f.v6 || family == IPv6
		f.bare = f.bare || family == 0
	}
	return f
}

// checkMembership reports whether the group that v names, f, is there and has
// entries for its servers. keepalived is silent where it has not, and only finds
// that nothing comes of it when it runs.
func checkMembership(c *schema.Context, v *VirtualServer, f *groupFacts) bool {
	at := where(&v.Origin, serverPath)
	if f == nil {
		c.Warnf(diag.UnknownName, at, "there is no virtual_server_group %s with entries: the virtual_server is passed over", v.Group)
		return false
	}
	f.used = true
	switch {
	case len(v.RealServers) == 0 || v.Family == 0:
		return true // reported, or only tunnels
	case f.v4 && f.v6:
		c.Warnf(diag.MixedFamilies, at, "virtual_server_group %s has both families, which goes with lb_kind TUN only: the virtual_server is passed over", v.Group)
		return false
	case f.v4 && v.Family == IPv6 || f.v6 && v.Family == IPv4:
		c.Warnf(diag.BadFamily, at, "virtual_server_group %s is not of the family %s of its real servers: the virtual_server is passed over", v.Group, v.Family)
		return false
	}
	return true
}
