package scenarios

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/lab/scenario"
)

// sample has names that collide on purpose.
func sample() []*scenario.Scenario {
	var all []*scenario.Scenario
	for _, id := range [][3]string{
		{"course", "web", "stop"}, {"course", "web", "kill-all"}, {"course", "pair", "stop"},
		{"course", "pair", "preempt"}, {"drills", "web", "kill-one"},
	} {
		all = append(all, &scenario.Scenario{Suite: id[0], Topology: id[1], Name: id[2]})
	}
	return all
}

func TestChoose(t *testing.T) {
	for _, tc := range []struct {
		name  string
		names []string
		want  []string
	}{
		{"nothing named", nil, ids(sample())},
		{"suite", []string{"drills"}, []string{"drills/web/kill-one"}},
		{"topology, over suites", []string{"web"}, []string{"course/web/stop", "course/web/kill-all", "drills/web/kill-one"}},
		{"suite and topology", []string{"course/web"}, []string{"course/web/stop", "course/web/kill-all"}},
		{"full name", []string{"course/pair/stop"}, []string{"course/pair/stop"}},
		{"topology and name", []string{"web/stop"}, []string{"course/web/stop"}},
		{"name", []string{"preempt"}, []string{"course/pair/preempt"}},
		{"part", []string{"l-one"}, []string{"drills/web/kill-one"}},
		{"part across slashes", []string{"r/pre"}, []string{"course/pair/preempt"}},
		{"pattern for names", []string{"kill-*"}, []string{"course/web/kill-all", "drills/web/kill-one"}},
		{"pattern for IDs", []string{"course/*/stop"}, []string{"course/web/stop", "course/pair/stop"}},
		{"pattern for topologies", []string{"p?ir"}, []string{"course/pair/stop", "course/pair/preempt"}},
		{"order of the names, each once", []string{"preempt", "course", "preempt"}, []string{
			"course/pair/preempt", "course/web/stop", "course/web/kill-all", "course/pair/stop"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := Choose(sample(), tc.names...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, ids(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestChooseRefuses(t *testing.T) {
	for _, tc := range []struct {
		name  string
		names []string
		want  string
	}{
		{"name of several", []string{"stop"}, `scenario "stop" could be course/web/stop or course/pair/stop`},
		{"part of several", []string{"kill"}, `scenario "kill" could be course/web/kill-all or drills/web/kill-one`},
		{"typo in a suite", []string{"cuorse"}, `unknown scenario or suite "cuorse", did you mean course?`},
		{"typo in a name", []string{"web/kil-all"}, `unknown scenario or suite "web/kil-all", did you mean web/kill-all?`},
		{"nothing near", []string{"xyzxyzxyz"}, `unknown scenario or suite "xyzxyzxyz"`},
		{"empty", []string{""}, `unknown scenario or suite ""`},
		{"pattern without match", []string{"*-none"}, `no scenario matches "*-none"`},
		{"broken pattern", []string{"[a"}, `bad pattern "[a": syntax error in pattern`},
		{"several", []string{"web", "cuorse", "xyzxyzxyz"}, "unknown scenario or suite \"cuorse\", did you mean course?\nunknown scenario or suite \"xyzxyzxyz\""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := Choose(sample(), tc.names...)
			if got != nil || err == nil {
				t.Fatalf("chose %v", ids(got))
			}
			if diff := cmp.Diff(tc.want, err.Error()); diff != "" {
				t.Error(diff)
			}
			var name *NameError
			if !errors.As(err, &name) {
				t.Errorf("error is %T, want a *NameError within", err)
			}
		})
	}
}

func TestSelect(t *testing.T) {
	got, err := Select("master-backup")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"course/master-backup/preempt"}, ids(got)); diff != "" {
		t.Error(diff)
	}
	var name *NameError
	if _, err := Select("nothing-like-it-at-all"); !errors.As(err, &name) {
		t.Errorf("got %v", err)
	}
}
