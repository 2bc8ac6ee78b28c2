package kernel

import (
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Inherited file descriptors of a host runner's PID 1.
const (
	fdControl = 3 // frames from the host
	fdEvents  = 4 // frames to the host
)

// frameJob is the first frame that a host runner gets: the job, as JSON.
const frameJob frameKind = 'j'

// hostMain is PID 1 of fresh namespaces on the host's kernel. When it ends, the
// kernel ends every process in them.
func hostMain() int {
	events := newEventLog(os.NewFile(fdEvents, "events"))
	if err := hostInit(events); err != nil {
		// The host may be gone, which is then why this fails.
		_ = events.emit(frameFailed, []byte(err.Error()))
		_ = events.emit(frameExit, exitPayload(exitRunnerFailed))
		return exitRunnerFailed
	}
	return 0
}

func hostInit(events *eventLog) error {
	control := os.NewFile(fdControl, "control")
	first, err := readFrame(control)
	if err != nil {
		return fmt.Errorf("read the job: %w", err)
	}
	var j job
	if err := json.Unmarshal(first.payload, &j); err != nil {
		return fmt.Errorf("read the job: %w", err)
	}
	if err := os.Unsetenv(envRole); err != nil {
		return err
	}
	// Children must not hold the channels: their ends tell that a side is gone.
	unix.CloseOnExec(fdControl)
	unix.CloseOnExec(fdEvents)
	if err := hostMounts(j); err != nil {
		return err
	}
	if err := setLoopbackUp(); err != nil {
		return err
	}
	return newRunner(j, control, events, make(frameInput, 1)).run()
}

// hostMounts gives the runner its own /proc, /sys, /run and /tmp. The folder and
// the program of the job and what is shared stay visible if they lie there.
func hostMounts(j job) error {
	// Mounts made here must not reach the host, nor the host's come in.
	if err := mount("none", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	var kept keptPaths
	defer kept.close()
	if err := kept.open("", j.needed(), "/run/"); err != nil {
		return err
	}
	if err := kept.open("", j.Share, "/run/", "/tmp/"); err != nil {
		return err
	}
	const flags = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
	if err := mount("proc", "/proc", "proc", flags, ""); err != nil {
		return err
	}
	if err := mount("sysfs", "/sys", "sysfs", flags, ""); err != nil {
		return err
	}
	if err := mount("tmpfs", "/run", "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=755"); err != nil {
		return err
	}
	if err := overlayTmp(); err != nil {
		return err
	}
	return kept.bind("")
}

// overlayTmp shows the host's /tmp and keeps what is written there in memory.
func overlayTmp() error {
	base := runnerDir + "/tmp"
	for _, dir := range []string{base + "/upper", base + "/work"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("make a private /tmp: %w", err)
		}
	}
	if err := os.Chmod(base+"/upper", 0o777|os.ModeSticky); err != nil {
		return fmt.Errorf("make a private /tmp: %w", err)
	}
	return mount("overlay", "/tmp", "overlay", unix.MS_NOSUID|unix.MS_NODEV, "lowerdir=/tmp,upperdir="+base+"/upper,workdir="+base+"/work")
}
