package diag

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// FuzzWrite shows any line with any place: what comes out must be harmless to
// a terminal.
func FuzzWrite(f *testing.F) {
	for file, text := range sampleFiles {
		if len(text) < 1<<16 {
			f.Add(file, text, "text", "help", int32(5), int32(4), int32(3), 80)
		}
	}
	f.Add("f", "\t界\xff", "\x1b", "\u202e", int32(1), int32(-1), int32(1<<31-1), -1)
	f.Fuzz(func(t *testing.T, file, source, text, help string, line, column, length int32, width int) {
		l := List{{
			Span: Span{Pos{file, line, column}, length}, Severity: Severity(length), Code: Code(help), Text: text, Help: help,
			Notes: []Note{{Pos{text, column, line}, help}},
		}}
		lookup := Lines(func(string) (string, bool) { return source, true })
		width %= 1 << 12 // lines are padded up to it
		var b strings.Builder
		if err := l.Write(&b, Text{Source: lookup, Width: width}); err != nil {
			t.Fatal(err)
		}
		harmless(t, b.String())
		b.Reset()
		if err := l.WriteJSON(&b, JSON{Source: lookup}); err != nil {
			t.Fatal(err)
		}
		harmless(t, b.String())
		if !json.Valid([]byte(b.String())) {
			t.Errorf("not JSON: %s", b.String())
		}
	})
}

func harmless(t *testing.T, out string) {
	t.Helper()
	if !utf8.ValidString(out) {
		t.Errorf("not UTF-8: %q", out)
	}
	for _, r := range out {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Fatalf("%U in %q", r, out)
		}
	}
}

// FuzzExcerpt holds excerpts to their width and marks to their text.
func FuzzExcerpt(f *testing.F) {
	for _, text := range sampleFiles {
		if len(text) < 1<<16 {
			f.Add(text, 40, 7, 60)
		}
	}
	f.Fuzz(func(t *testing.T, line string, column, length, width int) {
		width = min(max(width, 30), 1000)
		e := newExcerpt(line, column, length, width)
		if n := cells(e.text); n > width {
			t.Errorf("text takes %d cells of %d: %q", n, width, e.text)
		}
		if n := len(e.marks); n > width+1 {
			t.Errorf("marks take %d cells of %d", n, width)
		}
		want := ""
		if column > 0 {
			want = "^"
		}
		if got := strings.TrimRight(strings.TrimLeft(e.marks, " "), "~"); got != want {
			t.Errorf("marks %q", e.marks)
		}
	})
}
