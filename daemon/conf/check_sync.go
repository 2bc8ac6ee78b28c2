package conf

import (
	"fmt"
	"slices"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// checkGroups leaves in sync groups the members that exist and are in no group
// before, and removes groups without one. It returns the groups of instances by
// their names.
func checkGroups(c *schema.Context, cfg *Config) map[string]*SyncGroup {
	m := &membership{c: c, exists: cfg.vrrpNames.instances, of: map[string]*SyncGroup{}}
	for _, i := range cfg.Instances {
		m.known = append(m.known, i.Name)
	}
	cfg.SyncGroups = slices.DeleteFunc(cfg.SyncGroups, func(g *SyncGroup) bool {
		listed := len(g.Members)
		g.Members = slices.DeleteFunc(g.Members, func(member Member) bool { return !m.join(g, &member) })
		at := placed(g.Pos, "vrrp_sync_group")
		switch {
		case listed == 0 && g.Given("group"): // reported
		case listed == 0:
			c.Report(diag.Diagnostic{Span: at.Span, Severity: diag.Error, Code: diag.EmptyGroup,
				Text: "vrrp_sync_group " + g.Name + " has no member; it is passed over", Help: "list instances in group { ... }"})
		case len(g.Members) == 0:
			c.Errorf(diag.EmptyGroup, at, "vrrp_sync_group %s has no member left; it is passed over", g.Name)
		case len(g.Members) == 1:
			c.Errorf(diag.SingleMember, at, "vrrp_sync_group %s has one member, %s: there is nothing to keep in step with", g.Name, g.Members[0].Name)
		}
		return len(g.Members) == 0
	})
	return m.of
}

// membership finds out who is in which group.
type membership struct {
	c       *schema.Context
	exists  names
	known   []string // the same names
	of      map[string]*SyncGroup
	unknown int // names so far
}

// join makes a member one of g, and reports whether it can be.
func (m *membership) join(g *SyncGroup, member *Member) bool {
	d := diag.Diagnostic{Span: where(&member.Origin, member.Name).Span, Severity: diag.Error}
	_, exists := m.exists[member.Name]
	switch first := m.of[member.Name]; {
	case !exists:
		d.Code, d.Text = diag.UnknownName, fmt.Sprintf("there is no vrrp_instance %s; it is passed over in %s", member.Name, g.Name)
		if m.unknown++; m.unknown < maxSuggestions {
			d.Help = didYouMean(member.Name, m.known)
		}
	case first == g:
		d.Code, d.Text = diag.Repeated, member.Name+" stands twice in "+g.Name
	case first != nil:
		d.Code, d.Text = diag.InTwoGroups, fmt.Sprintf("%s is in vrrp_sync_group %s already; it is passed over in %s", member.Name, first.Name, g.Name)
		d.Notes = []diag.Note{{Pos: first.Pos, Text: "the group that it is in"}}
	default:
		m.of[member.Name] = g
		return true
	}
	m.c.Report(d)
	return false
}

// checkGroupWeights clears the weights of what a group tracks for an owner of
// addresses, whose priority never changes.
func checkGroupWeights(c *schema.Context, cfg *Config) {
	owners := map[string]bool{}
	for _, i := range cfg.Instances {
		owners[i.Name] = i.Priority == 255
	}
	for _, g := range cfg.SyncGroups {
		owner := slices.IndexFunc(g.Members, func(m Member) bool { return owners[m.Name] })
		if owner < 0 {
			continue
		}
		for _, list := range [][]Track{g.TrackInterfaces, g.TrackScripts, g.TrackFiles, g.TrackProcesses, g.TrackBFDs} {
			for n := range list {
				if t := &list[n]; t.Weight != 0 {
					c.Errorf(diag.WeightOfOwner, where(&t.Origin, t.Name), "the weight of %s is passed over: member %s of %s has priority 255, which never changes",
						t.Name, g.Members[owner].Name, g.Name)
					t.Weight, t.Reverse = 0, false
				}
			}
		}
	}
}

// checkTrackedTwice finds interfaces that a group and one of its members track,
// be it as its own: the member has them of the group.
func checkTrackedTwice(c *schema.Context, cfg *Config) {
	members := make(map[string]*Instance, len(cfg.Instances))
	for _, i := range cfg.Instances {
		members[i.Name] = i
	}
	for _, g := range cfg.SyncGroups {
		if len(g.TrackInterfaces) == 0 {
			continue
		}
		by := map[string]*Instance{}
		for _, m := range g.Members {
			i := members[m.Name]
			if i == nil {
				continue
			}
			by[i.Interface] = i
			for n := range i.TrackInterfaces {
				by[i.TrackInterfaces[n].Name] = i
			}
		}
		for n := range g.TrackInterfaces {
			t := &g.TrackInterfaces[n]
			if i := by[t.Name]; i != nil {
				c.Report(diag.Diagnostic{Span: where(&t.Origin, t.Name).Span, Severity: diag.Error, Code: diag.Repeated,
					Text: t.Name + " is tracked by vrrp_instance " + i.Name + " already, a member of " + g.Name, Help: "leave it out here"})
			}
		}
	}
}

// checkTracks drops what an instance tracks without effect: its own interface,
// and weights where the priority cannot change by itself. g is its group.
func checkTracks(c *schema.Context, i *Instance, g *SyncGroup) {
	i.TrackInterfaces = slices.DeleteFunc(i.TrackInterfaces, func(t Track) bool {
		own := t.Name == i.Interface
		if own {
			c.Report(diag.Diagnostic{Span: where(&t.Origin, t.Name).Span, Severity: diag.Error, Code: diag.OwnInterface,
				Text: t.Name + " is the instance's own interface, which it tracks anyway", Help: "leave it out"})
		}
		return own
	})
	grouped := g != nil && !g.TrackingWeight
	if !grouped && i.Priority != 255 {
		return
	}
	w := &weights{c: c, code: diag.WeightOfOwner, why: "priority 255 never changes"}
	if grouped {
		w.code, w.why = diag.WeightInGroup, "vrrp_sync_group "+g.Name+" has no sync_group_tracking_weight"
	}
	w.clear(i.TrackFiles, func(t *Track) bool { return t.Weight == 1 }) // the default
	if grouped {
		w.clear(i.TrackInterfaces, func(t *Track) bool { return t.Weight != 0 })
	}
	for _, list := range []*[]Track{&i.TrackInterfaces, &i.TrackScripts, &i.TrackFiles, &i.TrackBFDs} {
		w.drop(list)
	}
}

// weights takes away the weights that trackers cannot have.
type weights struct {
	c    *schema.Context
	code diag.Code
	why  string
}

// clear takes the weight of some trackers, which then mean FAULT.
func (w *weights) clear(list []Track, which func(*Track) bool) {
	for n := range list {
		if t := &list[n]; which(t) {
			w.c.Errorf(w.code, where(&t.Origin, t.Name), "%s means FAULT, without its weight: %s", t.Name, w.why)
			t.Weight, t.Reverse = 0, false
		}
	}
}

// drop takes out the trackers that still have a weight.
func (w *weights) drop(list *[]Track) {
	*list = slices.DeleteFunc(*list, func(t Track) bool {
		if t.Weight != 0 {
			w.c.Errorf(w.code, where(&t.Origin, t.Name), "%s is passed over because of its weight: %s", t.Name, w.why)
		}
		return t.Weight != 0
	})
}
