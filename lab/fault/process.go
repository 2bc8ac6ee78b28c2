package fault

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"syscall"
)

// Service names a service of a node.
type Service struct{ Node, Name string }

func (s Service) String() string { return s.Node + "/" + s.Name }

// running makes a heal that starts the service where it does not run.
func (s Service) running(sys System) Heal {
	return func(ctx context.Context) error {
		if _, err := sys.Process(s.Node, s.Name); !errors.Is(err, ErrNotRunning) {
			return err
		}
		return sys.StartService(ctx, s.Node, s.Name)
	}
}

// Stop stops a service in order: SIGTERM, as systemctl stop does.
type Stop struct{ Service Service }

// Name returns "stop".
func (Stop) Name() string { return "stop" }

// Target returns NODE/SERVICE.
func (f Stop) Target() string { return f.Service.String() }

// Inject sends SIGTERM and waits until the service has ended.
func (f Stop) Inject(ctx context.Context, sys System) (Heal, error) {
	if err := sys.StopService(ctx, f.Service.Node, f.Service.Name); err != nil {
		return nil, err
	}
	return f.Service.running(sys), nil
}

// KillParent kills the process that was started and leaves its children to
// what they make of it.
type KillParent struct{ Service Service }

// Name returns "kill-parent".
func (KillParent) Name() string { return "kill-parent" }

// Target returns NODE/SERVICE.
func (f KillParent) Target() string { return f.Service.String() }

// Inject sends SIGKILL and waits until the process is gone.
func (f KillParent) Inject(ctx context.Context, sys System) (Heal, error) {
	return f.Service.kill(ctx, sys, func(p Process) error { return p.Signal(syscall.SIGKILL) })
}

// KillAll kills a service's processes at one moment, as a crash of the machine
// would: none of them can clean up.
type KillAll struct{ Service Service }

// Name returns "kill-all".
func (KillAll) Name() string { return "kill-all" }

// Target returns NODE/SERVICE.
func (f KillAll) Target() string { return f.Service.String() }

// Inject kills them and waits until the process that was started is gone.
func (f KillAll) Inject(ctx context.Context, sys System) (Heal, error) {
	return f.Service.kill(ctx, sys, Process.KillTree)
}

func (s Service) kill(ctx context.Context, sys System, kill func(Process) error) (Heal, error) {
	p, err := sys.Process(s.Node, s.Name)
	if err != nil {
		return nil, err
	}
	if err := kill(p); err != nil {
		return nil, err
	}
	select {
	case <-p.Done():
		return s.running(sys), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// KillChild kills one child of a daemon, which its parent may start again.
type KillChild struct {
	Service Service
	// Child names the child by its pid file, /run/CHILD.pid; default vrrp.
	Child string
}

// Name returns "kill-child".
func (KillChild) Name() string { return "kill-child" }

// Target returns NODE/SERVICE.
func (f KillChild) Target() string { return f.Service.String() }

// Inject sends SIGKILL to the child. Its heal does nothing where the service
// still runs: the parent has healed it.
func (f KillChild) Inject(_ context.Context, sys System) (Heal, error) {
	child := f.Child
	if child == "" {
		child = "vrrp"
	}
	p, err := sys.Process(f.Service.Node, f.Service.Name)
	if err != nil {
		return nil, err
	}
	path := "/run/" + child + ".pid"
	text, err := sys.ReadFile(f.Service.Node, path)
	if err != nil {
		return nil, fmt.Errorf("%s has no child %q: %w", f.Service, child, err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if err := p.SignalNode(pid, syscall.SIGKILL); err != nil {
		return nil, err
	}
	return f.Service.running(sys), nil
}

// Pause stops a service's processes (SIGSTOP); its heal continues them.
type Pause struct{ Service Service }

// Name returns "pause".
func (Pause) Name() string { return "pause" }

// Target returns NODE/SERVICE.
func (f Pause) Target() string { return f.Service.String() }

// Inject sends SIGSTOP to the whole tree.
func (f Pause) Inject(_ context.Context, sys System) (Heal, error) {
	p, err := sys.Process(f.Service.Node, f.Service.Name)
	if err != nil {
		return nil, err
	}
	if err := p.SignalTree(syscall.SIGSTOP); err != nil {
		return nil, err
	}
	return func(context.Context) error { return p.SignalTree(syscall.SIGCONT) }, nil
}
