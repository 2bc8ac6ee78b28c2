package schema

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// desk always has a lamp, whether the file says anything of it or not.
type desk struct {
	Origin
	Lamp lamp
}

type lamp struct {
	Origin
	Watts, Hours int
	Slogan       string
}

func deskLanguage() *Block {
	watts := func(l *lamp) *int { return &l.Watts }
	slogan := String(func(l *lamp) *string { return &l.Slogan })
	slogan.Split = func(c *Context, s *syntax.Statement) []syntax.Word {
		if strings.Contains(s.Line, "?") {
			c.Errorf(diag.BadText, s.Words[0], "no questions")
			return nil
		}
		text := strings.ReplaceAll(strings.TrimPrefix(s.Line, "slogan "), " ", "-")
		return []syntax.Word{s.Words[0], {Text: text, Span: s.Words[0].Span}}
	}
	slogan.Value = func(obj any) any { return &obj.(*lamp).Slogan }
	slogan.Quote = func(s string) string { return strings.ReplaceAll(s, "-", " ") }
	lampBlock := &Block{Path: "lamp", Keywords: []Keyword{
		{Name: "watts", First: true, Status: Implemented, Default: "60", Field: Int(1, 100, watts)},
		{Name: "hours", Status: Implemented, Else: "twice the watts", Field: Int(0, 1000, func(l *lamp) *int { return &l.Hours }),
			Fill: func(parent, obj any) { obj.(*lamp).Hours = 2 * parent.(*desk).Lamp.Watts }},
		{Name: "slogan", Status: Implemented, Field: slogan},
	}}
	return &Block{Path: "(root)", New: func() any { return new(desk) }, Keywords: []Keyword{
		{Name: "lamp", Status: Implemented, Many: true, Block: lampBlock, Field: Field{Form: "block", Sub: func(parent any) any { return &parent.(*desk).Lamp }}},
	}}
}

func TestOwnObject(t *testing.T) {
	rows := []struct{ name, text, print, wrong string }{
		{"nothing", "", "lamp {\nwatts 60\nhours 120\n}\n", ""},
		{"a block", "lamp {\nwatts 5\n}\n", "lamp {\nwatts 5\nhours 10\n}\n", ""},
		{"two blocks", "lamp {\nwatts 5\n}\nlamp {\nhours 9\n}\n", "lamp {\nwatts 5\nhours 9\n}\n", ""},
		{"first counts", "lamp {\nwatts 5\nwatts 6\n}\n", "lamp {\nwatts 5\nhours 10\n}\n", "3:1: error: watts is given a second time; this one is passed over [repeated-keyword]"},
		{"wrong does not count", "lamp {\nwatts x\nwatts 6\n}\n", "lamp {\nwatts 6\nhours 12\n}\n", `2:7: error: watts: "x" is not a whole number [bad-number]`},
		{"not to be cut", "lamp {\nslogan a?\n}\n", "lamp {\nwatts 60\nhours 120\n}\n", `2:1: error: no questions [bad-text]`},
		{"cut in its own way", "lamp {\nslogan a b c\n}\n", "lamp {\nwatts 60\nhours 120\nslogan a b c\n}\n", ""},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			root := deskLanguage()
			if err := Index(root); err != nil {
				t.Fatal(err)
			}
			var list diag.List
			report := func(d diag.Diagnostic) { list = append(list, d) }
			c, d := NewContext(root, report), New[desk](root)
			c.Start(d)
			for s := range syntax.NewReader(syntax.Options{}, report).Read(row.text, "", "/") {
				c.Read(d, s)
			}
			c.Fill()
			n := 0
			for v := range c.Values() {
				n++
				if v.Keyword.Name != "slogan" || v.Part != any(&d.Lamp.Slogan) || v.Where("watts") != d.Lamp.Where("watts") {
					t.Errorf("value %v of %s", v.Part, v.Keyword.Name)
				}
			}
			if n != 1 {
				t.Errorf("%d values, want one: the lamp's slogan", n)
			}
			var b strings.Builder
			for _, e := range root.Entries(d) {
				b.WriteString(e.Line() + " {\n")
				for _, sub := range e.Block {
					b.WriteString(sub.Line() + "\n")
				}
				b.WriteString("}\n")
			}
			if diff := cmp.Diff(row.print, b.String()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if list.Error() != row.wrong {
				t.Errorf("diagnostics\n%v\nwant\n%v", list, row.wrong)
			}
		})
	}
}
