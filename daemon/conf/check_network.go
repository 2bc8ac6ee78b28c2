package conf

import (
	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// defaultInterface is where addresses are put whose line and instance name no
// interface, unless default_interface does.
const defaultInterface = "eth0"

// checkNetwork completes static addresses and checks the members of
// track_groups.
func checkNetwork(c *schema.Context, cfg *Config) {
	for n := range cfg.StaticAddresses {
		if a := &cfg.StaticAddresses[n]; a.Interface == "" {
			a.Interface = defaultInterface
		}
	}
	checkMembers(c, cfg)
}

// checkMembers reports the members of track_groups that are no instances.
// keepalived passes over them in silence.
func checkMembers(c *schema.Context, cfg *Config) {
	members := cfg.trackers.members
	if len(members) == 0 {
		return
	}
	names, known := make([]string, len(cfg.Instances)), make(map[string]bool, len(cfg.Instances))
	for n, i := range cfg.Instances {
		names[n], known[i.Name] = i.Name, true
	}
	suggestions := 0
	for _, m := range members {
		if known[m.word.Text] {
			continue
		}
		d := diag.Diagnostic{Span: m.word.Span, Severity: diag.Warning, Code: diag.UnknownName,
			Text: "track_group " + m.name + ": there is no vrrp_instance " + m.word.Text}
		if suggestions++; suggestions <= maxSuggestions {
			d.Help = didYouMean(m.word.Text, names)
		}
		c.Report(d)
	}
}
