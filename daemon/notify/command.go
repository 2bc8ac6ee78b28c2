package notify

import (
	"errors"
	"fmt"
	"syscall"
	"time"
)

// Command is a program to run.
type Command struct {
	Label   string   // names it in the log: "(VI_1) notify_master"
	Source  string   // whose it is; bounds are per source
	Args    []string // the program, found in PATH, and its arguments
	Account Account
	// Discard sends what it prints nowhere.
	Discard bool
}

// Status is how a command ended.
type Status struct {
	Code   int            // 0..255; -1 if a signal ended it
	Signal syscall.Signal // that ended it, else 0
}

// String is what the log says of a command that ended.
func (s Status) String() string {
	if s.Signal != 0 {
		return fmt.Sprintf("ended by signal %d (%v)", int(s.Signal), s.Signal)
	}
	return fmt.Sprintf("exit status %d", s.Code)
}

// Reasons why a command did not run to its own end.
var (
	ErrTimeout = errors.New("ran for too long")
	ErrClosed  = errors.New("the runner is closed")
	ErrBusy    = errors.New("too many commands are running")
	// ErrLauncher says that the process that starts commands has died, and how a
	// command ended is not known.
	ErrLauncher = errors.New("the launcher is gone")

	errNoCommand = errors.New("no command")
	errTooLate   = errors.New("ended before its start")
)

// StuckError says that a command was killed and is there all the same: the kernel
// holds on to it, because of a file system that does not answer for example.
type StuckError struct {
	Why  error           // it was to end: ErrTimeout, or that of a context
	Gone <-chan struct{} // closed when it has ended after all
}

func (e *StuckError) Error() string { return e.Why.Error() + ", and cannot be killed" }

// Unwrap returns Why.
func (e *StuckError) Unwrap() error { return e.Why }

// Options are the settings of a Runner. The zero value of a field stands for its
// default.
type Options struct {
	Log Logger
	// Env and Dir are the commands' environment and working directory, by default
	// the daemon's, as in keepalived. Standard input is /dev/null.
	Env []string
	Dir string
	// Discard sends the output of all commands nowhere. By default it goes to the
	// log. A background process that a command leaves behind, and that prints to
	// the output it has inherited, gets SIGPIPE once the daemon is gone.
	Discard bool
	// Launcher has a second process start the commands. It is this executable,
	// started once more; its main must call Main first of all. It is there when
	// NewRunner returns, and started again if it dies.
	//
	// Without it, this whole process stands still, all its threads, while a
	// program is loaded, if the garbage collector happens to run: for a
	// millisecond most often, for ever if the program is on a file system that
	// does not answer. Whoever keeps time needs it.
	Launcher bool
	// Lazy has the launcher wait for Prepare, or for the first command: a process
	// that may never run one does without.
	Lazy bool
	// OnThread is called on the thread that starts the launcher, or else on each
	// that starts a command, before it does, to enter a network namespace for
	// example. The thread serves no other purpose.
	OnThread func() error
	// PerSource is how many commands of one source may run at a time before the
	// oldest is ended for each new one, default 8.
	PerSource int
	// Grace is how long a command has from SIGTERM to SIGKILL, default 2 s.
	Grace time.Duration
	// StopLimit is how long Close lets commands run on before SIGTERM, default 1 s.
	StopLimit time.Duration

	greeting time.Duration // that the launcher may take to begin
}

const (
	defaultPerSource = 8
	defaultGrace     = 2 * time.Second
	defaultStopLimit = time.Second
	// stopGrace is from SIGTERM to SIGKILL when the runner closes.
	stopGrace = 200 * time.Millisecond
	// maxRunning bounds all commands together: each has a thread, and the Go
	// runtime ends a process with 10,000 of them.
	maxRunning = 2000
	// startWait is how long Start waits for a program to run.
	startWait = 500 * time.Millisecond
	// killWait is how long Run waits for a killed command to be gone. One that
	// hangs in the kernel is left to itself.
	killWait = time.Second
)

func (o Options) withDefaults() Options {
	if o.PerSource <= 0 {
		o.PerSource = defaultPerSource
	}
	if o.Grace <= 0 {
		o.Grace = defaultGrace
	}
	if o.StopLimit <= 0 {
		o.StopLimit = defaultStopLimit
	}
	if o.greeting <= 0 {
		o.greeting = greetingLimit
	}
	return o
}
