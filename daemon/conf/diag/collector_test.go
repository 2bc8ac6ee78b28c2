package diag

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestCollector(t *testing.T) {
	var c Collector
	here, there := Span{Pos{"f", 2, 3}, 4}, Pos{"f", 1, 1}
	first := c.Error(BadText, here, "text %d", 1)
	for range 100 { // the list grows, and first still finds its own
		c.Warning(NoEffect, here, "100%%")
	}
	first.Help("help %d", 2).Note(there, "note %d", 3).Note(there, "note %d", 4)
	want := Diagnostic{here, Error, BadText, "text 1", "help 2", []Note{{there, "note 3"}, {there, "note 4"}}}
	if diff := cmp.Diff(want, c.List()[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := c.List(); len(got) != 101 || got[100].Text != "100%" {
		t.Errorf("%d diagnostics, last %v", len(got), got[len(got)-1])
	}
}

func TestCollectorSeverities(t *testing.T) {
	var c Collector
	c.Warning("", Span{}, "")
	c.Insecure("", Span{}, "")
	c.Error("", Span{}, "")
	c.Fatal("", Span{}, "")
	if got, want := c.List().Summary(), (Summary{1, 1, 1, 1}); got != want {
		t.Errorf("got %v", got)
	}
}

func TestCollectorIsBounded(t *testing.T) {
	for _, max := range []int{0, 3} {
		c := Collector{Max: max}
		limit := max
		if max == 0 {
			limit = 100_000
		}
		for range limit {
			c.Warning(NoEffect, Span{}, "")
		}
		if got := c.List(); len(got) != limit || got.Worst() != Warning {
			t.Fatalf("max %d: %d diagnostics, worst %v", max, len(got), got.Worst())
		}
		where := Span{Pos{"f", 7, 8}, 9}
		c.Fatal(VRIDClash, where, "dropped").Help("nothing").Note(Pos{}, "nothing")
		c.Warning(NoEffect, Span{}, "dropped")
		got := c.List()
		want := Diagnostic{Span: where, Severity: Fatal, Code: TooManyDiagnostics, Text: "too many diagnostics: 2 more from here on are left out"}
		if diff := cmp.Diff(want, got[len(got)-1]); diff != "" || len(got) != limit+1 {
			t.Errorf("max %d: %d diagnostics, last (-want +got):\n%s", max, len(got), diff)
		}
		c.Warning(NoEffect, Span{}, "dropped")
		if again := c.List(); len(again) != limit+1 || again[limit].Text == got[limit].Text {
			t.Errorf("max %d: %d diagnostics when asked again, last %v", max, len(again), again[limit])
		}
		if diff := cmp.Diff(want, got[limit]); diff != "" {
			t.Errorf("max %d: the first list has changed:\n%s", max, diff)
		}
	}
}

func TestCollectorCuts(t *testing.T) {
	var c Collector
	for _, prefix := range []string{"", "a", "ab"} {
		long := prefix + strings.Repeat("界", 1000)
		notes := []Note{{Text: long}}
		c.Add(Diagnostic{Text: long, Help: long, Notes: notes})
		c.Error("", Span{}, "%s", long).Help("%s", long).Note(Pos{}, "%s", long)
		if notes[0].Text != long {
			t.Error("the caller's note is cut")
		}
	}
	for _, d := range c.List() {
		for _, s := range []string{d.Text, d.Help, d.Notes[0].Text} {
			if len(s) > maxText || len(s) < maxText-3 || !utf8.ValidString(s) || !strings.HasSuffix(s, "界...") {
				t.Errorf("%d bytes: %q", len(s), s)
			}
		}
	}
}
