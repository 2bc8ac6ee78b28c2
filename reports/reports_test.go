package reports

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/timeline"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s (-want +got):\n%s", name, d)
	}
}

func TestWrite(t *testing.T) {
	for _, tc := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"report.json", sampleReport().WriteJSON},
		{"report.txt", sampleReport().WriteText},
		{"report-colours.txt", func(w io.Writer) error { return paint(true).write(w, sampleReport()) }},
		{"nothing.txt", (&Report{}).WriteText},
		{"junit.xml", sampleReport().WriteJUnit},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := tc.write(&b); err != nil {
				t.Fatal(err)
			}
			golden(t, tc.name, b.Bytes())
			if err := tc.write(refuser{}); !errors.Is(err, errFull) {
				t.Errorf("to a full disk: got %v", err)
			}
		})
	}
}

var errFull = errors.New("no space left on device")

type refuser struct{}

func (refuser) Write([]byte) (int, error) { return 0, errFull }

// The names that scripts rely on.
func TestJSONNames(t *testing.T) {
	var b bytes.Buffer
	if err := sampleReport().WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Schema  string
		Results []map[string]json.RawMessage
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Schema != "viplab.report/1" {
		t.Errorf("schema %q", got.Schema)
	}
	for _, name := range []string{"scenario", "suite", "topology", "daemon", "daemon_version", "verdict", "reason",
		"lab_seconds", "wall_seconds", "checks", "artifacts"} {
		for i, r := range got.Results {
			if _, ok := r[name]; !ok {
				t.Errorf("result %d has no %s", i, name)
			}
		}
	}
	if s := string(got.Results[2]["checks"]); s != "[]" {
		t.Errorf("no checks are written as %s; want []", s)
	}
}

func TestJUnitParses(t *testing.T) {
	var b bytes.Buffer
	if err := sampleReport().WriteJUnit(&b); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Skipped  int `xml:"skipped,attr"`
		Suites   []struct {
			Name  string `xml:"name,attr"`
			Tests int    `xml:"tests,attr"`
			Cases []struct {
				Name string `xml:"name,attr"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Tests != 7 || got.Failures != 1 || got.Errors != 2 || got.Skipped != 1 {
		t.Errorf("totals %+v; want 7 tests, 1 failure, 2 errors, 1 skipped", got)
	}
	for _, s := range got.Suites {
		if s.Tests != len(s.Cases) {
			t.Errorf("suite %s says %d tests and has %d", s.Name, s.Tests, len(s.Cases))
		}
	}
}

func TestExitStatus(t *testing.T) {
	for _, tc := range []struct {
		name    string
		results []Result
		want    int
	}{
		{"nothing", nil, ExitNothing},
		{"all passed", []Result{{Verdict: expect.Pass}}, ExitPassed},
		{"the daemon cannot", []Result{{Verdict: expect.Pass}, {Verdict: expect.Skip}}, ExitPassed},
		{"the environment cannot", []Result{{Verdict: expect.Pass}, {Verdict: expect.Skip, Environment: true}}, ExitEnvironment},
		{"not evaluated", []Result{{Verdict: expect.Error}, {Verdict: expect.Pass}}, ExitEnvironment},
		{"left pending", []Result{{Verdict: expect.Pending}}, ExitEnvironment},
		{"failed", []Result{{Verdict: expect.Error}, {Verdict: expect.Fail}, {Verdict: expect.Pass}}, ExitFailed},
	} {
		if got := (&Report{Results: tc.results}).ExitStatus(); got != tc.want {
			t.Errorf("%s: got %d; want %d", tc.name, got, tc.want)
		}
	}
}

func TestWriteDir(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "stop"), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(dir, "stop", "timeline.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	rec := timeline.NewRecorder(func() timeline.Time { return 1 }, f)
	for _, e := range sampleEvents() {
		rec.Record(e)
	}
	if err := errors.Join(rec.Err(), f.Close()); err != nil {
		t.Fatal(err)
	}
	want := sampleReport()
	want.Results[1].Artifacts.Timeline = "../elsewhere.ndjson"
	if err := want.WriteDir(dir); err != nil {
		t.Fatal(err)
	}
	got, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got.Schema != Schema || len(got.Results) != 4 || !got.Started.Equal(want.Started) {
		t.Errorf("loaded %+v", got)
	}
	if d := cmp.Diff(want.Results[0], got.Results[0]); d != "" {
		t.Errorf("first result (-written +loaded):\n%s", d)
	}
	page, err := os.ReadFile(filepath.Join(dir, "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"kill-all web1/keepalived", "web1 is Master of VRID 51", "No picture: open timeline"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("page does not say %q", want)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 4 { // stop and three reports
		t.Errorf("%d entries, %v; want 4, no part left", len(entries), err)
	}
}

func TestLoadErrors(t *testing.T) {
	dir := t.TempDir()
	if _, err := Load(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: got %v", err)
	}
	for content, want := range map[string]string{`{"schema":"viplab.report/9"}`: "viplab.report/9", "{": "unexpected end"} {
		if err := os.WriteFile(filepath.Join(dir, "report.json"), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v; want %q", content, err, want)
		}
	}
}

func TestColours(t *testing.T) {
	env := func(pairs map[string]string) func(string) string {
		return func(k string) string { return pairs[k] }
	}
	if Colours(&bytes.Buffer{}, env(nil)) {
		t.Error("colours into a buffer")
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if Colours(f, env(nil)) {
		t.Error("colours into a file")
	}
	tty, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no terminal to be had:", err)
	}
	defer tty.Close()
	if !Colours(tty, env(nil)) {
		t.Error("no colours on a terminal")
	}
	for _, pairs := range []map[string]string{{"NO_COLOR": "1"}, {"TERM": "dumb"}} {
		if Colours(tty, env(pairs)) {
			t.Errorf("colours on a terminal with %v", pairs)
		}
	}
}
