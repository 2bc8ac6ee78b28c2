package kernel

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// guestControl is the serial line on which a guest hears its host.
const guestControl = "/dev/ttyS0"

// settleTime is the lab time that a guest's timers get to come up. It costs next
// to no host time.
const settleTime = 100 * time.Millisecond

// guestMain is the init of a guest kernel. The kernel runs it on the host's file
// system, read only; it ends with the guest switched off.
func guestMain(jobFile string) {
	if err := guestInit(jobFile); err != nil {
		complain(err) // goes to the console, which the host shows if the guest fails
	}
	if err := unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF); err != nil {
		complain(fmt.Errorf("switch the guest off: %w", err))
	}
}

func guestInit(jobFile string) error {
	data, err := os.ReadFile(jobFile)
	if err != nil {
		return fmt.Errorf("read the job: %w", err)
	}
	var j job
	if err := json.Unmarshal(data, &j); err != nil {
		return fmt.Errorf("read the job: %w", err)
	}
	if err := os.Unsetenv(envJob); err != nil {
		return err
	}
	dir, err := openRunFolder(filepath.Dir(j.Events))
	if err != nil {
		return err
	}
	defer dir.Close()
	events, err := openIn(dir, filepath.Base(j.Events))
	if err != nil {
		return err
	}
	defer events.Close()
	log := newEventLog(events)
	control, err := guestSetup(j)
	if err != nil {
		return errors.Join(err, log.emit(frameFailed, []byte(err.Error())), log.emit(frameExit, exitPayload(exitRunnerFailed)))
	}
	defer control.Close()
	return newRunner(j, control, log, newPieceInput(dir, j.Pieces)).run()
}

// guestSetup makes the guest a place to work in.
func guestSetup(j job) (control *os.File, err error) {
	if err := loadModules(j.Kernel.Modules); err != nil {
		return nil, err
	}
	if err := buildGuestRoot(j); err != nil {
		return nil, err
	}
	if j.Kernel.Clock != ClockReal {
		// The kernel's timers get their high resolution at its first ticks, which on
		// an ideal clock no boot waits for: the first wait would be 5 ms late.
		time.Sleep(settleTime)
	}
	if err := unix.Sethostname([]byte(j.Hostname)); err != nil {
		return nil, fmt.Errorf("set the host name: %w", err)
	}
	if err := setLoopbackUp(); err != nil {
		return nil, err
	}
	// As a usual distribution has it: many daemons raise their limit on open files.
	limit := unix.Rlimit{Cur: 1024, Max: 1 << 19}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return nil, fmt.Errorf("set the limit of open files: %w", err)
	}
	return openRawLine(guestControl)
}

// openRunFolder opens the run's folder on the host for writing, while the root is
// still the host's, read only: it gets a writable hostfs of its own, which stays
// reachable through the open folder alone.
func openRunFolder(path string) (*os.File, error) {
	const point = "/proc" // every host has it, and the guest's own comes later
	if err := mount("none", point, "hostfs", 0, path); err != nil {
		return nil, err
	}
	dir, err := os.Open(point)
	if err != nil {
		return nil, fmt.Errorf("open the run's folder: %w", err)
	}
	if err := unix.Unmount(point, unix.MNT_DETACH); err != nil {
		return nil, errors.Join(fmt.Errorf("unmount the run's folder: %w", err), dir.Close())
	}
	return dir, nil
}

func openIn(dir *os.File, name string) (*os.File, error) {
	fd, err := unix.Openat(int(dir.Fd()), name, unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open the run's %s: %w", name, err)
	}
	return os.NewFile(uintptr(fd), name), nil
}

// openRawLine opens a serial line that passes every byte through.
func openRawLine(path string) (*os.File, error) {
	line, err := os.OpenFile(path, os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, fmt.Errorf("open the control line: %w", err)
	}
	term, err := unix.IoctlGetTermios(int(line.Fd()), unix.TCGETS)
	if err == nil {
		term.Iflag, term.Oflag, term.Lflag = 0, 0, 0
		term.Cflag = term.Cflag&^(unix.CSIZE|unix.PARENB) | unix.CS8 | unix.CREAD | unix.CLOCAL
		term.Cc[unix.VMIN], term.Cc[unix.VTIME] = 1, 0
		err = unix.IoctlSetTermios(int(line.Fd()), unix.TCSETS, term)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make the control line raw: %w", err), line.Close())
	}
	return line, nil
}
