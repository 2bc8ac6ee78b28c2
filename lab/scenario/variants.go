package scenario

import (
	"io/fs"
	"path"
	"slices"

	"github.com/viplab/viplab/internal/suggest"
	"github.com/viplab/viplab/lab/internal/yamlfile"
	"github.com/viplab/viplab/lab/topology"
)

// Variant is the same steps with another configuration on the routers.
type Variant struct {
	// Title says what differs.
	Title string `yaml:"title" json:"title"`
	// Config is the file that the daemons read, by its path on every node.
	Config string `yaml:"config" json:"config"`
	// Needs are added to those of the scenario.
	Needs Needs `yaml:"needs,omitempty" json:"needs,omitzero"`
}

// Expand returns the scenarios that s stands for: itself, or one for each of its
// variants, in the order of their names. A variant's scenario is named
// NAME-VARIANT.
func (s *Scenario) Expand() []*Scenario {
	if len(s.Variants) == 0 {
		return []*Scenario{s}
	}
	var all []*Scenario
	for _, name := range sortedKeys(s.Variants) {
		v, one := s.Variants[name], *s
		one.Name += "-" + name
		one.Title += ": " + v.Title
		one.Config, one.Variants = v.Config, nil
		one.Needs = Needs{
			Daemon: slices.Concat(s.Needs.Daemon, v.Needs.Daemon),
			Kernel: slices.Concat(s.Needs.Kernel, v.Needs.Kernel),
		}
		all = append(all, &one)
	}
	return all
}

// On returns the topology as s runs it: with the configuration that s names, if
// it does.
func (s *Scenario) On(t *topology.Topology) *topology.Topology {
	if s.Config == "" {
		return t
	}
	return t.WithConfig(s.Config)
}

// checkConfigs wants the configurations to be there, on every router.
func (c *checker) checkConfigs() {
	if len(c.s.Variants) > 0 && c.s.Config != "" {
		c.Report(yamlfile.Path{"config"}, "each variant names its own configuration")
	}
	if c.s.Config != "" {
		c.checkConfig(yamlfile.Path{"config"}, c.s.Config)
	}
	for _, name := range sortedKeys(c.s.Variants) {
		p, v := yamlfile.Path{"variants", name}, c.s.Variants[name]
		if !nameForm.MatchString(name) {
			c.ReportKey(p, "", "variant %q may hold only lower-case letters, digits and dashes", name)
		}
		if v == nil {
			c.Report(p, "the variant is empty")
			continue
		}
		c.checkTitle(p.Key("title"), v.Title)
		c.checkConfig(p.Key("config"), v.Config)
		c.checkNeeds(p.Key("needs", "daemon"), v.Needs.Daemon, DaemonNeeds())
		c.checkNeeds(p.Key("needs", "kernel"), v.Needs.Kernel, KernelNeeds())
	}
}

// checkConfig wants a file on every router.
func (c *checker) checkConfig(p yamlfile.Path, config string) {
	if !path.IsAbs(config) {
		c.ReportNear(p, path.Join("/", config), "%q must be an absolute path on the nodes", config)
		return
	}
	if c.t == nil || c.t.Files == nil {
		return
	}
	for _, node := range c.routers() {
		if _, err := fs.Stat(c.t.Files, node+path.Clean(config)); err != nil {
			c.ReportNear(p, suggest.Nearest(config, c.configsOf(node, config)), "there is no %s%s", node, config)
		}
	}
}

// configsOf lists the files of a node beside a missing one.
func (c *checker) configsOf(node, config string) []string {
	dir := path.Dir(path.Clean(config))
	entries, err := fs.ReadDir(c.t.Files, node+dir)
	if err != nil {
		return nil // there is nothing to suggest
	}
	var files []string
	for _, e := range entries {
		files = append(files, path.Join(dir, e.Name()))
	}
	return files
}
