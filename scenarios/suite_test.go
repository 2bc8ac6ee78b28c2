package scenarios_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/viplab/viplab/lab"
	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/ha"
	"github.com/viplab/viplab/lab/job"
	"github.com/viplab/viplab/lab/kernel"
	"github.com/viplab/viplab/scenarios"
)

// TestMain runs on the host: what the tests start is what runs in a kernel, each
// job in one of its own. As such a job this is "scenarios.test job DIR".
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

// TestScenarios runs what viplab run runs, with both daemons, as a
// ginkgo suite: ginkgo's filters, reports and focus work on them.
func TestScenarios(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "scenarios")
}

var _ = Describe("scenario", func() {
	all, err := scenarios.All()
	if err != nil {
		Fail(err.Error())
	}
	for _, s := range all {
		if slices.Contains([]string{"interop", "better", "checkers"}, s.Suite) {
			continue // package pairs runs them, side by side
		}
		for _, name := range ha.Names() {
			It(s.ID()+" with "+name, Label(s.Suite, s.Topology, name), func(ctx SpecContext) {
				cast, err := ha.FindCast(ctx, name)
				Expect(err).NotTo(HaveOccurred())
				spec := job.Spec{Scenario: s, Daemons: cast}
				unfit, err := spec.Unfit()
				Expect(err).NotTo(HaveOccurred())
				if unfit != "" {
					Skip(unfit)
				}
				k, _, err := kernel.Choose(ctx, kernel.BackendAuto, kernel.ClockAuto, kernel.FeatureIPVS)
				Expect(err).NotTo(HaveOccurred())
				runner := job.Runner{Kernel: k, Command: []string{"job"}}
				results, err := runner.Run(ctx, GinkgoT().TempDir(), []job.Spec{spec})
				Expect(err).NotTo(HaveOccurred())
				result := results[0]
				for _, c := range result.Checks {
					if c.Verdict != expect.Pass {
						AddReportEntry(c.ID, c.Title+"\nwant "+c.Want+"\ngot  "+c.Got)
					}
				}
				Expect(result.Verdict).To(Equal(expect.Pass), result.Reason)
			})
		}
	}
})

// The suite uses the vipd that make build has left, unless the caller has said
// where it is.
var _ = BeforeSuite(func() {
	if os.Getenv("VIPLAB_VIPD") != "" {
		return
	}
	built, err := filepath.Abs("../bin/vipd")
	Expect(err).NotTo(HaveOccurred())
	Expect(built).To(BeAnExistingFile(), "run make build first")
	Expect(os.Setenv("VIPLAB_VIPD", built)).To(Succeed())
})
