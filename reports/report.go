// Package reports holds what came of a run and writes it for people and for
// programs: text, JSON, JUnit and one self-contained HTML page.
package reports

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/viplab/viplab/lab/expect"
)

// Schema names the form of report.json. Fields may be added under this name;
// none changes its meaning.
const Schema = "viplab.report/1"

// ErrSchema says that a file is not a report of the form this package reads.
var ErrSchema = errors.New("not a " + Schema)

// Report is report.json: what came of a run.
type Report struct {
	Schema      string    `json:"schema"`
	Started     time.Time `json:"started"`
	WallSeconds float64   `json:"wall_seconds"`
	Kernel      Kernel    `json:"kernel"`
	Results     []Result  `json:"results"`
}

// Kernel is where a run's labs were.
type Kernel struct {
	Backend string `json:"backend"` // host or uml
	Release string `json:"release"` // uname -r
	Clock   string `json:"clock"`   // real, virtual or ideal
	IPVS    bool   `json:"ipvs"`
}

// Result is what came of one scenario with one daemon.
type Result struct {
	Scenario      string         `json:"scenario"` // course/web-hot-standby/stop-keepalived
	Suite         string         `json:"suite"`
	Topology      string         `json:"topology"`
	Daemon        string         `json:"daemon"`
	DaemonVersion string         `json:"daemon_version"`
	Verdict       expect.Verdict `json:"verdict"` // pass, fail, skip or error
	// Reason says why a scenario was skipped or could not be run.
	Reason string `json:"reason"`
	// Record says whether the daemon failed as it is known to, and why; empty
	// where nothing is on record.
	Record string `json:"record,omitempty"`
	// Environment says that the reason lies in where it ran (a kernel without
	// IPVS, a daemon not installed), not in what the daemon can do.
	Environment bool           `json:"environment,omitempty"`
	LabSeconds  float64        `json:"lab_seconds"`
	WallSeconds float64        `json:"wall_seconds"`
	Checks      []expect.Check `json:"checks"`
	Artifacts   Artifacts      `json:"artifacts"`
}

// Artifacts are the files of a result, by their paths from the run directory.
type Artifacts struct {
	Timeline string   `json:"timeline"`
	Pcap     string   `json:"pcap"`
	Logs     []string `json:"logs"`
}

// New returns a report without results.
func New(started time.Time, k Kernel) *Report {
	return &Report{Schema: Schema, Started: started, Kernel: k}
}

// Add appends results. The report's own time is up to now.
func (r *Report) Add(results ...Result) {
	r.Results = append(r.Results, results...)
	r.WallSeconds = time.Since(r.Started).Seconds()
}

// Passed returns how many checks passed, of how many.
func (r *Result) Passed() (passed, total int) {
	for _, c := range r.Checks {
		if c.Verdict == expect.Pass {
			passed++
		}
	}
	return passed, len(r.Checks)
}

// WorstError returns the timing deviation of the largest size among the
// checks, in seconds; false if no check measured one.
func (r *Result) WorstError() (worst float64, measured bool) {
	for _, c := range r.Checks {
		if c.ErrorSeconds != nil && (!measured || math.Abs(*c.ErrorSeconds) > math.Abs(worst)) {
			worst, measured = *c.ErrorSeconds, true
		}
	}
	return worst, measured
}

// Counts returns how many results have each verdict.
func (r *Report) Counts() map[expect.Verdict]int {
	n := map[expect.Verdict]int{}
	for _, res := range r.Results {
		n[res.Verdict]++
	}
	return n
}

// The exit statuses of a run.
const (
	ExitPassed      = 0 // all passed; what a daemon cannot do was skipped
	ExitFailed      = 1 // a check failed
	ExitNothing     = 2 // nothing was run
	ExitEnvironment = 3 // some of it could not be run here
)

// ExitStatus returns the exit status that r deserves. A failure outweighs what
// could not be run.
func (r *Report) ExitStatus() int {
	if len(r.Results) == 0 {
		return ExitNothing
	}
	status := ExitPassed
	for _, res := range r.Results {
		switch {
		case res.Verdict == expect.Pass:
		case res.Verdict == expect.Fail:
			return ExitFailed
		case res.Verdict == expect.Skip && !res.Environment:
		default:
			status = ExitEnvironment
		}
	}
	return status
}

// WriteJSON writes report.json. Lists are never null.
func (r *Report) WriteJSON(w io.Writer) error {
	out := *r
	out.Schema = Schema
	out.Results = make([]Result, len(r.Results))
	for i, res := range r.Results {
		if res.Checks == nil {
			res.Checks = []expect.Check{}
		}
		if res.Artifacts.Logs == nil {
			res.Artifacts.Logs = []string{}
		}
		out.Results[i] = res
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(out); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// Load reads report.json of a run directory. A file of another form is an
// ErrSchema.
func Load(dir string) (*Report, error) {
	path := filepath.Join(dir, "report.json")
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("load report: %w", err)
	}
	var r Report
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("load report %s: %w", path, err)
	}
	if r.Schema != Schema {
		return nil, fmt.Errorf("load report %s: schema %q: %w", path, r.Schema, ErrSchema)
	}
	return &r, nil
}
