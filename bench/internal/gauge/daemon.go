package gauge

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"time"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// Daemon is a daemon at work.
type Daemon struct {
	Log  string // file
	cmd  *exec.Cmd
	done chan error
}

// Start starts a program in a network namespace. What it prints goes to a new
// file.
func Start(ns netns.NsHandle, log string, args ...string) (*Daemon, error) {
	file, err := os.Create(log)
	if err != nil {
		return nil, fmt.Errorf("create log: %w", err)
	}
	defer file.Close()
	d := &Daemon{Log: log, cmd: exec.Command(args[0], args[1:]...), done: make(chan error, 1)}
	d.cmd.Stdout, d.cmd.Stderr = file, file
	if err := OnThread(ns, d.cmd.Start); err != nil {
		return nil, fmt.Errorf("start %s: %w", args[0], err)
	}
	go func() { d.done <- d.cmd.Wait() }()
	return d, nil
}

// PID is the daemon's parent process.
func (d *Daemon) PID() int { return d.cmd.Process.Pid }

// Reload has the daemon read its configuration again.
func (d *Daemon) Reload() error { return d.cmd.Process.Signal(unix.SIGHUP) }

// Stop ends the daemon in order.
func (d *Daemon) Stop() error {
	err := d.cmd.Process.Signal(unix.SIGTERM)
	select {
	case <-d.done:
		return nil
	case <-time.After(15 * time.Second):
		return errors.Join(err, d.cmd.Process.Kill(), fmt.Errorf("the daemon did not end in 15 s: %w", <-d.done))
	}
}

// Tail is the end of what the daemon has printed.
func (d *Daemon) Tail() string {
	const most = 2000
	text, err := os.ReadFile(d.Log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-most):])
}

// OnThread runs f on a thread of its own in the namespace ns. The thread ends
// with it.
func OnThread(ns netns.NsHandle, f func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		if ns.IsOpen() {
			if err := netns.Set(ns); err != nil {
				done <- err
				return
			}
		}
		done <- f()
	}()
	return <-done
}
