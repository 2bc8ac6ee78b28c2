// Package job runs scenarios as independent pieces of work: one scenario, one
// daemon, one kernel. A job leaves a folder with all that was seen; its verdict
// is made from that folder alone, at once or any time later.
package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/viplab/viplab/lab"
	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/ha"
	"github.com/viplab/viplab/lab/scenario"
	"github.com/viplab/viplab/lab/topology"
	"github.com/viplab/viplab/reports"
	"github.com/viplab/viplab/topologies"
)

// Files of a job's folder.
const (
	specFile     = "job.json"
	configsDir   = "configs"
	timelineFile = "timeline.ndjson" // a lab's
)

// Spec is what a job is to do.
type Spec struct {
	Scenario *scenario.Scenario `json:"scenario"`
	Daemons  ha.Cast            `json:"daemons"`
	// Labs is the folder of labs that the scenario is from; empty for those that
	// come with viplab.
	Labs string `json:"labs,omitempty"`
}

// ID names the job's scenario as reports do: SUITE/TOPOLOGY/NAME.
func (s Spec) ID() string { return s.Scenario.ID() }

// Skip is the result of a job that is not run; environment says that this machine
// is why, and not the daemon.
func (s Spec) Skip(reason string, environment bool) reports.Result {
	r := s.blank()
	r.Verdict, r.Reason, r.Environment = expect.Skip, reason, environment
	return r
}

// Unfit says why the daemons cannot do what the scenario is about: one of them
// lacks what it needs, or there are not as many as the topology has nodes for
// them. It is empty where they can.
func (s Spec) Unfit() (reason string, err error) {
	top, err := s.topology()
	if err != nil {
		return "", err
	}
	if _, err := s.Daemons.Assign(top.HANodes()); err != nil {
		return err.Error(), nil
	}
	if lacks := s.Daemons.Lacks(s.Scenario.Needs.Daemon); len(lacks) > 0 {
		return strings.Join(lacks, "; ") + " yet", nil
	}
	return "", nil
}

// Dir is the job's folder under a run's.
func (s Spec) Dir(run string) string {
	return filepath.Join(run, filepath.FromSlash(s.ID()), s.Daemons.Name())
}

// topology loads the topology that the job needs, as its scenario runs it.
func (s Spec) topology() (*topology.Topology, error) {
	load := topologies.Load
	if s.Labs != "" {
		load = func(name string) (*topology.Topology, error) {
			return topologies.LoadFrom(os.DirFS(s.Labs), s.Labs, name)
		}
	}
	top, err := load(s.Scenario.Topology)
	if err != nil {
		return nil, err
	}
	return s.Scenario.On(top), nil
}

// Prepare makes the job's folder and writes down what is to be done, with the
// configurations that it will be judged by.
func (s Spec) Prepare(dir string) error {
	top, err := s.topology()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, configsDir), 0o755); err != nil {
		return fmt.Errorf("make job folder: %w", err)
	}
	for _, n := range top.HANodes() {
		if err := keepConfig(top, n, filepath.Join(dir, configsDir, n.Node+".conf")); err != nil {
			return fmt.Errorf("keep configuration of %s: %w", n.Node, err)
		}
	}
	blob, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("encode job: %w", err)
	}
	return os.WriteFile(filepath.Join(dir, specFile), append(blob, '\n'), 0o644)
}

// keepConfig writes the effective configuration of a node: the file alone may
// include others, and depend on the node's name.
func keepConfig(top *topology.Topology, n topology.HANode, path string) error {
	c, err := lab.ReadConfig(top, n)
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := c.WriteText(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// Load reads what a job was to do.
func Load(dir string) (Spec, error) {
	var s Spec
	blob, err := os.ReadFile(filepath.Join(dir, specFile))
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(blob, &s); err != nil {
		return s, fmt.Errorf("read %s: %w", filepath.Join(dir, specFile), err)
	}
	return s, nil
}

// Execute does the job whose folder is dir, in the kernel that this process runs
// on. Its error means that the scenario could not be done to its end.
func Execute(ctx context.Context, dir string) (err error) {
	s, err := Load(dir)
	if err != nil {
		return err
	}
	top, err := s.topology()
	if err != nil {
		return err
	}
	daemons, err := s.Daemons.Assign(top.HANodes())
	if err != nil {
		return err
	}
	l, err := lab.Open(ctx, top, lab.Options{Daemons: daemons, Dir: dir, Directors: s.Scenario.Directors()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	return scenario.Run(ctx, l, s.Scenario)
}
