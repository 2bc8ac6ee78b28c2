package main

import (
	"os"
	"testing"

	"github.com/viplab/viplab/lab"
)

// asViplab makes the test binary be viplab itself, in a process of its own.
const asViplab = "VIPLAB_TEST_AS_VIPLAB"

func TestMain(m *testing.M) {
	lab.Hook()
	if os.Getenv(asViplab) != "" {
		os.Exit(run())
	}
	os.Exit(m.Run())
}
