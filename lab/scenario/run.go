package scenario

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/viplab/viplab/lab"
	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/fault"
	"github.com/viplab/viplab/lab/kernel"
	"github.com/viplab/viplab/lab/probe"
	"github.com/viplab/viplab/lab/timeline"
)

// defaultWithin bounds a step in lab time unless it says otherwise.
const defaultWithin = time.Minute

// ErrCommand says that a command of a step did not exit with 0.
var ErrCommand = errors.New("command failed")

// Run does a scenario's steps in a lab, one after the other, and marks them on
// the timeline; Judge says what came of them. Its error means that the scenario
// could not be done to its end, not that an expectation was disappointed.
func Run(ctx context.Context, l *lab.Lab, s *Scenario) error {
	r := &runner{lab: l, scenario: s, heals: make(map[string][]fault.Heal)}
	probing, stop := context.WithCancel(ctx)
	defer stop()
	answered, err := r.startProbes(probing)
	if err != nil {
		return err
	}
	err = r.steps(ctx)
	stop()
	answered()
	return errors.Join(err, l.HealAll(ctx))
}

// runner is a scenario under way.
type runner struct {
	lab      *lab.Lab
	ports    probe.Ports // of all clients
	scenario *Scenario
	heals    map[string][]fault.Heal // by name and target as the file writes them
}

func (r *runner) steps(ctx context.Context) error {
	for i, step := range r.scenario.Steps {
		what := fmt.Sprintf("step %d/%d: %s", i+1, len(r.scenario.Steps), step.Name)
		if err := kernel.Report(what); err != nil {
			return err
		}
		r.lab.Step(timeline.Step{Index: i, Name: step.Name, Phase: timeline.Begin})
		if err := r.step(ctx, step); err != nil {
			return fmt.Errorf("step %d (%s): %w", i+1, step.Name, err)
		}
		r.lab.Step(timeline.Step{Index: i, Name: step.Name, Phase: timeline.End})
	}
	return nil
}

// step does a step's actions and waits until its expectations are decided.
func (r *runner) step(ctx context.Context, step *Step) error {
	from := r.lab.Recorder.Now()
	for i := range step.Do {
		if err := r.act(ctx, &step.Do[i]); err != nil {
			return err
		}
	}
	expected, err := expectations(step.Expect)
	if err != nil {
		return err
	}
	within := step.Within
	if within == 0 {
		within = defaultWithin
	}
	_, err = r.lab.Await(ctx, from, within, expected...)
	return err
}

func expectations(items []expect.Item) ([]expect.Expectation, error) {
	expected := make([]expect.Expectation, len(items))
	for i, item := range items {
		var err error
		if expected[i], err = item.Expectation(); err != nil {
			return nil, err
		}
	}
	return expected, nil
}

// act does one action.
func (r *runner) act(ctx context.Context, a *Action) error {
	switch {
	case len(a.Start) > 0:
		return r.eachService(a.Start, func(node, name string) error { return r.lab.StartService(ctx, node, name) })
	case len(a.Stop) > 0:
		return r.eachService(a.Stop, func(node, name string) error {
			_, err := r.lab.Inject(ctx, fault.Stop{Service: fault.Service{Node: node, Name: name}})
			return err
		})
	case a.Fault != nil:
		return r.inject(ctx, a.Fault)
	case a.Heal != nil:
		return r.heal(ctx, a.Heal)
	case a.Request != nil:
		return r.request(ctx, a.Request)
	case a.Run != nil:
		return r.command(ctx, a.Run)
	case a.Send != nil:
		return r.send(ctx, a.Send)
	case a.Behave != nil:
		return r.eachService(a.Behave.At, func(node, name string) error { return r.lab.Behave(ctx, node, name, a.Behave.As) })
	case a.Wait != nil:
		return r.wait(ctx, a.Wait)
	}
	return nil
}

func (r *runner) eachService(targets Targets, f func(node, service string) error) error {
	for _, target := range targets {
		s, err := r.service(target)
		if err != nil {
			return err
		}
		if err := f(s.Node, s.Name); err != nil {
			return err
		}
	}
	return nil
}

func (r *runner) inject(ctx context.Context, f *Fault) error {
	made, err := r.fault(f)
	if err != nil {
		return err
	}
	heal, err := r.lab.Inject(ctx, made)
	if err != nil {
		return err
	}
	r.heals[f.key()] = append(r.heals[f.key()], heal)
	return nil
}

// key is what a heal names its fault by.
func (f *Fault) key() string { return f.Name + " " + f.Target }

func (r *runner) heal(ctx context.Context, f *Fault) error {
	heals := r.heals[f.key()]
	if len(heals) == 0 {
		return fmt.Errorf("heal %s: no such fault is injected", f.key())
	}
	last := len(heals) - 1
	r.heals[f.key()] = heals[:last]
	return heals[last](ctx)
}

// command runs a command on a node; what it prints goes onto the timeline.
func (r *runner) command(ctx context.Context, c *Command) error {
	p, err := r.lab.Exec(c.Node, c.Args...)
	if err != nil {
		return err
	}
	select {
	case <-p.Done():
	case <-ctx.Done():
		return errors.Join(context.Cause(ctx), p.KillTree())
	}
	if status, _ := p.Status(); status != 0 {
		return fmt.Errorf("%s on %s: %w: exit status %d", strings.Join(c.Args, " "), c.Node, ErrCommand, status)
	}
	return nil
}
