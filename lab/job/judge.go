package job

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/scenario"
	"github.com/viplab/viplab/lab/timeline"
	"github.com/viplab/viplab/reports"
)

// Judge makes a job's result from its folder under the run directory.
func Judge(run, dir string) (reports.Result, error) {
	s, err := Load(dir)
	if err != nil {
		return reports.Result{}, err
	}
	events, err := readTimeline(filepath.Join(dir, timelineFile))
	if err != nil {
		return reports.Result{}, err
	}
	configs, err := readConfigs(filepath.Join(dir, configsDir))
	if err != nil {
		return reports.Result{}, err
	}
	r := s.blank()
	r.Checks = scenario.Judge(s.Scenario, events, configs)
	r.Verdict = expect.Overall(r.Checks)
	r.Record, _ = s.Scenario.Compare(s.Daemons.Name(), r.Checks)
	if len(events) > 0 {
		r.LabSeconds = events[len(events)-1].At.Seconds()
	}
	r.Artifacts, err = artifacts(run, dir)
	return r, err
}

// blank is a result without a verdict.
func (s Spec) blank() reports.Result {
	return reports.Result{
		Scenario: s.ID(), Suite: s.Scenario.Suite, Topology: s.Scenario.Topology,
		Daemon: s.Daemons.Name(), DaemonVersion: s.Daemons.Version(),
	}
}

func readTimeline(path string) ([]timeline.Event, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	events, err := timeline.Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return events, nil
}

// readConfigs parses the configurations that a job was run with. Their mistakes
// are the daemon's to complain of: here only what can be understood counts.
func readConfigs(dir string) (map[string]*conf.Config, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.conf"))
	if err != nil {
		return nil, err
	}
	configs := make(map[string]*conf.Config)
	for _, path := range paths {
		c, err := conf.Load(path)
		if c == nil {
			return nil, err
		}
		configs[strings.TrimSuffix(filepath.Base(path), ".conf")] = c
	}
	return configs, nil
}

// artifacts lists what a job has left, by paths from the run directory.
func artifacts(run, dir string) (reports.Artifacts, error) {
	var a reports.Artifacts
	rel, err := filepath.Rel(run, dir)
	if err != nil {
		return a, fmt.Errorf("job folder: %w", err)
	}
	a.Timeline, a.Pcap = filepath.Join(rel, timelineFile), filepath.Join(rel, "capture.pcapng")
	err = fs.WalkDir(os.DirFS(run), filepath.Join(rel, "logs"), func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return fs.SkipAll
		}
		if err == nil && !d.IsDir() {
			a.Logs = append(a.Logs, path)
		}
		return err
	})
	return a, err
}
