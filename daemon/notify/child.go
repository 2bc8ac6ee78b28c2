package notify

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// program is what is to be started, and how.
type program struct {
	Args    []string
	Env     []string // nil: that of the process that starts it
	Dir     string
	Account Account
}

// child is a program that was started. Signals go to its process group, and to
// nobody once it has ended.
type child interface {
	pid() int
	signal(syscall.Signal)
	wait() (Status, error) // to be called once
}

// local is a child of this process.
type local struct {
	cmd *exec.Cmd

	mu   sync.Mutex
	id   int  // 0 once it has ended
	told bool // to end
}

// onThread runs f on a thread that ends with it, so that neither other
// goroutines change its state nor f theirs. The main thread cannot end, and is
// what /proc shows as the process: it must not be the one.
func onThread(f func()) {
	runtime.LockOSThread()
	if unix.Gettid() != unix.Getpid() {
		f()
		return // locked: the thread ends
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		onThread(f)
	}()
	<-done
	runtime.UnlockOSThread()
}

// startLocal starts p, which prints to out (nil: nowhere). The calling thread
// must wait for it too: the kernel sends the parent-death signal when the
// thread that has started a child ends, not the process.
func startLocal(p *program, out *os.File) (child, error) {
	cmd := exec.Command(p.Args[0], p.Args[1:]...)
	cmd.Env, cmd.Dir = p.Env, p.Dir
	if out != nil {
		cmd.Stdout, cmd.Stderr = out, out
	}
	// A session of its own keeps the terminal away, and is a process group to
	// send signals to.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGTERM, Credential: thisProcess().credential(p.Account)}
	if err := cmd.Start(); err != nil {
		return nil, explain(err, cmd)
	}
	return &local{cmd: cmd, id: cmd.Process.Pid}, nil
}

// explain adds to an error of the kernel's what it does not say.
func explain(err error, cmd *exec.Cmd) error {
	_, there := os.Stat(cmd.Path)
	switch {
	case errors.Is(err, syscall.ENOEXEC):
		err = fmt.Errorf("%w (a script needs a first line such as #!/bin/sh)", err)
	case errors.Is(err, os.ErrNotExist) && there == nil:
		err = fmt.Errorf("%w (the program is there, its interpreter or folder is not)", err)
	}
	if become := cmd.SysProcAttr.Credential; become != nil && become.Uid != Own().UID {
		err = fmt.Errorf("as user %d, group %d: %w", become.Uid, become.Gid, err)
	}
	return err
}

func (c *local) pid() int { return c.cmd.Process.Pid }

func (c *local) signal(sig syscall.Signal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.told = true; c.id != 0 {
		_ = syscall.Kill(-c.id, sig) // gone already is fine
	}
}

// wait waits for the end of the child. It is not reaped before no signal can be
// on its way, so that its number stays its own. What one that was told to end
// leaves of its group is killed; what one leaves that ended by itself is its own
// business: services are started that way.
func (c *local) wait() (Status, error) {
	for unix.Waitid(unix.P_PID, c.id, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
	}
	c.mu.Lock()
	if c.told {
		_ = syscall.Kill(-c.id, syscall.SIGKILL)
	}
	c.id = 0
	c.mu.Unlock()
	_ = c.cmd.Wait() // the state has it all
	return statusOf(c.cmd.ProcessState), nil
}

func statusOf(s *os.ProcessState) Status {
	ws, ok := s.Sys().(syscall.WaitStatus)
	if ok && ws.Signaled() {
		return Status{Code: -1, Signal: ws.Signal()}
	}
	return Status{Code: s.ExitCode()}
}
