package kernel

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// tryTracing tries what a guest kernel does to run its programs: to have a child
// ask to be traced. Containers' seccomp profiles and yama forbid it.
func tryTracing() error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this executable: %w", err)
	}
	// A tracer is a thread: start, kill and wait must be the same one's.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd := &exec.Cmd{Path: self, Args: []string{"viplab-traced"}, SysProcAttr: &syscall.SysProcAttr{Ptrace: true, Pdeathsig: syscall.SIGKILL}}
	if err := cmd.Start(); err != nil {
		return tracingError(err)
	}
	_ = cmd.Process.Kill() // it stops before its first instruction
	err = cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return tracingError(err)
	}
	return nil
}

func tracingError(err error) error {
	const what = "a guest kernel needs ptrace"
	scope, readErr := os.ReadFile("/proc/sys/kernel/yama/ptrace_scope")
	switch {
	case readErr == nil && strings.TrimSpace(string(scope)) > "1":
		return environmentf("%s: %v; allow it: sysctl -w kernel.yama.ptrace_scope=1", what, err)
	case errors.Is(err, unix.EPERM):
		return environmentf("%s: %v; in a container, start it with --cap-add SYS_PTRACE or --security-opt seccomp=unconfined", what, err)
	default:
		return fmt.Errorf("%s: %w", what, err)
	}
}
