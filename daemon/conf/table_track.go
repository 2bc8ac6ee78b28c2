package conf

import (
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// trackBlock is the block of track_script and its likes, at path; weights go
// from -limit to limit. The last word of path says what is tracked.
func trackBlock[O any](path string, limit int, at func(*O) *[]Track) *schema.Block {
	kind := path[strings.LastIndexByte(path, '/')+1:]
	return &schema.Block{Path: path, Item: &schema.Item{
		Head: schema.Keyword{Name: "NAME", Doc: "follow what it names",
			Field: schema.Field{Form: "tracked object or IFNAME", Min: 1, Max: 1,
				Read:  func(_ *schema.Context, obj any, words []syntax.Word) { obj.(*Track).Name = words[1].Text },
				Print: func(obj any) [][]string { return printed(obj.(*Track).Name) }}},
		HeadFirst: true,
		Options:   trackOptions(kind, limit),
		Begin:     func(*schema.Context, any, *syntax.Statement) any { return &Track{} },
		End: func(c *schema.Context, obj, item any, s *syntax.Statement, ok bool) {
			t, list := item.(*Track), at(obj.(*O))
			cfg := schema.Up[Config](c)
			switch {
			case !ok && !t.weighed:
			case cfg != nil && cfg.trackers.repeated(list, t.Name):
				c.Errorf(diag.Repeated, s.Words[0], "%s %s stands twice; this one is passed over", kind, t.Name)
			case cfg == nil || cfg.trackers.resolve(kind, t, s.Words[0]):
				t.weighed = false
				*list = append(*list, *t)
			}
		},
		Each: each(at),
	}}
}

func trackOptions(kind string, limit int) []schema.Keyword {
	return []schema.Keyword{
		{Name: "weight", Doc: "change the priority by the weight", Else: "object default", Field: trackWeight(kind, limit)},
		{Name: "reverse", Doc: "let a failure count as success", Else: "off", Field: schema.Field{Form: "flag", Kind: schema.Truth,
			Read: func(c *schema.Context, obj any, words []syntax.Word) { setReverse(c, obj.(*Track), words[0], true) },
			Print: func(obj any) [][]string {
				if !obj.(*Track).Reverse {
					return nil
				}
				return [][]string{{}}
			}}},
		{Name: "noreverse", Doc: "undo a reverse of the tracked object", Field: schema.Field{Form: "flag", Kind: schema.Truth,
			Read: func(c *schema.Context, obj any, words []syntax.Word) {
				if kind == "track_interface" {
					c.Errorf(diag.NoEffect, words[0], "interfaces have no reverse of their own that noreverse could undo")
					return
				}
				setReverse(c, obj.(*Track), words[0], false)
			},
			Print: func(obj any) [][]string {
				if t := obj.(*Track); t.Reverse || !t.Given("noreverse") {
					return nil
				}
				return [][]string{{}}
			}}},
	}
}

// setReverse takes a reverse or noreverse, which only stand behind a weight.
func setReverse(c *schema.Context, t *Track, w syntax.Word, value bool) {
	if !t.weighed {
		c.Report(diag.Diagnostic{Span: w.Span, Severity: diag.Error, Code: diag.MissingWord,
			Text: w.Text + " stands without a weight before it; the line is passed over", Help: "write weight N " + w.Text})
		return
	}
	t.Reverse = value
}
