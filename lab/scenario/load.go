package scenario

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/viplab/viplab/internal/suggest"
	"github.com/viplab/viplab/lab/internal/yamlfile"
	"github.com/viplab/viplab/lab/topology"
)

// Load reads and checks a scenario file of fsys. Topologies are the ones that it
// may name. Dir is the directory of fsys as messages show it. A file in
// TOPOLOGY/scenarios must name that topology, and a file NAME.yaml that scenario.
// The error wraps what fsys said, or is topology.Diagnostics with every mistake.
func Load(fsys fs.FS, dir, file string, topologies map[string]*topology.Topology) (*Scenario, error) {
	src, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, fmt.Errorf("load scenario %s: %w", filepath.Join(dir, file), err)
	}
	s := &Scenario{File: filepath.Join(dir, file)}
	doc := yamlfile.Parse(s.File, src)
	doc.Decode(s)
	if doc.Has(yamlfile.Path{}) {
		c := &checker{Document: doc, s: s}
		c.checkPlace(file)
		c.findTopology(topologies)
		c.check()
	}
	if err := doc.Err(); err != nil {
		return nil, err
	}
	return s, nil
}

// ID names the scenario in reports and on the command line: SUITE/TOPOLOGY/NAME.
func (s *Scenario) ID() string { return s.Suite + "/" + s.Topology + "/" + s.Name }

// checkPlace holds name and topology to where the file lies.
func (c *checker) checkPlace(file string) {
	if name := strings.TrimSuffix(path.Base(file), path.Ext(file)); c.s.Name != name {
		c.Report(yamlfile.Path{"name"}, "the name is %q, but the file is %q", c.s.Name, path.Base(file))
	}
	folder := path.Dir(file)
	if path.Base(folder) != topology.ScenarioFolder || path.Dir(folder) == "." {
		return
	}
	if home := path.Base(path.Dir(folder)); c.s.Topology != home {
		c.Report(yamlfile.Path{"topology"}, "the topology is %q, but the file is a scenario of %q", c.s.Topology, home)
	}
}

func (c *checker) findTopology(topologies map[string]*topology.Topology) {
	c.t = topologies[c.s.Topology]
	if c.t == nil {
		near := suggest.Nearest(c.s.Topology, slices.Collect(maps.Keys(topologies)))
		c.ReportNear(yamlfile.Path{"topology"}, near, "unknown topology %q", c.s.Topology)
	}
}

// Listable lets a single target stand without the list: start: web1/keepalived.
func (Targets) Listable() {}
