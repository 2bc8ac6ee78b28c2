package job

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/viplab/viplab/lab"
	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/ha"
	"github.com/viplab/viplab/lab/kernel"
	"github.com/viplab/viplab/lab/scenario"
)

// TestMain runs on the host: the jobs that the tests start are what runs in a
// kernel. As such a job this is "job.test job DIR".
func TestMain(m *testing.M) {
	lab.Hook()
	if len(os.Args) == 3 && os.Args[1] == "job" {
		if err := Execute(context.Background(), os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// steady is n adverts, a second each, of a pair that nothing happens to.
func steady(n int) *scenario.Scenario {
	return &scenario.Scenario{
		Name: "steady", Title: "Nothing happens", Suite: "bench", Topology: "master-backup",
		Steps: []*scenario.Step{{
			Name:   "start both and wait",
			Do:     []scenario.Action{{Start: scenario.Targets{"keepalive130/keepalived", "keepalive131/keepalived"}}},
			Expect: []expect.Item{{Adverts: &expect.Adverts{VRID: 33, Node: "keepalive130", Count: n}}},
			Within: 2 * time.Duration(n) * time.Second,
		}},
	}
}

// daemon finds a daemon, vipd where make build has left it.
func daemon(tb testing.TB, name string) ha.Daemon {
	tb.Helper()
	if name == "vipd" && os.Getenv("VIPLAB_VIPD") == "" {
		built, err := filepath.Abs("../../bin/vipd")
		if err != nil {
			tb.Fatal(err)
		}
		tb.Setenv("VIPLAB_VIPD", built)
	}
	d, err := ha.Find(tb.Context(), name)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

// BenchmarkHour is one lab hour of steady adverts with two routers, in a guest on
// the ideal clock, captured, recorded and judged.
func BenchmarkHour(b *testing.B) {
	k, _, err := kernel.Choose(b.Context(), kernel.BackendUML, kernel.ClockIdeal)
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range ha.Names() {
		b.Run(name, func(b *testing.B) {
			spec := Spec{Scenario: steady(3600), Daemons: ha.Cast{daemon(b, name)}}
			var labSeconds float64
			for b.Loop() {
				r := Runner{Kernel: k, Deadline: 3 * time.Hour, Command: []string{"job"}}
				results, err := r.Run(b.Context(), b.TempDir(), []Spec{spec})
				if err != nil {
					b.Fatal(err)
				}
				if got := results[0]; got.Verdict != expect.Pass {
					b.Fatalf("%s: %s %+v", got.Verdict, got.Reason, got.Checks)
				}
				labSeconds += results[0].LabSeconds
			}
			b.ReportMetric(labSeconds/b.Elapsed().Seconds(), "lab-s/host-s")
		})
	}
}
