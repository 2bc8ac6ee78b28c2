// Package node makes the hosts of a lab: each with its own network, UTS, mount,
// PID and IPC namespaces, a root file system whose writes vanish with it, and
// private /run, /tmp, /var/log and /dev.
//
// A node is held by one process, its init, which is this executable started
// again, or the smaller viplab-node: Main must be called first thing in main. When that process ends, for
// whatever reason, the kernel ends everything on the node.
package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/lab/internal/nsthread"
)

// Spec is what a node is made of.
type Spec struct {
	// Protocol is filled in by Start.
	Protocol int    `json:"protocol"`
	Hostname string `json:"hostname"`
	// Binaries are executables of the lab that appear on the node: path there
	// to path here. A path here that is empty stands for the init's own.
	Binaries map[string]string `json:"binaries,omitempty"`
}

// ErrClosed is returned for work on a node that is gone.
var ErrClosed = nsthread.ErrClosed

// Node is a running host. Its methods are safe for use by many goroutines.
type Node struct {
	Name string

	init   *exec.Cmd
	net    netns.NsHandle
	thread *nsthread.Thread
	dead   chan struct{} // closed when the init has ended

	mu    sync.Mutex
	procs map[*Process]struct{}
}

const namespaces = unix.CLONE_NEWNS | unix.CLONE_NEWUTS | unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_NEWIPC

// Start makes a node and returns once its file systems stand and lo is up. It
// needs CAP_SYS_ADMIN, as the root of a guest or of a user namespace has it.
func Start(ctx context.Context, name string, spec Spec) (*Node, error) {
	n := &Node{Name: name, net: netns.None(), dead: make(chan struct{}), procs: make(map[*Process]struct{})}
	if err := n.boot(ctx, spec); err != nil {
		return nil, fmt.Errorf("start node %s: %w", name, err)
	}
	return n, nil
}

// boot starts the init, hands it the spec, waits until it is ready, and sends a
// thread in.
func (n *Node) boot(ctx context.Context, spec Spec) error {
	ready, readyInit, err := os.Pipe()
	if err != nil {
		return err
	}
	defer ready.Close()
	n.init = exec.Command(executable())
	n.init.Args = []string{initName}
	n.init.ExtraFiles = []*os.File{readyInit}
	n.init.Stderr = os.Stderr
	// This pipe stays open as long as the node is wanted: its end ends the init.
	stdin, err := n.init.StdinPipe()
	if err != nil {
		return errors.Join(err, readyInit.Close())
	}
	pidfd, err := n.startInit()
	readyInit.Close()
	if err != nil {
		return err
	}
	defer unix.Close(pidfd)
	stop := context.AfterFunc(ctx, func() { _ = n.init.Process.Kill() })
	defer stop()
	spec.Protocol = protocol
	if err := json.NewEncoder(stdin).Encode(spec); err != nil {
		return errors.Join(fmt.Errorf("send spec: %w", err), n.kill())
	}
	if err := awaitReady(ready); err != nil {
		return errors.Join(context.Cause(ctx), err, n.kill())
	}
	if n.thread, err = nsthread.Join(pidfd, namespaces); err != nil {
		return errors.Join(err, n.kill())
	}
	if n.net, err = netns.GetFromPid(n.PID()); err != nil {
		return errors.Join(fmt.Errorf("open network namespace: %w", err), n.kill())
	}
	return nil
}

// awaitReady reads the init's one word: that it is ready, or what went wrong.
func awaitReady(r io.Reader) error {
	answer, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("read init's answer: %w", err)
	}
	switch text := strings.TrimSpace(string(answer)); text {
	case readyWord:
		return nil
	case "":
		return errors.New("init ended without a word")
	default:
		return fmt.Errorf("init: %s", text)
	}
}

// startInit starts the init from a thread that lives as long as the init does:
// the kernel ties PDEATHSIG to the parent's thread, not to its process.
func (n *Node) startInit() (pidfd int, err error) {
	n.init.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: namespaces,
		Pdeathsig:  syscall.SIGKILL,
		PidFD:      &pidfd,
	}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread goes with the init
		defer close(n.dead)
		err := n.init.Start()
		started <- err
		if err == nil {
			_ = n.init.Wait() // how an init ends says nothing: it is killed
		}
	}()
	err = <-started
	return pidfd, err
}

// Do runs f on a thread inside all of the node's namespaces. What f opens
// (files, sockets, netlink handles) belongs to the node wherever it is used
// later; goroutines that f starts do not run inside. Functions run one at a
// time, so f must not wait. The thread is in no process of the node: there is
// no /proc/self for f.
func (n *Node) Do(f func() error) error { return n.thread.Do(f) }

// Net returns the node's network namespace, open until Close.
func (n *Node) Net() netns.NsHandle { return n.net }

// PID returns the process ID of the node's init, for nsenter.
func (n *Node) PID() int { return n.init.Process.Pid }

// Done returns a channel that is closed when the node has ended.
func (n *Node) Done() <-chan struct{} { return n.dead }

// kill ends the init and with it every process on the node.
func (n *Node) kill() error {
	err := n.init.Process.Kill()
	if errors.Is(err, os.ErrProcessDone) {
		err = nil
	}
	<-n.dead
	return err
}

// Close ends every process on the node and removes it. Its namespaces are gone
// when the last holder of one of their sockets has closed it.
func (n *Node) Close() error {
	err := n.kill()
	for _, p := range n.Processes() {
		<-p.Done()
	}
	n.thread.Close()
	if n.net.IsOpen() {
		err = errors.Join(err, n.net.Close())
	}
	return err
}
