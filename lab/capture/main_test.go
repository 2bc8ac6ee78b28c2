package capture

import (
	"os"
	"testing"

	"github.com/viplab/viplab/lab/capture/nstest"
	"github.com/viplab/viplab/lab/kernel"
)

// TestMain runs the tests in a guest: few hosts have IPVS at hand. With the race
// detector, which does not run there, they run on the host, and those that need
// IPVS only where it is.
func TestMain(m *testing.M) {
	kernel.Main()
	if _, inside := kernel.Current(); !inside && !raceDetector {
		os.Exit(kernel.RunTests(kernel.FeatureIPVS))
	}
	os.Exit(nstest.Main(m))
}
