package syncd

import (
	"flag"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/viplab/viplab/lab/kernel"
)

// TestMain runs the tests in a guest, since few hosts have IPVS; with the race
// detector, which does not run there, on the host, where those that need IPVS are
// skipped unless it is there.
func TestMain(m *testing.M) {
	kernel.Main()
	flag.Parse()
	if _, inside := kernel.Current(); !inside && !raceDetector {
		os.Exit(kernel.RunTests(kernel.FeatureIPVS))
	}
	goleak.VerifyTestMain(m)
}
