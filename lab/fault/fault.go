// Package fault is what can be done to a lab. Each fault knows how to heal.
//
// "Kill" is several faults, because daemons answer them differently: an orderly
// stop resigns, a killed parent's child may resign for it, and when all die at
// once the address stays on the dead node.
package fault

import (
	"context"
	"errors"
	"syscall"
)

// Heal undoes a fault.
type Heal func(ctx context.Context) error

// Fault is something that can be done to a lab.
type Fault interface {
	// Name is the fault's word in scenarios: stop, kill-all, link-down ...
	Name() string
	// Target is what it is done to: NODE/SERVICE or NODE:INTERFACE.
	Target() string
	// Inject does it, and returns how to undo it.
	Inject(ctx context.Context, sys System) (Heal, error)
}

// Process is a service's process as faults need it.
type Process interface {
	Signal(sig syscall.Signal) error
	// SignalTree and KillTree act on the process and all that it started.
	SignalTree(sig syscall.Signal) error
	KillTree() error
	// SignalNode signals a process of the tree by its ID on the node.
	SignalNode(pid int, sig syscall.Signal) error
	Done() <-chan struct{}
}

// System is a lab as faults need it. Nodes and services are named as in the
// topology.
type System interface {
	StartService(ctx context.Context, node, service string) error
	// StopService stops it in order and waits until it has ended.
	StopService(ctx context.Context, node, service string) error
	// Process returns the running process of a service; the error wraps
	// ErrNotRunning.
	Process(node, service string) (Process, error)
	// ConfigFile returns the path of the configuration that an ha service reads.
	ConfigFile(node, service string) (string, error)
	ReadFile(node, path string) ([]byte, error)
	WriteFile(node, path string, data []byte) error
	// SetLink sets a node's interface up or down, SetPort the switch's end of it.
	SetLink(node, iface string, up bool) error
	SetPort(node, iface string, up bool) error
	// AttachPort takes a port out of its network, or puts it back.
	AttachPort(node, iface string, attached bool) error
}

// ErrNotRunning says that a service has no process to do anything to.
var ErrNotRunning = errors.New("service is not running")
