// Package pairs_test runs the suite interop in mixed pairs of routers, the suite
// better, which vipd passes and keepalived is on record to fail, and the suite
// checkers, which is long. Each scenario has a guest of its own, as with viplab run,
// so that they run side by side.
package pairs_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/viplab/viplab/lab"
	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/ha"
	"github.com/viplab/viplab/lab/job"
	"github.com/viplab/viplab/lab/kernel"
	"github.com/viplab/viplab/reports"
	"github.com/viplab/viplab/scenarios"
)

// TestMain runs on the host: the jobs that the tests start are what runs in a
// kernel. As such a job this is "pairs.test job DIR".
func TestMain(m *testing.M) {
	lab.Hook()
	if len(os.Args) == 3 && os.Args[1] == "job" {
		if err := job.Execute(context.Background(), os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// choose takes the kernel that viplab run takes.
func choose(t *testing.T) kernel.Kernel {
	t.Helper()
	k, _, err := kernel.Choose(t.Context(), kernel.BackendAuto, kernel.ClockAuto, kernel.FeatureMacvlan, kernel.FeatureIPVS)
	if err != nil {
		t.Fatal(err)
	}
	if k.Clock == kernel.ClockReal && testing.Short() {
		t.Skip("takes half an hour on the real clock; run without -short")
	}
	return k
}

// cast finds daemons, vipd where make build has left it unless the caller has said
// where it is.
func cast(t *testing.T, name string) ha.Cast {
	t.Helper()
	if os.Getenv("VIPLAB_VIPD") == "" {
		built, err := filepath.Abs("../../bin/vipd")
		if err != nil {
			t.Fatal(err)
		}
		t.Setenv("VIPLAB_VIPD", built)
	}
	c, err := ha.FindCast(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// each runs the scenarios of a suite with daemons and hands out what came of it.
func each(t *testing.T, suite string, casts []string, judge func(*testing.T, job.Spec, reports.Result)) {
	k := choose(t)
	selected, err := scenarios.Select(suite)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range casts {
		daemons := cast(t, name)
		for _, s := range selected {
			spec := job.Spec{Scenario: s, Daemons: daemons}
			t.Run(s.Name+"/"+name, func(t *testing.T) {
				t.Parallel()
				if unfit, err := spec.Unfit(); err != nil || unfit != "" {
					t.Fatal(unfit, err)
				}
				runner := job.Runner{Kernel: k, Command: []string{"job"}}
				results, err := runner.Run(t.Context(), t.TempDir(), []job.Spec{spec})
				if err != nil {
					t.Fatal(err)
				}
				judge(t, spec, results[0])
			})
		}
	}
}

// TestInterop: every form of the protocol passes in mixed pairs, either as the
// better router. (viplab run --daemon vipd,keepalived interop has the others.)
func TestInterop(t *testing.T) {
	mixed := slices.DeleteFunc(ha.CastNames(), func(name string) bool { return slices.Contains(ha.Names(), name) })
	each(t, "interop", mixed, func(t *testing.T, _ job.Spec, r reports.Result) { passes(t, r) })
}

// TestBetter: vipd passes, and what is on record of keepalived holds.
func TestBetter(t *testing.T) {
	each(t, "better", ha.Names(), func(t *testing.T, spec job.Spec, r reports.Result) {
		if spec.Scenario.Fails[r.Daemon] == nil {
			passes(t, r)
			return
		}
		if text, same := spec.Scenario.Compare(r.Daemon, r.Checks); !same || r.Verdict != expect.Fail {
			t.Errorf("%s: %s %s", r.Verdict, text, r.Reason)
		}
	})
}

// TestCheckers: both daemons check the health of misbehaving servers to the
// millisecond alike.
func TestCheckers(t *testing.T) {
	each(t, "checkers", ha.Names(), func(t *testing.T, _ job.Spec, r reports.Result) { passes(t, r) })
}

func passes(t *testing.T, r reports.Result) {
	t.Helper()
	if r.Verdict == expect.Pass {
		return
	}
	t.Errorf("%s %s", r.Verdict, r.Reason)
	for _, c := range r.Checks {
		if c.Verdict != expect.Pass {
			t.Errorf("%s %s [%s]: %s\n  want %s\n  got  %s", c.Verdict, c.ID, c.Node, c.Title, c.Want, c.Got)
		}
	}
}
