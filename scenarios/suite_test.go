package scenarios_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/viplab/viplab/lab"
	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/ha"
	"github.com/viplab/viplab/lab/job"
	"github.com/viplab/viplab/lab/kernel"
	"github.com/viplab/viplab/scenarios"
)

func TestMain(m *testing.M) { lab.Main(m, kernel.FeatureIPVS) }

// TestScenarios runs what viplab run runs, with both daemons, as a
// ginkgo suite: ginkgo's filters, reports and focus work on them.
func TestScenarios(t *testing.T) {
	RegisterFailHandler(Fail)
	suite, reporter := GinkgoConfiguration()
	suite.Timeout = 1000 * time.Hour // of lab time; the go command bounds the host's
	RunSpecs(t, "scenarios", suite, reporter)
}

var _ = Describe("scenario", func() {
	all, err := scenarios.All()
	if err != nil {
		Fail(err.Error())
	}
	for _, s := range all {
		if s.Suite == "interop" || s.Suite == "better" {
			continue // package pairs runs them, in mixed pairs
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
				run := GinkgoT().TempDir()
				dir := spec.Dir(run)
				Expect(spec.Prepare(dir)).To(Succeed())
				Expect(job.Execute(ctx, dir)).To(Succeed())
				result, err := job.Judge(run, dir)
				Expect(err).NotTo(HaveOccurred())
				for _, c := range result.Checks {
					if c.Verdict != expect.Pass {
						AddReportEntry(c.ID, c.Title+"\nwant "+c.Want+"\ngot  "+c.Got)
					}
				}
				Expect(result.Verdict).To(Equal(expect.Pass))
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
