package daemon

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
)

// readyEnv tells a process that it is the one in the background: descriptor
// readyFD is the pipe on which it says that it is up.
const (
	readyEnv = "VIPD_READY"
	readyFD  = 3
)

// inBackground reports whether we were started by background.
func inBackground() bool { return os.Getenv(readyEnv) != "" }

// background starts this program again in a session of its own and returns
// once that is up, or with its exit status. A Go program cannot fork: its
// threads would be missing.
func background(o *Options, stderr io.Writer) int {
	in, out, err := os.Pipe()
	if err != nil {
		fmt.Fprintf(stderr, "vipd: create pipe: %v\n", err)
		return exitFatal
	}
	defer in.Close()
	cmd := exec.Command("/proc/self/exe", o.Args[1:]...)
	cmd.Args[0] = o.Args[0]
	cmd.Env = append(os.Environ(), readyEnv+"=1")
	cmd.ExtraFiles = []*os.File{out}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if o.Console {
		cmd.Stderr = os.Stderr
	}
	err = cmd.Start()
	out.Close()
	if err != nil {
		fmt.Fprintf(stderr, "vipd: start in the background: %v\n", err)
		return exitFatal
	}
	if n, _ := in.Read(make([]byte, 1)); n == 1 {
		return exitOK
	}
	var status *exec.ExitError
	if err := cmd.Wait(); errors.As(err, &status) && status.ExitCode() > 0 {
		return status.ExitCode()
	}
	return exitFatal
}

// detach is the first thing in the background: what was inherited is let go.
// The function that it returns tells the parent that we are up.
func detach(o *Options) (up func(), err error) {
	if err := o.absolute(); err != nil {
		return nil, err
	}
	if err := os.Unsetenv(readyEnv); err != nil {
		return nil, fmt.Errorf("unset %s: %w", readyEnv, err)
	}
	if err := os.Chdir("/"); err != nil {
		return nil, fmt.Errorf("leave working directory: %w", err)
	}
	syscall.CloseOnExec(readyFD)
	pipe := os.NewFile(readyFD, "ready")
	return func() {
		_, _ = pipe.Write([]byte{1}) // nobody waits if the parent was killed
		pipe.Close()
	}, nil
}
