package syntax

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/viplab/viplab/daemon/conf/diag"
)

// seeds adds the project's configurations and those of the tests, here and, if
// they are there, of the comparison with keepalived.
func seeds(f *testing.F) {
	for _, name := range configurations(f) {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	for _, pattern := range []string{"testdata/*/*.txtar", "../differential/testdata/*.txtar", "../differential/testdata/*/*.txtar"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, name := range names {
			a, err := txtar.ParseFile(name)
			if err != nil {
				f.Fatal(err)
			}
			for _, file := range a.Files {
				if file.Name != "want" {
					f.Add(string(file.Data))
				}
			}
		}
	}
}

// FuzzScan holds that both ways of reading lines say the same of a text, and
// that each word that no definition brought is the text at its place.
func FuzzScan(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		h := host{limit: limits{work: 1 << 16, nodes: 1 << 12}, spans: true}
		out, problems := h.read(text)
		h.slow = true
		if slow, again := h.read(text); slow != out || show(again) != show(problems) {
			t.Fatalf("fast:\n%s%s\nslow:\n%s%s", out, show(problems), slow, show(again))
		}
		r := NewReader(Options{}, func(diag.Diagnostic) {})
		r.limits = h.limit
		for s := range r.Read(text, "t.conf", "") {
			each(s, func(s *Statement, w Word) {
				at := Offset(text, w.Span.Pos)
				written := text[at : at+int(w.Span.Width)]
				if !strings.ContainsAny(written, `$\`) && w.origin == nil && written != w.Raw {
					t.Fatalf("word %q at %s is %q in the text", w.Raw, w.Span.Pos, written)
				}
			})
		}
	})
}

// each calls do for each word of s and of what is in it.
func each(s *Statement, do func(*Statement, Word)) {
	for _, w := range s.Words {
		do(s, w)
	}
	for _, in := range s.Block {
		each(in, do)
	}
}

// FuzzRead reads a text and the two files a and b.conf that it may include.
func FuzzRead(f *testing.F) {
	for _, name := range configurations(f) {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add("include a", "include *.conf", string(text))
	}
	names, err := filepath.Glob("testdata/read/*.txtar")
	if err != nil || len(names) == 0 {
		f.Fatal("no archives", err)
	}
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		text, _ := member(archive, "t.conf")
		f.Add(text, text, "x {")
		f.Add("x { include {a,b.conf} }", "}", text)
		f.Add("$A= \\\ninclude a \\\ny $B\n~SEQ(B,1,2) $A", "includea {b,c}*", text)
	}
	f.Fuzz(func(t *testing.T, text, a, b string) {
		fsys := fstest.MapFS{"etc/keepalived/a": {Data: []byte(a), Mode: 0o644}, "etc/keepalived/b.conf": {Data: []byte(b), Mode: 0o644}}
		h := host{id: "main", fsys: fsys, limit: limits{work: 1 << 18, nodes: 1 << 12}, spans: true}
		out, problems := h.read(text)
		if again, p := h.read(text); again != out || show(p) != show(problems) {
			t.Fatalf("the second time differs:\n%s%s\n%s%s", out, show(problems), again, show(p))
		}
		checkPlaces(t, h, text)
	})
}

// checkPlaces reads text and tells whether all places are in the files.
func checkPlaces(t *testing.T, h host, text string) {
	lines := map[string][]string{}
	known := func(span diag.Span, what string) {
		all := lines[span.File]
		if int(span.Line) > len(all) || span.Line < 1 {
			t.Fatalf("%s: %s is not in its file", what, span.Pos)
		}
		// A mistake may be behind the end: there a brace or a quote is missing.
		if end := len(all[span.Line-1]) + 1; span.Column < 1 || span.Width < 0 || int(span.Column+span.Width)-1 > end {
			t.Fatalf("%s: %s+%d is not in its line of %d", what, span.Pos, span.Width, end-1)
		}
	}
	var r *Reader
	sources := func() {
		for _, s := range r.Sources() {
			if lines[s.Name] == nil {
				lines[s.Name] = strings.Split(s.Text, "\n")
			}
		}
	}
	r = NewReader(Options{FS: h.fsys, ConfigID: h.id}, func(d diag.Diagnostic) {
		sources()
		known(d.Span, d.Error())
		for _, n := range d.Notes {
			known(diag.Span{Pos: n.Pos}, n.Text)
		}
		if d.Text == "" || d.Code == "" {
			t.Fatalf("no text or no code: %v", d)
		}
	})
	r.limits = h.limit
	for s := range r.Read(text, "t.conf", "etc/keepalived") {
		sources()
		each(s, func(s *Statement, w Word) {
			known(w.Span, w.Raw)
			if pos, ok := w.Origin(); ok {
				known(diag.Span{Pos: pos}, w.Raw)
			}
			if !strings.Contains(s.Line, w.Raw) || !w.Quoted && w.Text == "" {
				t.Fatalf("word %q of %q", w.Raw, s.Line)
			}
			if s.HasBlock && s.End.Known() {
				known(diag.Span{Pos: s.End, Width: 1}, "}")
			}
			words, err := s.Command()
			for _, c := range words {
				known(c.Span, c.Raw)
			}
			if err == nil && len(words) == 0 {
				t.Fatalf("no words in %q", s.Line)
			}
		})
	}
	sources()
}

// FuzzTree holds that the layout of any text is where it says.
func FuzzTree(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) { checkLayout(t, text) })
}
