package kernel

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// hostInstance is a runner on the host's kernel.
type hostInstance struct {
	cmd     *exec.Cmd
	control *os.File
	events  *os.File
	stdin   feeder
	killed  sync.Once
	exited  chan error
}

func startHost(j job, c Command) (instance, error) {
	if j.Kernel.Clock != ClockReal {
		return nil, environmentf("the host's kernel has the real clock only, not %q; take --kernel uml", j.Kernel.Clock)
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this executable: %w", err)
	}
	if c.Self {
		j.Path = self
	}
	h := &hostInstance{exited: make(chan error, 1)}
	childControl, childEvents, err := h.pipes()
	if err != nil {
		return nil, err
	}
	defer childControl.Close()
	defer childEvents.Close()
	h.cmd = &exec.Cmd{
		Path: self, Args: []string{"viplab-init"}, Env: append(withoutOwn(os.Environ()), envRole+"="+roleHost, envRunID+"="+j.Run),
		Stdout: c.Stdout, Stderr: c.Stderr, ExtraFiles: []*os.File{childControl, childEvents},
		SysProcAttr: namespaces(),
	}
	h.stdin = newFrameFeeder(c.Stdin)
	if j.OwnStdin {
		h.cmd.Stdin, h.stdin = c.Stdin, noInput{}
	}
	if err := h.launch(); err != nil {
		h.close()
		return nil, hostStartError(err)
	}
	if err := h.hand(j); err != nil {
		h.kill()
		return nil, errors.Join(err, h.wait())
	}
	return h, nil
}

// pipes makes the channels and returns the runner's ends.
func (h *hostInstance) pipes() (childControl, childEvents *os.File, err error) {
	if childControl, h.control, err = os.Pipe(); err != nil {
		return nil, nil, fmt.Errorf("make a pipe: %w", err)
	}
	if h.events, childEvents, err = os.Pipe(); err != nil {
		return nil, nil, fmt.Errorf("make a pipe: %w", err)
	}
	return childControl, childEvents, nil
}

// launch starts the runner on a thread that stays until the runner ends: the
// parent death signal comes with the end of the thread that started it.
func (h *hostInstance) launch() error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := h.cmd.Start()
		started <- err
		if err == nil {
			h.exited <- h.cmd.Wait()
		}
	}()
	return <-started
}

// hand sends the job.
func (h *hostInstance) hand(j job) error {
	data, err := json.Marshal(j)
	if err != nil {
		return fmt.Errorf("encode the job: %w", err)
	}
	if err := writeFrame(h.control, frameJob, data); err != nil {
		return fmt.Errorf("hand the job over: %w", err)
	}
	return nil
}

func (h *hostInstance) channels() (io.Writer, io.Reader) { return h.control, h.events }

func (h *hostInstance) input() feeder { return h.stdin }

func (h *hostInstance) kill() { h.killed.Do(func() { _ = h.cmd.Process.Kill() }) }

func (h *hostInstance) wait() error {
	err := <-h.exited
	h.close()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil // kill did that, or its last frame says more
	}
	return err
}

func (h *hostInstance) close() {
	h.control.Close()
	h.events.Close()
}

// namespaces are what a host runner lives in. Without the right to make them, a
// user namespace in which it is root gives that right.
func namespaces() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC,
		Pdeathsig:  syscall.SIGKILL,
		Setpgid:    true, // what a terminal sends comes through the caller, once
	}
	if !mayAdministrate() {
		attr.Cloneflags |= unix.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	return attr
}

// mayAdministrate reports whether this process has CAP_SYS_ADMIN.
func mayAdministrate() bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return false
	}
	return data[0].Effective&(1<<unix.CAP_SYS_ADMIN) != 0
}

// hostStartError says what to do where namespaces are forbidden.
func hostStartError(err error) error {
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) || errors.Is(err, unix.ENOSPC) {
		return environmentf("make namespaces on the host's kernel: %v; run as root, or allow them: sysctl -w kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0 user.max_user_namespaces=10000", err)
	}
	return fmt.Errorf("start a runner on the host's kernel: %w", err)
}
