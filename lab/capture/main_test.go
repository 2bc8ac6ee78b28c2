package capture

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/viplab/viplab/lab/capture/nstest"
)

func TestMain(m *testing.M) { os.Exit(nstest.Main(func() int { return run(m) })) }

// run adds leak checks for goroutines and descriptors to the tests' status.
func run(m *testing.M) int {
	before := nstest.Descriptors()
	code := m.Run()
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if leaked := nstest.Leaked(before); len(leaked) > 0 {
		fmt.Fprintln(os.Stderr, "descriptors left open:", leaked)
		return 1
	}
	return code
}
