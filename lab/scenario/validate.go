package scenario

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/viplab/viplab/internal/suggest"
	"github.com/viplab/viplab/lab/internal/yamlfile"
	"github.com/viplab/viplab/lab/topology"
)

var nameForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

// DaemonNeeds lists what a scenario can ask of the daemon.
func DaemonNeeds() []string {
	return []string{"vrrp", "lvs", "notify", "script", "smtp", "sync", "syslog"}
}

// KernelNeeds lists what a scenario can ask of the kernel.
func KernelNeeds() []string {
	return []string{"ipvs", "netem", "macvlan", "nftables", "dummy", "vlan", "vrf", "tunnels"}
}

// Validate checks a scenario that was made in Go against its topology and
// returns every mistake as topology.Diagnostics, each with the path of the
// field. Load has done it.
func (s *Scenario) Validate(t *topology.Topology) error {
	c := &checker{Document: yamlfile.Unplaced(), s: s, t: t}
	if s.Topology != t.Name {
		c.Report(yamlfile.Path{"topology"}, "the scenario is for topology %q, not %q", s.Topology, t.Name)
	}
	c.check()
	return c.Err()
}

// checker collects the mistakes of one scenario.
type checker struct {
	*yamlfile.Document
	s *Scenario
	t *topology.Topology // nil when it is not known: then names are not checked

	probes   map[string]string // probes and requests known so far: name to http, ping or arp
	injected map[string]int    // faults by name and target, less those healed
}

func (c *checker) check() {
	c.probes, c.injected = map[string]string{}, map[string]int{}
	c.checkHead()
	c.checkConfigs()
	for _, name := range sortedKeys(c.s.Probes) {
		c.checkProbe(yamlfile.Path{"probes", name}, name, c.s.Probes[name])
	}
	if len(c.s.Steps) == 0 {
		c.Report(yamlfile.Path{"steps"}, "a scenario needs at least one step")
	}
	names := map[string]bool{}
	for i, step := range c.s.Steps {
		c.checkStep(yamlfile.Path{"steps"}.Index(i), step, names)
	}
	c.checkItems(yamlfile.Path{"always"}, c.s.Always)
	c.checkRecords()
}

func (c *checker) checkHead() {
	for _, head := range []struct{ field, value string }{{"name", c.s.Name}, {"suite", c.s.Suite}} {
		if !nameForm.MatchString(head.value) {
			c.Report(yamlfile.Path{head.field}, "%s %q may hold only lower-case letters, digits and dashes", head.field, head.value)
		}
	}
	c.checkTitle(yamlfile.Path{"title"}, c.s.Title)
	c.checkNeeds(yamlfile.Path{"needs", "daemon"}, c.s.Needs.Daemon, DaemonNeeds())
	c.checkNeeds(yamlfile.Path{"needs", "kernel"}, c.s.Needs.Kernel, KernelNeeds())
}

func (c *checker) checkTitle(p yamlfile.Path, title string) {
	if title = strings.TrimSpace(title); title == "" || strings.Contains(title, "\n") {
		c.Report(p, "title must be one line of text")
	}
}

func (c *checker) checkNeeds(p yamlfile.Path, needs, known []string) {
	for i, need := range needs {
		if !slices.Contains(known, need) {
			c.ReportNear(p.Index(i), suggest.Nearest(need, known), "unknown need %q (there is %s)", need, strings.Join(known, ", "))
		}
	}
}

func (c *checker) checkStep(p yamlfile.Path, step *Step, names map[string]bool) {
	if step == nil {
		c.Report(p, "the step is empty")
		return
	}
	switch {
	case strings.TrimSpace(step.Name) == "":
		c.Report(p.Key("name"), "the step has no name")
	case names[step.Name]:
		c.Report(p.Key("name"), "a step before has the name %q already", step.Name)
	}
	names[step.Name] = true
	if len(step.Do) == 0 && len(step.Expect) == 0 {
		c.Report(p, "the step does nothing and expects nothing")
	}
	for i := range step.Do {
		c.checkAction(p.Key("do").Index(i), &step.Do[i])
	}
	c.checkItems(p.Key("expect"), step.Expect)
	c.checkDuration(p.Key("within"), step.Within)
}

// checkDuration wants more than nothing of what is given.
func (c *checker) checkDuration(p yamlfile.Path, d time.Duration) {
	if d < 0 || d == 0 && c.Has(p) {
		c.Report(p, "%s must be longer than 0, not %s", p[len(p)-1], d)
	}
}

// checkCount wants at least 1 of what is given.
func (c *checker) checkCount(p yamlfile.Path, n int) {
	if n < 0 || n == 0 && c.Has(p) {
		c.Report(p, "%s must be at least 1, not %d", p[len(p)-1], n)
	}
}

// checkWord wants something.
func (c *checker) checkWord(p yamlfile.Path, word string) {
	if strings.TrimSpace(word) == "" {
		c.Report(p, "%s is empty", p[len(p)-1])
	}
}

func (c *checker) checkVRID(p yamlfile.Path, vrid int) {
	if vrid < 1 || vrid > 255 { // RFC 3768 5.3.3
		c.Report(p, "vrid %d is out of range 1..255", vrid)
	}
}
