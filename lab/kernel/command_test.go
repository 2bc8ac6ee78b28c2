package kernel

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDeadlineOf(t *testing.T) {
	tests := []struct {
		name   string
		clock  Clock
		wanted time.Duration
		want   time.Duration
	}{
		{"a clock that runs away needs an end", ClockIdeal, 0, DefaultDeadline},
		{"virtual too", ClockVirtual, 0, DefaultDeadline},
		{"the real clock does not", ClockReal, 0, 0},
		{"negative is none", ClockIdeal, -1, 0},
		{"what is asked for", ClockReal, time.Minute, time.Minute},
	}
	for _, tt := range tests {
		if got := deadlineOf(tt.clock, tt.wanted); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestBeatOf(t *testing.T) {
	tests := []struct {
		name     string
		clock    Clock
		watchdog time.Duration
		want     time.Duration
	}{
		{"lab time passes in no time", ClockIdeal, time.Second, 10 * time.Second},
		{"several beats fit into a short patience", ClockReal, time.Second, 250 * time.Millisecond},
		{"on a virtual clock computing takes time", ClockVirtual, time.Second, 250 * time.Millisecond},
		{"a long patience does not need more", ClockReal, time.Hour, 10 * time.Second},
		{"no watchdog", ClockReal, 0, 10 * time.Second},
		{"never a busy loop", ClockReal, time.Nanosecond, 10 * time.Millisecond},
	}
	for _, tt := range tests {
		if got := beatOf(tt.clock, tt.watchdog); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestWatchdogOf(t *testing.T) {
	for wanted, want := range map[time.Duration]time.Duration{0: DefaultWatchdog, -1: 0, time.Second: time.Second} {
		if got := watchdogOf(wanted); got != want {
			t.Errorf("watchdog %s: got %s, want %s", wanted, got, want)
		}
	}
}

func TestNewJobRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]Command{
		"no command":                {},
		"a share that is not there": {Args: []string{"true"}, Share: []string{"/nonexistent"}},
		"a share that is a file":    {Args: []string{"true"}, Share: []string{file}},
	}
	for name, c := range tests {
		if _, err := newJob(Kernel{}, c); !errors.Is(err, ErrUsage) {
			t.Errorf("%s: got error %v, want ErrUsage", name, err)
		}
	}
}

func TestNewJobMakesPathsAbsolute(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("out", 0o755); err != nil {
		t.Fatal(err)
	}
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	j, err := newJob(Kernel{Clock: ClockReal}, Command{Args: []string{"true"}, Dir: "out", Share: []string{"out"}})
	if err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(wd, "out")
	if diff := cmp.Diff([]string{want, want}, []string{j.Dir, j.Share[0]}); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
}

func TestCompact(t *testing.T) {
	for d, want := range map[time.Duration]string{
		10 * time.Minute: "10m", time.Hour: "1h", 90 * time.Second: "1m30s", 10 * time.Second: "10s", 0: "0s",
		time.Hour + time.Second: "1h0m1s", 1500 * time.Millisecond: "1.5s",
	} {
		if got := compact(d); got != want {
			t.Errorf("%v: got %q, want %q", d.Seconds(), got, want)
		}
	}
}

func TestRunEnvHidesOuterRuns(t *testing.T) {
	j := job{Run: "inner", Kernel: Kernel{Backend: BackendUML, Clock: ClockIdeal}, Env: []string{
		"PATH=/bin", envRunID + "=outer", envRunner + "={}", envRole + "=host", envJob + "=x", envRunID + "X=kept"}}
	got, err := runEnv(j)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"PATH=/bin", envRunID + "X=kept", envRunID + "=inner",
		envRunner + `={"backend":"uml","clock":"ideal","release":"","run":"inner"}`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
}

func TestCurrent(t *testing.T) {
	t.Setenv(envRunner, `{"backend":"uml","clock":"ideal","release":"6.1","features":["ipvs"],"run":"r"}`)
	got, ok := Current()
	if want := (Runner{Kernel: Kernel{Backend: BackendUML, Clock: ClockIdeal, Release: "6.1", Features: []Feature{FeatureIPVS}}, Run: "r"}); !ok || !cmp.Equal(want, got) {
		t.Errorf("got %v, %t", cmp.Diff(want, got), ok)
	}
	if !got.Has(FeatureIPVS) || got.Has(FeatureNetem) {
		t.Errorf("features are wrong: %v", got.Features)
	}
	for _, text := range []string{"", "{"} {
		t.Setenv(envRunner, text)
		if r, ok := Current(); ok {
			t.Errorf("with %q it takes itself to run in %v", text, r)
		}
	}
}

func TestReportOutsideOfARunner(t *testing.T) {
	t.Setenv(envRunner, "")
	if err := Report("nothing"); err != nil {
		t.Error(err)
	}
}
