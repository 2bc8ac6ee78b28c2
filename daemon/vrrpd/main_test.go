package vrrpd

import (
	"os"
	"os/exec"
	"testing"

	"go.uber.org/goleak"
)

// beRaised says that this process is there to be changed.
const beRaised = "VRRPD_TEST_RAISED"

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// again runs a test in a process of its own.
func again(t *testing.T) {
	t.Helper()
	cmd := exec.Command("/proc/self/exe", "-test.run", "^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), beRaised+"=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
