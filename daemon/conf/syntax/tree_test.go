package syntax

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

func TestTree(t *testing.T) {
	archives(t, "tree", func(a *txtar.Archive) string {
		text, _ := member(a, "t.conf")
		checkLayout(t, text)
		l := Parse(text)
		var b strings.Builder
		layoutTo(&b, l.Statements, 0)
		fmt.Fprintf(&b, "tail %s\n", comments(l.Tail))
		return b.String()
	})
}

func layoutTo(b *strings.Builder, list []*Statement, depth int) {
	indent := strings.Repeat("  ", depth)
	for _, s := range list {
		b.WriteString(indent)
		for _, w := range s.Words {
			fmt.Fprintf(b, "%s<%s+%d> ", w.Raw, w.Span.Pos, w.Span.Width)
		}
		fmt.Fprintf(b, "%s\n", comments(s.Comments))
		if s.HasBlock {
			layoutTo(b, s.Block, depth+1)
			fmt.Fprintf(b, "%s} <%s> %s\n", indent, s.End, comments(s.Tail))
		}
	}
}

func comments(list []Comment) string {
	var all []string
	for _, c := range list {
		all = append(all, fmt.Sprintf("%s %s", c.Pos, c.Text))
	}
	return fmt.Sprintf("%q", all)
}

// checkLayout tells whether words, comments and braces stand in text where they
// say, each behind the one before, and returns the text of a word for each.
func checkLayout(t testing.TB, text string) {
	t.Helper()
	var edits []Edit
	var walk func([]*Statement)
	at := 0
	checkComments := func(list []Comment) {
		for _, c := range list {
			if o := Offset(text, c.Pos); !strings.HasPrefix(text[o:], c.Text) || c.Text == "" {
				t.Fatalf("comment %q is not at %s", c.Text, c.Pos)
			}
		}
	}
	walk = func(list []*Statement) {
		for _, s := range list {
			if len(s.Words) == 0 {
				t.Fatal("statement without words")
			}
			for _, w := range s.Words {
				e := Replace(text, w, w.Raw)
				if e.Start < at || e.End > len(text) || text[e.Start:e.End] != w.Raw {
					t.Fatalf("word %q of %q is not at %s (%d to %d, last %d)", w.Raw, s.Line, w.Span.Pos, e.Start, e.End, at)
				}
				edits = append(edits, e)
				at = e.End
			}
			checkComments(s.Comments)
			walk(s.Block)
			checkComments(s.Tail)
			if s.HasBlock && s.End.Known() {
				o := Offset(text, s.End)
				if o < at || text[o] != '}' {
					t.Fatalf("no brace at %s", s.End)
				}
				at = o + 1
			}
		}
	}
	l := Parse(text)
	walk(l.Statements)
	checkComments(l.Tail)
	slices.Reverse(edits)
	for _, list := range [][]Edit{nil, edits} {
		if got, err := Apply(text, list...); err != nil || got != text {
			t.Fatalf("%d edits that change nothing: %v\n%s", len(list), err, cmp.Diff(text, got))
		}
	}
}

// TestTreeOfTopologies is of the files of the project itself.
func TestTreeOfTopologies(t *testing.T) {
	for _, name := range configurations(t) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		checkLayout(t, string(text))
		if len(Tree(string(text))) == 0 {
			t.Errorf("%s: no statements", name)
		}
	}
}

// configurations are the names of the project's configurations.
func configurations(t testing.TB) []string {
	var names []string
	err := filepath.WalkDir("../../../topologies", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "keepalived.conf" {
			names = append(names, name)
		}
		return err
	})
	if err != nil || len(names) == 0 {
		t.Fatalf("no topologies: %v", err)
	}
	return names
}

func TestEdit(t *testing.T) {
	const text = "a {\n  priority 100\r\n  b\n}"
	in := Tree(text)[0].Block
	end := Tree(text)[0].End
	for _, c := range []struct {
		name  string
		edits []Edit
		want  string
	}{
		{"replace", []Edit{Replace(text, in[0].Args()[0], "7")}, "a {\n  priority 7\r\n  b\n}"},
		{"insert", []Edit{Insert(text, in[0].Pos(), "c\n  ")}, "a {\n  c\n  priority 100\r\n  b\n}"},
		{"all orders", []Edit{Insert(text, end, "  d\n"), Replace(text, in[1].Words[0], "e"), Insert(text, end, "  f\n")}, "a {\n  priority 100\r\n  e\n  d\n  f\n}"},
	} {
		if got, err := Apply(text, c.edits...); err != nil || got != c.want {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
	for _, bad := range [][]Edit{{{0, 2, ""}, {1, 3, ""}}, {{3, 2, ""}}, {{0, len(text) + 1, ""}}, {{-1, 0, ""}}} {
		if got, err := Apply(text, bad...); err == nil {
			t.Errorf("%v: no error, %q", bad, got)
		}
	}
}
