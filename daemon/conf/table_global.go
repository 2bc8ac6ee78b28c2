package conf

import (
	"math"
	"slices"
	"time"

	"github.com/viplab/viplab/daemon/conf/schema"
)

// globalRoot are the keywords outside blocks that concern the daemon as a whole,
// and global_defs.
func globalRoot() []schema.Keyword {
	name := func(form string, at func(*Daemon) *string) schema.Field {
		return schema.String(func(c *Config) *string { return at(&c.Global.Daemon) }).As(form)
	}
	return []schema.Keyword{
		on("linkbeat_use_polling", "poll the state of links", func(c *Config) *bool { return &c.Global.Daemon.LinkbeatPolling }),
		{Name: "net_namespace", First: true, Doc: "run in that network namespace",
			Field: name("STRING name", func(d *Daemon) *string { return &d.Namespace })},
		{Name: "net_namespace_ipvs", First: true, Doc: "keep IPVS in that network namespace",
			Field: orBare("STRING name (optional)", "", func(c *Config) *string { return &c.Global.Daemon.IPVSNamespace })},
		on("namespace_with_ipsets", "use ipsets in a network namespace", func(c *Config) *bool { return &c.Global.Daemon.NamespaceWithIPSets }),
		on("use_pid_dir", "keep pid files in a directory of their own", func(c *Config) *bool { return &c.Global.Daemon.PIDDir }),
		{Name: "instance", First: true, Doc: "add that name to pid files and log lines",
			Field: name("STRING name", func(d *Daemon) *string { return &d.Instance })},
		{Name: "child_wait_time", Default: "5", Doc: "wait so long for its children when it stops",
			Field: schema.WholeSeconds(0, math.MaxUint32, func(c *Config) *time.Duration { return &c.Global.Daemon.ChildWait }).As("INT seconds")},
		{Name: "global_defs", Many: true, Doc: "hold what concerns the daemon and all instances", Block: globalBlock(),
			Field: schema.Field{Form: "block", Sub: func(parent any) any { return &parent.(*Config).Global }}},
	}
}

func globalBlock() *schema.Block {
	return &schema.Block{Path: "global_defs", Keywords: slices.Concat(
		processRows(), mailRows(), scriptRows(), linkRows(), globalGARPRows(), globalVRRPRows(), globalLVSRows(),
		firewallRows(), fifoRows(), snmpRows(), bufferRows(), reloadRows(), fileRows())}
}
