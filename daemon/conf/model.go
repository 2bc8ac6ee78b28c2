// Package conf reads keepalived.conf: the keyword table, and the typed model that
// the daemon runs and the lab judges by. Syntax, diagnostics and the machinery of
// the table are packages of their own.
package conf

import (
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// Config is a whole configuration with defaults applied. Its objects embed
// Origin, which says where the file sets what.
type Config struct {
	Origin
	Path   string // the file it was read from
	Global Global

	Instances      []*Instance
	SyncGroups     []*SyncGroup
	Scripts        []*Script
	TrackFiles     []*TrackFile
	TrackProcesses []*TrackProcess
	BFDs           []*BFD

	StaticAddresses []Address
	StaticRoutes    []Route
	StaticRules     []Rule
	TrackGroups     []*TrackGroup
	GARPGroups      []*GARPGroup
	Linkbeats       []Linkbeat // linkbeat_interfaces
	Debounces       []Debounce // interface_up_down_delays
	ServerGroups    []*ServerGroup
	VirtualServers  []*VirtualServer
	SSL             *SSL // nil for none

	// Diagnostics is all that was found wrong, warnings too.
	Diagnostics Diagnostics
	// Uses are the keywords of the file that vipd does not act on.
	Uses []Use `json:"-"`

	sources   []syntax.Source
	trackers  trackers
	vrrpNames vrrpNames
}

// newConfig is the configuration of an empty file.
func newConfig(path string) *Config {
	cfg := new(Config)
	if root, err := table(); err == nil {
		cfg = schema.New[Config](root)
	}
	cfg.Path = path
	return cfg
}

// files are the names of the files that were read, in order.
func (c *Config) files() []string {
	names := make([]string, len(c.sources))
	for i, s := range c.sources {
		names[i] = s.Name
	}
	return names
}

// Forget lets go of the files' text and of what only matters to who wrote them.
// Lines has nothing to show after it.
func (c *Config) Forget() {
	for n := range c.sources {
		c.sources[n].Text = ""
	}
	c.Uses, c.Diagnostics = nil, nil
}

// Empty reports whether there is nothing to run.
func (c *Config) Empty() bool {
	return len(c.Instances) == 0 && len(c.VirtualServers) == 0 && len(c.BFDs) == 0
}
