package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/viplab/viplab/daemon/child"
	"github.com/viplab/viplab/daemon/control"
	"github.com/viplab/viplab/daemon/status"
)

var _ control.Backend = backend{}

// Errors of what operators ask for.
var (
	errStopped = errors.New("the daemon is stopping")
	errNoVRRP  = errors.New("no VRRP process is running")
)

// backend is what the daemon does for operators; its methods may be called from
// anywhere.
type backend struct {
	s    *supervisor
	life context.Context // the daemon's
}

// ask has the loop call f and waits for that.
func (s *supervisor) ask(ctx context.Context, f func()) error {
	done := make(chan struct{})
	select {
	case s.work <- func() { defer close(done); f() }:
		<-done
		return nil
	case <-s.done:
		return errStopped
	case <-ctx.Done():
		return ctx.Err()
	}
}

// vrrp is the VRRP process, if it runs.
func (s *supervisor) vrrp(ctx context.Context) (*child.Process, error) {
	var p *child.Process
	err := s.ask(ctx, func() {
		if m := s.member(roleVRRP); m != nil && m.ready {
			p = m.process
		}
	})
	if err == nil && p == nil {
		err = errNoVRRP
	}
	return p, err
}

// Status is all of the daemon now.
func (b backend) Status(ctx context.Context) (*status.Status, error) { return b.s.statusOf(ctx) }

func (s *supervisor) statusOf(ctx context.Context) (*status.Status, error) {
	var own status.Status
	type running struct {
		*child.Process
		title string
	}
	var ask []running
	err := s.ask(ctx, func() {
		own = s.own()
		for _, m := range s.members {
			if m.ready {
				ask = append(ask, running{m.process, m.title})
			}
		}
	})
	if err != nil {
		return nil, err
	}
	for _, p := range ask {
		st, err := p.Status(ctx)
		if errors.Is(err, child.ErrGone) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("ask the %s process: %w", p.title, err)
		}
		own.Merge(st)
	}
	own.Now = time.Now()
	return &own, nil
}

// own is what the parent itself knows.
func (s *supervisor) own() status.Status {
	st := status.Status{Schema: status.Schema, Version: Version, PID: os.Getpid(), Started: s.started,
		Config: s.options.Config, Loaded: s.loaded, Refused: s.refused}
	for _, m := range s.members {
		p := status.Process{Name: m.role, Started: m.begun, Restarts: m.restarts}
		if m.process != nil {
			p.PID = m.process.PID()
		}
		st.Processes = append(st.Processes, p)
	}
	return st
}

// Switchover has a Master resign until its rival fails.
func (b backend) Switchover(ctx context.Context, instance string) error {
	p, err := b.s.vrrp(ctx)
	if err != nil {
		return err
	}
	b.s.Printf("Switchover of %s asked for", instance)
	return b.refusal(ctx, instance, p.Switchover(ctx, instance))
}

// Maintenance takes an instance out of service or back; "" stands for all.
func (b backend) Maintenance(ctx context.Context, instance string, on bool) error {
	p, err := b.s.vrrp(ctx)
	if err != nil {
		return err
	}
	b.s.Printf("Maintenance %s asked for: %s", map[bool]string{true: "on", false: "off"}[on], orAll(instance))
	return b.refusal(ctx, instance, p.Maintenance(ctx, instance, on))
}

// refusal is a child's error in the operator's words.
func (b backend) refusal(ctx context.Context, instance string, err error) error {
	switch {
	case errors.Is(err, child.ErrUnknownInstance):
		var have []string
		if err := b.s.ask(ctx, func() {
			for _, i := range b.s.config.Instances {
				have = append(have, i.Name)
			}
		}); err != nil {
			return err
		}
		return control.NoInstance(instance, have)
	case errors.Is(err, child.ErrNotMaster):
		return fmt.Errorf("%s: %w", instance, control.ErrNotMaster)
	}
	return err
}

func orAll(instance string) string {
	if instance == "" {
		return "all instances"
	}
	return instance
}

// Reload reads the configuration again and returns when it is in force, or why it
// was refused.
func (b backend) Reload(ctx context.Context) error {
	result := make(chan error, 1)
	if err := b.s.ask(ctx, func() { b.s.reloadFor(b.life, result) }); err != nil {
		return err
	}
	select {
	case err := <-result:
		return err
	case <-b.s.done:
		return errStopped
	case <-ctx.Done():
		return ctx.Err()
	}
}
