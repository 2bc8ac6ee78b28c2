package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"sync"
	"syscall"
	"time"

	"github.com/viplab/viplab/lab/node"
	"github.com/viplab/viplab/lab/service"
	"github.com/viplab/viplab/lab/timeline"
	"github.com/viplab/viplab/lab/topology"
)

// stopPatience is how long an orderly stop may take, in lab time, before the
// service is killed: systemd's own limit is longer, but no daemon here needs it.
const stopPatience = 15 * time.Second

// supervised is a service of a node and the process that runs for it, if any.
type supervised struct {
	node, name string
	spec       *topology.Service

	// starting is held while it is started: a step and a script may both do it.
	starting sync.Mutex

	mu      sync.Mutex
	proc    *node.Process
	stopped bool        // it was stopped in order, and is not to be started again
	starts  []time.Time // by its restart policy, within startInterval
}

// process returns the running process, or nil.
func (s *supervised) process() *node.Process {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc == nil {
		return nil
	}
	select {
	case <-s.proc.Done():
		return nil
	default:
		return s.proc
	}
}

func (l *Lab) service(node, name string) (*supervised, error) {
	h, err := l.host(node)
	if err != nil {
		return nil, err
	}
	if s, ok := h.services[name]; ok {
		return s, nil
	}
	return nil, fmt.Errorf("service %q of %s: %w", name, node, ErrUnknown)
}

// StartService starts a service; one that runs already is left alone.
func (l *Lab) StartService(_ context.Context, node, name string) error {
	s, err := l.service(node, name)
	if err != nil {
		return err
	}
	s.starting.Lock()
	defer s.starting.Unlock()
	if s.process() != nil {
		return nil
	}
	s.stop(false)
	args, err := l.command(s)
	if err != nil {
		return fmt.Errorf("start %s/%s: %w", node, name, err)
	}
	return l.run(s, args)
}

// StopService stops a service in order and waits until it has ended. One that
// does not run is no error.
func (l *Lab) StopService(ctx context.Context, node, name string) error {
	s, err := l.service(node, name)
	if err != nil {
		return err
	}
	s.stop(true)
	p := s.process()
	if p == nil {
		return nil
	}
	if err := p.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	patience, cancel := context.WithTimeout(ctx, stopPatience)
	defer cancel()
	select {
	case <-p.Done():
		return nil
	case <-patience.Done():
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return errors.Join(fmt.Errorf("stop %s/%s: still there %s after SIGTERM, killed", node, name, stopPatience), p.KillTree())
}

// command returns the command line of a service.
func (l *Lab) command(s *supervised) ([]string, error) {
	switch spec := s.spec; {
	case spec.HA != nil:
		return l.daemon(s.node).Command(*spec.HA), nil
	case spec.HTTP != nil:
		args, err := service.HTTPArgs(*spec.HTTP)
		return append([]string{appletPath(s.name)}, args...), err
	case spec.Mail != nil:
		args, err := service.MailArgs(*spec.Mail)
		return append([]string{appletPath(s.name)}, args...), err
	case spec.Hostile != nil:
		args, err := service.HostileArgs(s.name, *spec.Hostile)
		return append([]string{appletPath(s.name)}, args...), err
	case spec.Nginx != nil:
		return []string{"nginx", "-c", spec.Nginx.Config, "-g", "daemon off;"}, nil
	default:
		return spec.Command, nil
	}
}

// appletPath is where an embedded service's executable appears on the node: its
// name is the process' name there.
func appletPath(name string) string { return path.Join("/usr/sbin", name) }

// run starts the service's process and keeps hold of it.
func (l *Lab) run(s *supervised, args []string) error {
	p, err := l.launch(s, args)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.proc = p
	return nil
}

// Exec starts a command on a node. Its start, its end and what it prints go
// onto the timeline under the command's name.
func (l *Lab) Exec(node string, args ...string) (*node.Process, error) {
	if len(args) == 0 {
		return nil, errors.New("exec: no command given")
	}
	return l.launch(&supervised{node: node, name: path.Base(args[0]), spec: &topology.Service{}}, args)
}

// launch starts a process for s, reads what it prints and records its end.
func (l *Lab) launch(s *supervised, args []string) (*node.Process, error) {
	h, err := l.host(s.node)
	if err != nil {
		return nil, err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer w.Close()
	p, err := h.Start(node.Command{Args: args, Stdout: w, Stderr: w})
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	record := func(e timeline.Process) {
		e.Service, e.PID = s.name, p.PID()
		l.Recorder.Record(timeline.Event{Kind: timeline.KindProcess, Node: s.node, Process: &e})
	}
	record(timeline.Process{Phase: timeline.Begin, Args: args})
	l.side.Go(func() { l.readOutput(s, r) })
	l.side.Go(func() {
		<-p.Done()
		status, sig := p.Status()
		record(timeline.Process{Phase: timeline.End, Status: status, Signal: sig})
		l.keep(s, p)
	})
	return p, nil
}
