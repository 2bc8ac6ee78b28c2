package diag

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExitStatus(t *testing.T) {
	of := func(s ...Severity) List {
		var l List
		for _, s := range s {
			l = append(l, Diagnostic{Severity: s})
		}
		return l
	}
	for i, row := range []struct {
		l             List
		plain, strict int
	}{
		{nil, 0, 0},
		{of(Warning), 0, 5},
		{of(Insecure), 6, 6},
		{of(Warning, Insecure), 6, 5},
		{of(Error, Warning), 5, 5},
		{of(Fatal, Error, Insecure, Warning), 4, 4},
		{of(Warning, Insecure, Error, Fatal), 4, 4},
	} {
		before := slices.Clone(row.l)
		if got, strict := row.l.ExitStatus(false), row.l.ExitStatus(true); got != row.plain || strict != row.strict {
			t.Errorf("row %d: %d and strict %d, want %d and %d", i, got, strict, row.plain, row.strict)
		}
		if diff := cmp.Diff(before, row.l); diff != "" {
			t.Errorf("strict has changed the list:\n%s", diff)
		}
	}
}

func TestSort(t *testing.T) {
	p := func(file string, line, column int32) Diagnostic {
		return Diagnostic{Span: Span{Pos: Pos{file, line, column}}}
	}
	want := List{p("b", 1, 2), p("b", 2, 1), p("a", 1, 1), p("", 0, 0), p("c", 1, 1), p("d", 1, 1)}
	got := List{want[5], want[3], want[2], want[1], want[4], want[0]}
	got.Sort([]string{"b", "a", "b"})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestErrorIsClean(t *testing.T) {
	d := Diagnostic{Span: Span{Pos: Pos{"a\x1b", 1, 2}}, Severity: Error, Code: BadText, Text: "b\n\u202e", Help: "c\xff"}
	want := `a\x1b:1:2: error: b\n\u202e; c\xff [bad-text]`
	if got := d.Error(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := fmt.Sprint(List{d, d}); got != want+"\n"+want {
		t.Errorf("list: %s", got)
	}
}
