package diag

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

func TestWriteJSON(t *testing.T) {
	var b strings.Builder
	if err := sample().WriteJSON(&b, JSON{Source: sampleSource()}); err != nil {
		t.Fatal(err)
	}
	golden(t, testdata("report.golden"), b.String())
	if i := strings.IndexFunc(b.String(), func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }); i >= 0 {
		t.Errorf("hidden character: %q", b.String()[i:])
	}

	var back Report
	if err := json.Unmarshal([]byte(b.String()), &back); err != nil {
		t.Fatal(err)
	}
	// JSON has no place for bytes that are not UTF-8.
	want := sample().Report(JSON{Source: sampleSource()})
	for i, e := range want.Diagnostics {
		want.Diagnostics[i].Source = strings.ToValidUTF8(e.Source, "\ufffd")
		want.Diagnostics[i].Help = strings.ToValidUTF8(e.Help, "\ufffd")
	}
	if diff := cmp.Diff(want, back); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
}

func TestReportList(t *testing.T) {
	if diff := cmp.Diff(sample(), sample().Report(JSON{}).List()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	r := sample().Report(JSON{Limit: 2})
	if want := sample(); len(r.List()) != 2 || r.Omitted != len(want)-2 || r.Summary != want.Summary() {
		t.Errorf("limit 2: %d listed, %d omitted, %v", len(r.List()), r.Omitted, r.Summary)
	}
}

func TestEmptyJSON(t *testing.T) {
	var b strings.Builder
	if err := (List)(nil).WriteJSON(&b, JSON{}); err != nil {
		t.Fatal(err)
	}
	want := `{"schema":"vipd.diagnostics/1","diagnostics":[],"summary":{"fatal":0,"errors":0,"insecure":0,"warnings":0},"omitted":0}`
	got := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, b.String())
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestSourceIsBounded(t *testing.T) {
	l := List{{Span: Span{Pos: Pos{"f", 1, 1}}}}
	for n, want := range map[int]int{maxSource: maxSource, maxSource + 1: 0} {
		r := l.Report(JSON{Source: func(string, int) (string, bool) { return strings.Repeat("x", n), true }})
		if got := len(r.Diagnostics[0].Source); got != want {
			t.Errorf("of a line of %d bytes %d are repeated, want %d", n, got, want)
		}
	}
}
