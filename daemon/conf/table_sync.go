package conf

import (
	"slices"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// SyncGroup is a vrrp_sync_group: instances that change state together.
type SyncGroup struct {
	Origin
	Name    string
	Members []Member // instances that exist and are in no group before this
	// TrackingWeight lets the members' own trackers change their priorities
	// (sync_group_tracking_weight); otherwise they only cause FAULT.
	TrackingWeight bool

	TrackInterfaces, TrackScripts, TrackFiles, TrackProcesses, TrackBFDs []Track

	NotifyMaster, NotifyBackup, NotifyFault, NotifyStop, Notify Command
	SMTPAlert                                                   bool
	NotifyPriorityChanges                                       bool

	full bool // a group block has been read; another one is passed over
}

// Member is an instance of a sync group.
type Member struct {
	Origin
	Name string
}

func syncRow() schema.Keyword {
	weight := func(g *SyncGroup) *bool { return &g.TrackingWeight }
	rows := []schema.Keyword{
		{Name: "group", Many: true, Doc: "hold the instances listed together", Field: groupBlockField(), Block: memberBlock()},
		{Name: "sync_group_tracking_weight", Else: "off", Doc: "let members have priorities of their own", Field: schema.Flag(true, weight)},
		{Name: "global_tracking", Same: "sync_group_tracking_weight", Instead: "the track blocks of the group", Reported: true,
			Doc: "let members have priorities of their own", Field: schema.Flag(true, weight)},
	}
	block := &schema.Block{Path: "vrrp_sync_group", New: func() any { return new(SyncGroup) },
		Keywords: slices.Concat(rows, trackRows("vrrp_sync_group", syncTracks()), syncNotifyRows())}
	return schema.Keyword{Name: "vrrp_sync_group", Many: true, Doc: "keep instances in step", Block: block,
		Field: uniqueObjects(block, func(n *vrrpNames) *names { return &n.groups },
			func(cfg *Config) *[]*SyncGroup { return &cfg.SyncGroups }, func(g *SyncGroup) *string { return &g.Name })}
}

func syncTracks() tracks[SyncGroup] {
	return tracks[SyncGroup]{
		func(g *SyncGroup) *[]Track { return &g.TrackInterfaces }, func(g *SyncGroup) *[]Track { return &g.TrackScripts },
		func(g *SyncGroup) *[]Track { return &g.TrackFiles }, func(g *SyncGroup) *[]Track { return &g.TrackProcesses },
		func(g *SyncGroup) *[]Track { return &g.TrackBFDs },
	}
}

func syncNotifyRows() []schema.Keyword {
	return notifyRows(notified[SyncGroup]{
		func(g *SyncGroup) *Command { return &g.NotifyBackup }, func(g *SyncGroup) *Command { return &g.NotifyMaster },
		func(g *SyncGroup) *Command { return &g.NotifyFault }, func(g *SyncGroup) *Command { return &g.NotifyStop },
		func(g *SyncGroup) *Command { return &g.Notify },
		func(g *SyncGroup) *bool { return &g.SMTPAlert }, func(g *SyncGroup) *bool { return &g.NotifyPriorityChanges },
	})
}

// groupBlockField passes over a list of members behind another.
func groupBlockField() schema.Field {
	return schema.Field{Form: "block list of instance names",
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			g := obj.(*SyncGroup)
			if g.full = len(g.Members) > 0; g.full {
				c.Report(diag.Diagnostic{Span: words[0].Span, Severity: diag.Error, Code: diag.Repeated,
					Text:  "group is given a second time; this one is passed over",
					Notes: []diag.Note{{Pos: g.Members[0].Pos, Text: "first given here"}}})
			}
		},
		End: func(c *schema.Context, _ any, s *syntax.Statement) {
			if len(s.Block) == 0 {
				c.Report(diag.Diagnostic{Span: s.Words[0].Span, Severity: diag.Error, Code: diag.EmptyBlock,
					Text: "group lists no instance: without one the vrrp_sync_group is passed over", Help: "write the name of an instance on each line"})
			}
		}}
}

// memberBlock is the lines of group: any number of names each.
func memberBlock() *schema.Block {
	return &schema.Block{Path: "vrrp_sync_group/group", Item: &schema.Item{
		Head: schema.Keyword{Name: "NAME", Unlisted: true, Doc: "hold that instance with the others", Field: schema.Field{
			Form: "STRING name", Min: 1, Max: -1, Take: func(rest []syntax.Word) int { return len(rest) },
			Read: func(c *schema.Context, _ any, words []syntax.Word) {
				g := schema.Up[SyncGroup](c)
				for _, w := range words[1:] {
					if !g.full {
						g.Members = append(g.Members, Member{Origin: Origin{Pos: w.Span.Pos}, Name: w.Text})
					}
				}
			},
			Print: func(obj any) [][]string { return [][]string{{obj.(*Member).Name}} }}},
		HeadFirst: true,
		Begin:     func(*schema.Context, any, *syntax.Statement) any { return nil },
		Each:      each(func(g *SyncGroup) *[]Member { return &g.Members }),
	}}
}
