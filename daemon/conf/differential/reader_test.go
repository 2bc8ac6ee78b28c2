package differential_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/viplab/viplab/daemon/conf"
)

// reading is what our reader did with a case.
type reading struct {
	Accepted bool
	Named    []string // lines that diagnostics of any severity name
	Errors   []string // lines that an Error or worse names
	Insecure bool     // nothing is worse than that a script is insecure
}

// read loads a case with our reader. It alone knows the reader's API.
func read(t *testing.T, c testCase) reading {
	t.Helper()
	host, err := conf.ThisHost()
	if err != nil {
		t.Fatal(err)
	}
	host.Interfaces = interfaces
	dir := c.write(t)
	t.Chdir(dir) // relative scripts begin there
	cfg, err := conf.Loader{ConfigID: c.ConfigID, Host: host}.Load(filepath.Join(dir, mainFile))
	var diags conf.Diagnostics
	if err != nil && !errors.As(err, &diags) {
		t.Logf("%s: %v", c.Name, err)
		return reading{}
	}
	worst := cfg.Diagnostics.Worst()
	r := reading{Accepted: worst == conf.Warning, Insecure: worst == conf.Insecure}
	for _, d := range cfg.Diagnostics {
		line := joinLine(filepath.Base(d.Pos.File), int(d.Pos.Line))
		r.Named = append(r.Named, line)
		if d.Severity >= conf.Error {
			r.Errors = append(r.Errors, line)
		}
	}
	r.Named, r.Errors = sortLines(r.Named), sortLines(r.Errors)
	return r
}
