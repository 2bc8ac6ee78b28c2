package kernel

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// runner is PID 1 of a guest or of fresh namespaces: it runs one job.
type runner struct {
	job     job
	control io.Reader // frames from the host
	events  *eventLog // frames to the host

	stdin input         // the command's standard input
	pid   atomic.Int64  // the command, 0 before it starts
	done  chan struct{} // closed when the command is gone
	pumps sync.WaitGroup
}

func newRunner(j job, control io.Reader, events *eventLog, stdin input) *runner {
	return &runner{job: j, control: control, events: events, stdin: stdin, done: make(chan struct{})}
}

// run does the job and tells the host how it ended. It returns when no other
// process of the runner is left.
func (r *runner) run() error {
	status, err := r.runCommand()
	if err != nil {
		if failed := r.events.emit(frameFailed, []byte(err.Error())); failed != nil {
			return errors.Join(err, failed)
		}
		status = exitOfStartError(err)
	}
	if r.job.Kernel.Backend == BackendUML {
		unix.Sync() // what was written to shared folders through mappings is still in the guest's cache
	}
	return r.events.emit(frameExit, exitPayload(status))
}

func (r *runner) runCommand() (int, error) {
	if r.job.Probe {
		return 0, r.probe()
	}
	service, err := r.listen()
	if err != nil {
		return 0, err
	}
	defer service.Close()
	if err := r.start(); err != nil {
		return 0, err
	}
	go r.obey()
	go r.beat()
	if err := r.events.emit(frameReady, nil); err != nil {
		return 0, err
	}
	if r.job.Deadline > 0 {
		go r.expire()
	}
	status := r.reap()
	r.pumps.Wait()
	return status, nil
}

// start starts the command with its pipes.
func (r *runner) start() error {
	env, err := runEnv(r.job)
	if err != nil {
		return err
	}
	path, err := findProgram(r.job, env)
	if err != nil {
		return err
	}
	files, closeFiles, err := r.files()
	if err != nil {
		return err
	}
	defer closeFiles()
	pid, err := syscall.ForkExec(path, r.job.Args, &syscall.ProcAttr{
		Dir: r.job.Dir, Env: env, Files: files, Sys: &syscall.SysProcAttr{Setpgid: true},
	})
	if err != nil {
		return &startError{Program: r.job.Args[0], Err: err}
	}
	r.pid.Store(int64(pid))
	return nil
}

// reap waits for children until the command ends, then ends all others: a runner
// leaves nothing. It returns the command's exit status, 128 + n for signal n.
func (r *runner) reap() int {
	status, command := 0, int(r.pid.Load())
	for {
		var ws syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &ws, 0, nil)
		switch {
		case err == syscall.EINTR:
			continue
		case err != nil: // ECHILD: none is left
			return status
		case pid == command:
			status = exitStatus(ws)
			close(r.done)
			killAll()
		}
	}
}

// killAll ends every process that PID 1 can see, itself excepted. Its error
// means that there is none.
func killAll() { _ = unix.Kill(-1, unix.SIGKILL) }

// exitStatus is a shell's view of how a process ended.
func exitStatus(ws syscall.WaitStatus) int {
	if ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return ws.ExitStatus()
}

// obey does what the host says until the host is gone, which ends everything.
func (r *runner) obey() {
	for {
		f, err := readFrame(r.control)
		if err != nil {
			killAll()
			return
		}
		switch f.kind {
		case frameStdin, framePieces:
			r.stdin.arrived(f, r.done)
		case frameSignal:
			r.signal(f.payload)
		case frameConsumed:
			r.events.setConsumed(f.payload)
		}
	}
}

// signal passes a signal on. One that a terminal makes goes to the command's
// process group, as a terminal sends it.
func (r *runner) signal(payload []byte) {
	if len(payload) != 1 {
		return
	}
	pid, sig := int(r.pid.Load()), syscall.Signal(payload[0])
	switch sig {
	case syscall.SIGINT, syscall.SIGQUIT, syscall.SIGWINCH:
		pid = -pid
	}
	_ = syscall.Kill(pid, sig) // it may have ended just now
}

// startError says that a command could not be started.
type startError struct {
	Program string
	Err     error
}

func (e *startError) Error() string { return fmt.Sprintf("start %s: %v", e.Program, e.Err) }

func (e *startError) Unwrap() error { return e.Err }

// exitOfStartError is a shell's exit status for a command that does not start.
func exitOfStartError(err error) int {
	var start *startError
	switch {
	case !errors.As(err, &start):
		return exitRunnerFailed
	case errors.Is(err, os.ErrNotExist):
		return 127
	default:
		return 126
	}
}
