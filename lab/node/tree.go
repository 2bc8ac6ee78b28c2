package node

import (
	"errors"
	"fmt"
	"slices"
	"syscall"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"
)

// Tree returns the process IDs of p and of all that it started, parents first,
// as this process sees them.
func (p *Process) Tree() ([]int, error) {
	procs, err := procfs.AllProcs()
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	children := make(map[int][]int)
	for _, proc := range procs {
		stat, err := proc.Stat()
		if err != nil {
			continue // it has ended since
		}
		children[stat.PPID] = append(children[stat.PPID], proc.PID)
	}
	tree := []int{p.PID()}
	for i := 0; i < len(tree); i++ {
		slices.Sort(children[tree[i]])
		tree = append(tree, children[tree[i]]...)
	}
	return tree, nil
}

// KillTree ends p and all of its children at once. They are stopped first, so
// that none sees another die and does something about it (keepalived's VRRP
// child resigns when its parent dies, its parent starts a new child).
func (p *Process) KillTree() error {
	var tree []int
	for {
		now, err := p.Tree()
		if err != nil {
			return err
		}
		if len(now) == len(tree) {
			break // all were stopped before this look: none can have forked since
		}
		tree = now
		for _, pid := range tree {
			if err := signal1(pid, unix.SIGSTOP); err != nil {
				return err
			}
		}
	}
	slices.Reverse(tree)
	for _, pid := range tree {
		if err := signal1(pid, unix.SIGKILL); err != nil {
			return err
		}
	}
	return nil
}

// SignalTree sends sig to p and to all of its children, parents first.
func (p *Process) SignalTree(sig syscall.Signal) error {
	tree, err := p.Tree()
	if err != nil {
		return err
	}
	for _, pid := range tree {
		if err := signal1(pid, sig); err != nil {
			return err
		}
	}
	return nil
}

// ErrNoProcess says that no process of a tree has the ID that was given.
var ErrNoProcess = errors.New("no such process")

// SignalNode sends sig to the process of p's tree that has the ID pid on the
// node, as a pid file there holds it.
func (p *Process) SignalNode(pid int, sig syscall.Signal) error {
	tree, err := p.Tree()
	if err != nil {
		return err
	}
	for _, outer := range tree {
		proc, err := procfs.NewProc(outer)
		if err != nil {
			continue // it has ended since
		}
		status, err := proc.NewStatus()
		if err == nil && len(status.NSpids) > 0 && status.NSpids[len(status.NSpids)-1] == uint64(pid) {
			return signal1(outer, sig)
		}
	}
	return fmt.Errorf("send %s to %d of %s: %w", signalName(sig), pid, p.Args[0], ErrNoProcess)
}

// signal1 signals a process; one that has ended is no error.
func signal1(pid int, sig syscall.Signal) error {
	if err := unix.Kill(pid, sig); err != nil && err != unix.ESRCH {
		return fmt.Errorf("send %s to process %d: %w", signalName(sig), pid, err)
	}
	return nil
}

func signalName(sig syscall.Signal) string {
	if name := unix.SignalName(sig); name != "" {
		return name
	}
	return fmt.Sprintf("signal %d", int(sig))
}
