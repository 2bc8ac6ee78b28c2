package conf

import (
	"iter"
	"slices"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

func vrrpRoot() []schema.Keyword { return []schema.Keyword{syncRow(), instanceRow()} }

func instanceRow() schema.Keyword {
	block := &schema.Block{
		Path: "vrrp_instance",
		New:  func() any { return new(Instance) },
		Keywords: slices.Concat(routerRows(), electionRows(), sourceRows(), unicastRows(), addressRows(), authRows(),
			vmacRows(), garpRows(), advertRows(), instanceTrackRows(), instanceNotifyRows(), oldRows()),
	}
	return schema.Keyword{Name: "vrrp_instance", Many: true, Doc: "run a virtual router", Block: block,
		Field: uniqueObjects(block, func(n *vrrpNames) *names { return &n.instances },
			func(cfg *Config) *[]*Instance { return &cfg.Instances }, func(i *Instance) *string { return &i.Name })}
}

// vrrpNames are the names of instances and groups so far, while a file is read.
type vrrpNames struct{ instances, groups names }

// names are names with the places of their definitions.
type names map[string]Pos

// uniqueObjects is the Field of a keyword with a name and a block that makes an object
// of the configuration. A block whose name is in two pieces or known already is
// read all the same, for its mistakes, and then forgotten.
func uniqueObjects[T any](block *schema.Block, known func(*vrrpNames) *names, list func(*Config) *[]*T, name func(*T) *string) schema.Field {
	return schema.Field{Form: "STRING name + block", Min: 1, Max: -1,
		Begin: func(c *schema.Context, obj any, s *syntax.Statement) any {
			o, cfg := schema.New[T](block), obj.(*Config)
			*name(o) = s.Words[1].Text
			if newName(c, known(&cfg.vrrpNames), s) {
				*list(cfg) = append(*list(cfg), o)
			}
			return o
		},
		Each: func(obj any) iter.Seq2[[]string, any] {
			return func(yield func([]string, any) bool) {
				for _, o := range *list(obj.(*Config)) {
					if !yield([]string{*name(o)}, o) {
						return
					}
				}
			}
		}}
}

// newName remembers the name of a block and reports whether it is a good one.
func newName(c *schema.Context, known *names, s *syntax.Statement) bool {
	w := s.Words[1]
	if len(s.Words) > 2 {
		c.Report(diag.Diagnostic{Span: s.Words[2].Span, Severity: diag.Error, Code: diag.ExtraWord,
			Text: s.Keyword() + " has one name; the block is passed over", Help: "put quotes around a name with blanks"})
		return false
	}
	if first, ok := (*known)[w.Text]; ok {
		c.Report(diag.Diagnostic{Span: w.Span, Severity: diag.Error, Code: diag.DuplicateName,
			Text:  s.Keyword() + " " + w.Text + " is defined already; the block is passed over",
			Notes: []diag.Note{{Pos: first, Text: "first defined here"}}})
		return false
	}
	if *known == nil {
		*known = names{}
	}
	(*known)[w.Text] = s.Pos()
	return true
}
