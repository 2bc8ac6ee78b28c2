package child

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// The variable that says which child a process is, its end of the channel, and
// the file in memory for what it prints when it crashes.
const (
	roleEnv   = "VIPD_CHILD"
	channelFD = 3
	crashFD   = 4
)

// Spawner starts children from one thread, which lives as long as it: the kernel
// sends a child SIGTERM when the thread that started it ends, not the process.
type Spawner struct {
	work chan func()
	done chan struct{}
}

// NewSpawner returns a Spawner whose thread has called enter, if that is not nil,
// to be in a network namespace for example. Close must follow.
func NewSpawner(enter func() error) (*Spawner, error) {
	s := &Spawner{work: make(chan func()), done: make(chan struct{})}
	result := make(chan error)
	go func() {
		defer close(s.done)
		runtime.LockOSThread() // for good: the thread ends with the goroutine
		if enter != nil {
			if err := enter(); err != nil {
				result <- err
				return
			}
		}
		result <- nil
		for f := range s.work {
			f()
		}
	}()
	if err := <-result; err != nil {
		<-s.done
		return nil, err
	}
	return s, nil
}

// Do calls f on the thread and waits for it.
func (s *Spawner) Do(f func()) {
	done := make(chan struct{})
	s.work <- func() { defer close(done); f() }
	<-done
}

// Close ends the thread. The kernel sends SIGTERM to the children that it has
// started.
func (s *Spawner) Close() {
	close(s.work)
	<-s.done
}

// Spec is what to start.
type Spec struct {
	Role string   // what Role returns in the child
	Args []string // its command line, the program's name first
	Env  []string
	// Stdout and Stderr are inherited.
	Stdout, Stderr *os.File
}

// Process is a child that was started.
type Process struct {
	*Client
	cmd   *exec.Cmd
	crash *os.File
}

// Start starts a child.
func (s *Spawner) Start(spec Spec) (*Process, error) {
	ours, theirs, err := socketpair()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	w, err := newWire(ours)
	if err != nil {
		return nil, err
	}
	crash, err := newMemory("vipd.crash", 0)
	if err != nil {
		return nil, errors.Join(err, w.conn.Close())
	}
	cmd := exec.Command("/proc/self/exe", spec.Args[1:]...)
	cmd.Args[0] = spec.Args[0]
	cmd.Env = append(spec.Env[:len(spec.Env):len(spec.Env)], roleEnv+"="+spec.Role)
	cmd.Stdout, cmd.Stderr = spec.Stdout, spec.Stderr
	cmd.ExtraFiles = []*os.File{theirs, crash}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: unix.SIGTERM}
	s.Do(func() { err = cmd.Start() })
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start %s process: %w", spec.Role, err), w.conn.Close(), crash.Close())
	}
	return &Process{&Client{newCaller(w)}, cmd, crash}, nil
}

// PID is its process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Wait waits for its end. It is to be called once.
func (p *Process) Wait() End {
	_ = p.cmd.Wait() // how it ended is in its state
	p.close()
	text, _ := io.ReadAll(io.NewSectionReader(p.crash, 0, maxCrash))
	_ = p.crash.Close()
	end := End{Code: p.cmd.ProcessState.ExitCode(), Crash: string(text)}
	if status, _ := p.cmd.ProcessState.Sys().(syscall.WaitStatus); status.Signaled() {
		end.Signal = status.Signal()
	}
	return end
}

// Close hangs up: the child is to end.
func (p *Process) Close() { p.close() }

// Signal sends it a signal; none if it has ended.
func (p *Process) Signal(sig syscall.Signal) { _ = p.cmd.Process.Signal(sig) }

// End is how a child ended.
type End struct {
	Code   int            // exit status; -1 if a signal ended it
	Signal syscall.Signal // that ended it, else 0
	Crash  string         // what it printed if it crashed, at most 8 KiB
}

const maxCrash = 8 << 10

// socketpair returns two ends of a channel.
func socketpair() (ours, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("create channel: %w", err)
	}
	return os.NewFile(uintptr(fds[0]), "channel"), os.NewFile(uintptr(fds[1]), "channel"), nil
}

// Role says which child this process is, empty for none, and takes its end of the
// channel. It is to be called once, first thing in main after others that may
// take the process over.
func Role() (role string, end *os.File) {
	role = os.Getenv(roleEnv)
	if role == "" {
		return "", nil
	}
	_ = os.Unsetenv(roleEnv) // of no concern to programs that we start
	unix.CloseOnExec(channelFD)
	unix.CloseOnExec(crashFD)
	crash := os.NewFile(crashFD, "crash")
	_ = debug.SetCrashOutput(crash, debug.CrashOptions{}) // it is only for the log
	_ = crash.Close()                                     // there is a copy now
	return role, os.NewFile(channelFD, "channel")
}

// Environment is the present one without what is for this process alone.
func Environment() []string {
	var list []string
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		switch name {
		case "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC":
		default:
			list = append(list, v)
		}
	}
	return list
}
