package node

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// environment is what a program on a node finds in its environment besides what
// Command.Env adds: a login's, and the mark of the run that it belongs to.
func environment() []string {
	env := []string{
		"PATH=" + searchPath,
		"HOME=/root", "USER=root", "LOGNAME=root", "SHELL=/bin/sh", "LANG=C.UTF-8", "TERM=dumb",
	}
	if id, ok := os.LookupEnv(runVariable); ok {
		env = append(env, runVariable+"="+id)
	}
	return env
}

// runVariable marks every process of a run, so that what belongs to one can be
// told from everything else on the system.
const runVariable = "VIPLAB_RUN_ID"

const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// ErrNotFound says that a node has no such program.
var ErrNotFound = errors.New("program not found")

// Command is a program to start on a node.
type Command struct {
	// Args is the program, a path or a name in the node's PATH, and its arguments.
	Args []string
	Env  []string // added to the node's own: NAME=value
	Dir  string   // default /
	// Stdin, Stdout and Stderr are as of exec.Cmd: nil is /dev/null.
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Terminal makes the program leader of a session with Stdin's terminal.
	Terminal bool
}

// Process is a program that runs on a node.
type Process struct {
	Args []string

	cmd  *exec.Cmd
	done chan struct{}
	err  error
}

// Start starts a program in all of the node's namespaces. It is a child of this
// process, not of the node's init, so that its exit status is known here, but
// it ends with the node.
func (n *Node) Start(c Command) (*Process, error) {
	if len(c.Args) == 0 {
		return nil, errors.New("start process: no program given")
	}
	cmd := &exec.Cmd{
		Args: c.Args, Env: append(environment(), c.Env...), Dir: c.Dir,
		Stdin: c.Stdin, Stdout: c.Stdout, Stderr: c.Stderr,
		// A session of its own: a signal for the lab's terminal is not for the node.
		SysProcAttr: &syscall.SysProcAttr{Setsid: true, Setctty: c.Terminal},
	}
	if cmd.Dir == "" {
		cmd.Dir = "/"
	}
	p := &Process{Args: c.Args, cmd: cmd, done: make(chan struct{})}
	err := n.Do(func() error {
		var err error
		if cmd.Path, err = lookPath(c.Args[0]); err != nil {
			return err
		}
		return cmd.Start()
	})
	if err != nil {
		return nil, fmt.Errorf("start %s on %s: %w", c.Args[0], n.Name, err)
	}
	n.track(p)
	go func() {
		p.err = cmd.Wait()
		n.untrack(p)
		close(p.done)
	}()
	return p, nil
}

// lookPath finds a program in the root of the calling thread.
func lookPath(name string) (string, error) {
	if strings.Contains(name, "/") {
		return name, nil
	}
	for _, dir := range filepath.SplitList(searchPath) {
		path := filepath.Join(dir, name)
		if fi, err := os.Stat(path); err == nil && fi.Mode().IsRegular() && fi.Mode()&0o111 != 0 {
			return path, nil
		}
	}
	return "", fmt.Errorf("%w: %s", ErrNotFound, name)
}

func (n *Node) track(p *Process) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.procs[p] = struct{}{}
}

func (n *Node) untrack(p *Process) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.procs, p)
}

// Processes returns the programs that Start has started and that still run.
func (n *Node) Processes() []*Process {
	n.mu.Lock()
	defer n.mu.Unlock()
	procs := make([]*Process, 0, len(n.procs))
	for p := range n.procs {
		procs = append(procs, p)
	}
	return procs
}

// PID returns the process ID as this process sees it; on the node it is another.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done returns a channel that is closed when the process has ended. Output to an
// *os.File may still come, from what it started; output to any other Writer has
// all been written.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err returns how the process ended, as exec.Cmd.Wait does. Call it after Done.
func (p *Process) Err() error { return p.err }

// Status returns the exit status and, where a signal ended the process, its
// name. Call it after Done.
func (p *Process) Status() (status int, sig string) {
	ws, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	if ok && ws.Signaled() {
		return 128 + int(ws.Signal()), signalName(ws.Signal())
	}
	return p.cmd.ProcessState.ExitCode(), ""
}

// Signal sends sig to the process alone. A process that has ended is no error.
func (p *Process) Signal(sig syscall.Signal) error {
	if err := p.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("send %s to %s: %w", signalName(sig), p.Args[0], err)
	}
	return nil
}
