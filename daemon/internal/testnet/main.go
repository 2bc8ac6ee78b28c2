// Package testnet makes small networks for tests: hosts are network
// namespaces, held by threads alone, so that nothing of them outlives the test
// process.
package testnet

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// insideEnv tells a test process that it was started again in namespaces.
const insideEnv = "TESTNET_INSIDE"

// Main runs the tests of m; call it from TestMain. An ordinary user's process
// is started again in a user namespace, where it may make networks; where that
// is forbidden, tests that call New are skipped.
func Main(m *testing.M) int {
	if os.Geteuid() == 0 || os.Getenv(insideEnv) != "" {
		return m.Run()
	}
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Env = append(os.Environ(), insideEnv+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
	}
	if err := cmd.Start(); err != nil {
		return m.Run()
	}
	var status *exec.ExitError
	if err := cmd.Wait(); errors.As(err, &status) {
		return max(status.ExitCode(), 1)
	} else if err != nil {
		return 1
	}
	return 0
}
