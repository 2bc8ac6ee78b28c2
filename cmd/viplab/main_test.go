package main

import (
	"cmp"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/viplab/viplab/lab"
)

// asViplab makes the test binary be viplab itself, in a process of its own.
const asViplab = "VIPLAB_TEST_AS_VIPLAB"

func TestMain(m *testing.M) {
	lab.Hook()
	if os.Getenv(asViplab) != "" {
		os.Exit(run())
	}
	testscript.Main(m, map[string]func(){"viplab": func() { os.Exit(run()) }})
}

// TestCommandLine runs the scripts of testdata: what is typed, what is said, and
// the exit status.
func TestCommandLine(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			for _, name := range []string{"HOME", "XDG_CACHE_HOME", "VIPLAB_NODE"} {
				e.Setenv(name, os.Getenv(name))
			}
			built, err := filepath.Abs("../../bin/vipd") // make build leaves it there
			e.Setenv("VIPLAB_VIPD", cmp.Or(os.Getenv("VIPLAB_VIPD"), built))
			return err
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"status": status},
	})
}
