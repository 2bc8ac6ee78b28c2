package kernel

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Defaults of a Command.
const (
	// DefaultDeadline is the lab time that a run on a virtual or ideal clock gets:
	// such a clock runs away while everything waits, so it needs an end.
	DefaultDeadline = time.Hour
	// DefaultWatchdog is the host time after which a run without any sign of life
	// counts as stuck.
	DefaultWatchdog = 3 * time.Minute
	// DefaultMemory is a guest's memory in bytes. The host pays for what is used.
	DefaultMemory = 1 << 30
)

// Command is a piece of work for a runner. Its zero value with Args set runs a
// program with the caller's environment and folder and no input.
type Command struct {
	// Args is the program, looked up in the environment's PATH inside the runner,
	// and its arguments. With Self it is the arguments alone: the program is this
	// executable again.
	Args []string
	Self bool
	// Env is the environment, os.Environ() if nil.
	Env []string
	// Dir is the working folder, the caller's if empty. In a guest, what is written
	// there vanishes unless it lies in Share.
	Dir string
	// Stdin is the standard input, empty if nil. The goroutine that reads it ends
	// with the run if Stdin has SetReadDeadline (a pipe, a socket), else with its
	// last Read.
	Stdin          io.Reader
	Stdout, Stderr io.Writer // discarded if nil
	// Signals are sent on to the command: SIGINT, SIGQUIT and SIGWINCH to its
	// process group, as a terminal does, others to itself.
	Signals <-chan os.Signal
	// Share are existing host folders to which the runner writes through, at the
	// same path. Everything else that a guest writes vanishes with it.
	Share []string
	// Deadline is the lab time that the command gets. Zero means DefaultDeadline on
	// a virtual or ideal clock and none on the real one, negative means none.
	// When it passes, the command's group gets SIGTERM and a second (of lab time)
	// later every process of the runner SIGKILL.
	Deadline time.Duration
	// Watchdog is the host time without a sign of life (output, report, the
	// runner's clock moving on) after which the run is ended. Zero means
	// DefaultWatchdog, negative means none.
	Watchdog time.Duration
	// Memory is a guest's memory in bytes, DefaultMemory if zero.
	Memory int64
	// Progress, if set, is called with what the run says it is doing, see Report.
	// Calls do not overlap, and end before Run returns.
	Progress func(what string)
}

// job is what a runner is told to do.
type job struct {
	Run      string        `json:"run"` // unique id of the run
	Kernel   Kernel        `json:"kernel"`
	Args     []string      `json:"args"`
	Path     string        `json:"path,omitempty"` // the program's file, if not to be looked up
	Env      []string      `json:"env"`
	Dir      string        `json:"dir"`
	Share    []string      `json:"share,omitempty"`
	Deadline time.Duration `json:"deadline,omitempty"` // zero: none
	Beat     time.Duration `json:"beat"`
	Hostname string        `json:"hostname,omitempty"`
	// Events is the host's file that a guest appends its frames to.
	Events string `json:"events,omitempty"`
	// Pieces is how many pieces of input are there from the start.
	Pieces int64 `json:"pieces,omitempty"`
	// OwnStdin says that the command inherits the runner's standard input.
	OwnStdin bool `json:"own_stdin,omitempty"`
	// Probe asks for what the kernel can do, in place of a command.
	Probe bool `json:"probe,omitempty"`
}

// newJob fills in the defaults of a command and checks it.
func newJob(k Kernel, c Command) (job, error) {
	j := job{
		Run: newRunID(), Kernel: k, Args: c.Args, Env: c.Env, Dir: c.Dir,
		Deadline: deadlineOf(k.Clock, c.Deadline), Beat: beatOf(k.Clock, watchdogOf(c.Watchdog)),
	}
	if len(c.Args) == 0 && !c.Self {
		return job{}, fmt.Errorf("%w: no command to run", ErrUsage)
	}
	var err error
	if j.Share, err = sharedFolders(c.Share); err != nil {
		return job{}, err
	}
	if j.Env == nil {
		j.Env = os.Environ()
	}
	if j.Dir == "" {
		if j.Dir, err = os.Getwd(); err != nil {
			return job{}, fmt.Errorf("find the working folder: %w", err)
		}
	}
	if j.Dir, err = filepath.Abs(j.Dir); err != nil {
		return job{}, fmt.Errorf("find the working folder: %w", err)
	}
	if j.Hostname, err = os.Hostname(); err != nil {
		return job{}, fmt.Errorf("read the host's name: %w", err)
	}
	if c.Self {
		j.Args = append([]string{os.Args[0]}, c.Args...)
	}
	return j, nil
}

// sharedFolders makes the paths absolute and checks that they are folders.
func sharedFolders(share []string) ([]string, error) {
	var folders []string
	for _, path := range share {
		abs, err := filepath.Abs(path)
		if err != nil {
			return nil, fmt.Errorf("share %s: %w", path, err)
		}
		info, err := os.Stat(abs)
		if err != nil {
			return nil, fmt.Errorf("%w: share %s: %w", ErrUsage, path, err)
		}
		if !info.IsDir() {
			return nil, fmt.Errorf("%w: share %s: not a folder", ErrUsage, path)
		}
		folders = append(folders, abs)
	}
	return folders, nil
}

func deadlineOf(clock Clock, wanted time.Duration) time.Duration {
	switch {
	case wanted > 0:
		return wanted
	case wanted == 0 && clock != ClockReal:
		return DefaultDeadline
	default:
		return 0
	}
}

func watchdogOf(wanted time.Duration) time.Duration {
	switch {
	case wanted > 0:
		return wanted
	case wanted == 0:
		return DefaultWatchdog
	default:
		return 0
	}
}

// beatOf is the lab time between two signs that the runner's clock moves on. Four
// fit into the watchdog's patience; on the ideal clock, which nothing but a hang
// makes slower than the host's, ten seconds pass in no time.
func beatOf(clock Clock, watchdog time.Duration) time.Duration {
	const most = 10 * time.Second
	if clock == ClockIdeal || watchdog == 0 || watchdog/4 > most {
		return most
	}
	return max(watchdog/4, 10*time.Millisecond)
}
