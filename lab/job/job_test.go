package job

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/ha"
)

// prepared is a job of the pair whose timeline is text.
func prepared(t *testing.T, timeline string) (run, dir string) {
	t.Helper()
	run = t.TempDir()
	s := Spec{Scenario: steady(3), Daemons: ha.Cast{{Name: "keepalived", Version: "2.2.7"}}}
	dir = s.Dir(run)
	if err := s.Prepare(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, timelineFile), []byte(timeline), 0o644); err != nil {
		t.Fatal(err)
	}
	return run, dir
}

func TestPreparedJobIsReadAgain(t *testing.T) {
	_, dir := prepared(t, "")
	got, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := Spec{Scenario: steady(3), Daemons: ha.Cast{{Name: "keepalived", Version: "2.2.7"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	configs, err := readConfigs(filepath.Join(dir, configsDir))
	if err != nil || len(configs) != 2 || configs["keepalive130"].Instances[0].VRID != 33 {
		t.Errorf("configurations: %v, %v", configs, err)
	}
}

// A run that was cut short is judged by what there is: nothing passes that was
// not seen.
func TestJudgeOfARunThatWasCutShort(t *testing.T) {
	const info = `{"seq":1,"t":0.1,"kind":"info","info":{"lab":"x","backend":"uml","release":"6","clock":"ideal","ipvs":true,"scheduler_error_seconds":0}}` + "\n"
	const begun = `{"seq":2,"t":0.2,"kind":"step","step":{"index":0,"name":"start both and wait","phase":"begin"}}` + "\n"
	const over = `{"seq":3,"t":9.5,"kind":"step","step":{"index":0,"name":"start both and wait","phase":"end"}}` + "\n"
	for _, tc := range []struct {
		name, timeline string
		verdict        expect.Verdict
		got            string
		seconds        float64
	}{
		{"before its first event", "", expect.Error, "ended before this step", 0},
		{"within the step", info + begun, expect.Error, "ended before this step", 0.2},
		{"within a line", info + begun + `{"seq":3,"t":9`, expect.Error, "ended before this step", 0.2},
		{"with nothing on the wire", info + begun + over, expect.Fail, "", 9.5},
	} {
		t.Run(tc.name, func(t *testing.T) {
			run, dir := prepared(t, tc.timeline)
			r, err := Judge(run, dir)
			if err != nil {
				t.Fatal(err)
			}
			if r.Verdict != tc.verdict || r.LabSeconds != tc.seconds || !strings.Contains(r.Checks[0].Got, tc.got) {
				t.Errorf("got %s after %g s: %+v", r.Verdict, r.LabSeconds, r.Checks)
			}
			if want := "bench/master-backup/steady/keepalived/timeline.ndjson"; r.Artifacts.Timeline != want {
				t.Errorf("timeline is %s, want %s", r.Artifacts.Timeline, want)
			}
		})
	}
	run, dir := prepared(t, "no JSON\n"+info)
	if _, err := Judge(run, dir); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("a damaged timeline: got %v", err)
	}
}

func TestSkip(t *testing.T) {
	s := Spec{Scenario: steady(3), Daemons: ha.Cast{{Name: "vipd"}}}
	r := s.Skip("vipd has no lvs yet", false)
	if r.Verdict != expect.Skip || r.Environment || r.Reason == "" || r.Scenario != "bench/master-backup/steady" {
		t.Errorf("got %+v", r)
	}
}

func TestUnfit(t *testing.T) {
	traps := steady(3)
	traps.Needs.Daemon = []string{"snmp"}
	vipd, keepalived := ha.Daemon{Name: "vipd"}, ha.Daemon{Name: "keepalived"}
	for _, tc := range []struct {
		spec Spec
		want string
	}{
		{Spec{Scenario: steady(3), Daemons: ha.Cast{vipd, keepalived}}, ""},
		{Spec{Scenario: steady(3), Daemons: ha.Cast{keepalived}}, ""},
		{Spec{Scenario: traps, Daemons: ha.Cast{keepalived, vipd}}, "vipd has no snmp yet"},
		{Spec{Scenario: steady(3), Daemons: ha.Cast{vipd, vipd, keepalived}}, "has 2"},
	} {
		got, err := tc.spec.Unfit()
		if err != nil || !strings.Contains(got, tc.want) || (tc.want == "") != (got == "") {
			t.Errorf("%s: got %q, %v, want %q", tc.spec.Daemons.Name(), got, err, tc.want)
		}
	}
}
