package syntax

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/viplab/viplab/daemon/conf/diag"
)

var update = flag.Bool("update", false, "write what tests want anew")

// archives runs do for each archive of a folder of testdata, and compares what
// it returns with the archive's file "want".
func archives(t *testing.T, dir string, do func(*txtar.Archive) string) {
	names, err := filepath.Glob(filepath.Join("testdata", dir, "*.txtar"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no archives in %s: %v", dir, err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			want := ""
			if last := a.Files[len(a.Files)-1]; last.Name == "want" {
				want, a.Files = string(last.Data), a.Files[:len(a.Files)-1]
			}
			got := do(a)
			if *update {
				a.Files = append(a.Files, txtar.File{Name: "want", Data: []byte(got)})
				if err := os.WriteFile(name, txtar.Format(a), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// member returns the text of a file of a.
func member(a *txtar.Archive, name string) (string, bool) {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data), true
		}
	}
	return "", false
}

// TestRead reads the files t.conf as /etc/keepalived/t.conf. Files named
// "program" are executable.
func TestRead(t *testing.T) {
	archives(t, "read", func(a *txtar.Archive) string {
		text, _ := member(a, "t.conf")
		id, _ := member(a, "id")
		_, spans := member(a, "spans")
		fsys := fstest.MapFS{}
		for _, f := range a.Files {
			mode := fs.FileMode(0o644)
			if strings.HasSuffix(f.Name, "/program") {
				mode = 0o755
			}
			fsys[f.Name] = &fstest.MapFile{Data: f.Data, Mode: mode}
		}
		h := host{id: strings.TrimSpace(id), fsys: fsys, spans: spans}
		out, problems := h.read(text)
		h.slow = true
		if slow, again := h.read(text); slow != out || show(again) != show(problems) {
			t.Errorf("the fast way of reading lines differs from the slow one:\n%s", cmp.Diff(slow+show(again), out+show(problems)))
		}
		return out + show(problems)
	})
}

// host is what a test reads with.
type host struct {
	id    string
	fsys  fs.FS
	spans bool // print them
	slow  bool
	limit limits
}

// read returns the statements of text, printed, and what is wrong with it.
func (h host) read(text string) (string, diag.List) {
	var problems diag.List
	r := NewReader(Options{FS: h.fsys, ConfigID: h.id, Env: func(name string) (string, bool) { return "/root", name == "HOME" }},
		func(d diag.Diagnostic) { problems = append(problems, d) })
	r.slow = h.slow
	if h.limit != (limits{}) {
		r.limits = h.limit
	}
	var b strings.Builder
	for s := range r.Read(text, "t.conf", "etc/keepalived") {
		printTo(&b, s, 0, h.spans)
	}
	return b.String(), problems
}

// printTo writes a statement a line, indented by depth, with bars between words
// and a brace for a block.
func printTo(b *strings.Builder, s *Statement, depth int, spans bool) {
	b.WriteString(strings.Repeat("  ", depth))
	for i, w := range s.Words {
		if i > 0 {
			b.WriteByte('|')
		}
		b.WriteString(w.Text)
		if spans {
			fmt.Fprintf(b, "<%s+%d>", w.Span.Pos, w.Span.Width)
			if pos, ok := w.Origin(); ok {
				fmt.Fprintf(b, "<from %s>", pos)
			}
		}
	}
	if s.HasBlock {
		b.WriteString(" {")
	}
	b.WriteByte('\n')
	for _, in := range s.Block {
		printTo(b, in, depth+1, spans)
	}
	if spans && s.HasBlock {
		fmt.Fprintf(b, "%s} <%s>\n", strings.Repeat("  ", depth), s.End)
	}
}

// show writes a diagnostic a line, with its notes.
func show(l diag.List) string {
	var b strings.Builder
	for _, d := range l {
		fmt.Fprintf(&b, "%s (%d wide)\n", d.Error(), d.Width)
		for _, n := range d.Notes {
			fmt.Fprintf(&b, "    %s: %s\n", n.Pos, n.Text)
		}
	}
	return b.String()
}
