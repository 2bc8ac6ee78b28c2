package conf

import (
	"time"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// readDebounce reads "IFNAME DOWN [UP]".
func readDebounce(c *schema.Context, obj any, words []word) {
	d := obj.(*Debounce)
	name := readInterface(c, words[1])
	if len(words) < 3 {
		c.Warnf(diag.MissingWord, words[1], "%s has no delay, and thus no effect", words[1].Text)
		return
	}
	down, ok := c.Decimal(words[1], words[2], time.Second, 0, maxDebounce)
	if !ok {
		return
	}
	d.Interface, d.Down, d.Up = name, down, down
	if len(words) > 3 {
		if up, ok := c.Decimal(words[1], words[3], time.Second, 0, maxDebounce); ok {
			d.Up = up
		}
	}
	if len(words) > 4 {
		c.Warnf(diag.ExtraWord, words[4], "%q is passed over: an interface has two delays", words[4].Text)
	}
}

// endGroupList reports a track_group's list without a name in it.
func endGroupList(c *schema.Context, child any, s *syntax.Statement) {
	if g := child.(*TrackGroup); len(g.Instances) == 0 {
		c.Errorf(diag.EmptyGroup, s.Words[0], "track_group %s has no instance in its list", g.Name)
	}
}

func endTrackGroup(c *schema.Context, cfg *Config, g *TrackGroup, at word) bool {
	if first := cfg.trackers.define("track_group", at, 0, false); first != nil {
		c.Report(diag.Diagnostic{Span: at.Span, Severity: diag.Error, Code: diag.DuplicateName,
			Text:  "track_group " + g.Name + " is defined a second time; this one is passed over",
			Notes: []diag.Note{{Pos: *first, Text: "first defined here"}}})
		return false
	}
	return true
}

// endInterfaceList reports a list of interfaces without a name in it.
func endInterfaceList(c *schema.Context, child any, s *syntax.Statement) {
	if len(child.(*GARPGroup).Interfaces) == 0 {
		c.Errorf(diag.EmptyGroup, s.Words[0], "the list of interfaces is empty")
	}
}

// endGARPGroup takes a group that says something.
func endGARPGroup(c *schema.Context, child any, s *syntax.Statement) {
	g, cfg := child.(*GARPGroup), schema.Up[Config](c)
	if !g.Given("garp_interval") && !g.Given("gna_interval") {
		c.Errorf(diag.MissingKeyword, s.Words[0], "garp_group has no interval; it is passed over")
		return
	}
	if len(g.Interfaces) == 0 && !g.Given("interface") && !g.Given("interfaces") {
		c.Warnf(diag.NoEffect, s.Words[0], "garp_group has no interface, and thus no effect")
	}
	cfg.GARPGroups = append(cfg.GARPGroups, g)
}

// addMember adds the name of an instance, which may be defined further down.
func addMember(c *schema.Context, g *TrackGroup, w word) {
	g.Instances = append(g.Instances, w.Text)
	if cfg := schema.Up[Config](c); cfg != nil {
		cfg.trackers.members = append(cfg.trackers.members, missing{tracker{"track_group", g.Name}, w})
	}
}

// addPaced adds an interface, which is in one garp_group only.
func addPaced(c *schema.Context, g *GARPGroup, w word) {
	name, cfg := readInterface(c, w), schema.Up[Config](c)
	switch {
	case name == "":
	case cfg != nil && cfg.trackers.define("garp_group", w, 0, false) != nil:
		c.Errorf(diag.Repeated, w, "interface %s is in a garp_group already; it is passed over here", name)
	default:
		g.Interfaces = append(g.Interfaces, name)
	}
}
