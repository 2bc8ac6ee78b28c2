package conf

import (
	"time"

	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// scriptRows are the words about what the daemon runs, and as whom.
func scriptRows() []schema.Keyword {
	timeout := func(name, what string, at func(*Scripts) *time.Duration) schema.Keyword {
		return schema.Keyword{Name: name, Default: "10", Doc: "end the " + what + " script after that time",
			Field: schema.WholeSeconds(1, 1000, func(g *Global) *time.Duration { return at(&g.Scripts) }).As("INT 1-1000 s")}
	}
	return []schema.Keyword{
		{Name: "startup_script", First: true, Doc: "run the command before anything else", Field: command(func(g *Global) *Command { return &g.Scripts.Startup })},
		timeout("startup_script_timeout", "startup", func(s *Scripts) *time.Duration { return &s.StartupTimeout }),
		{Name: "shutdown_script", First: true, Doc: "run the command when all else has ended", Field: command(func(g *Global) *Command { return &g.Scripts.Shutdown })},
		timeout("shutdown_script_timeout", "shutdown", func(s *Scripts) *time.Duration { return &s.ShutdownTimeout }),
		{Name: "script_user", Else: "keepalived_script if present, else own uid", Doc: "run commands under that account",
			Field: schema.Field{Form: "USER [GROUP]", Min: 1, Max: 2,
				Read:  func(_ *schema.Context, obj any, words []syntax.Word) { obj.(*Global).Scripts.read(words[1:]) },
				Print: func(obj any) [][]string { return [][]string{obj.(*Global).Scripts.words()} }}},
		on("enable_script_security", "run nothing as root that others can change", func(g *Global) *bool { return &g.Scripts.Security }),
		newer(truth("use_symlink_paths", "run scripts by the paths given, links and all", func(g *Global) *bool { return &g.Scripts.KeepSymlinks })),
		newer(truth("set_supplementary_groups", "give scripts all groups of their user", func(g *Global) *bool { return &g.Scripts.SupplementaryOn })),
	}
}

// newer marks the row of a keyword that keepalived 2.2.7 does not have.
func newer(k schema.Keyword) schema.Keyword {
	k.Newer = true
	return k
}

// fifoRows are the words about the pipes that events are written to.
func fifoRows() []schema.Keyword {
	all := func(g *Global) *FIFO { return &g.Scripts.FIFO }
	vrrp := func(g *Global) *FIFO { return &g.Scripts.VRRPFIFO }
	checker := func(g *Global) *FIFO { return &g.Scripts.CheckerFIFO }
	return []schema.Keyword{
		fifoRow("notify_fifo", "all events", all), fifoScriptRow("notify_fifo_script", "all events", all),
		fifoRow("vrrp_notify_fifo", "events of instances", vrrp), fifoScriptRow("vrrp_notify_fifo_script", "events of instances", vrrp),
		truth("vrrp_notify_priority_changes", "report changes of priority", func(g *Global) *bool { return &g.VRRP.NotifyPriorityChanges }),
		on("fifo_write_vrrp_states_on_reload", "report all states again after a reload", func(g *Global) *bool { return &g.VRRP.StatesOnReload }),
		fifoRow("lvs_notify_fifo", "events of servers", checker), fifoScriptRow("lvs_notify_fifo_script", "events of servers", checker),
	}
}

func fifoRow(name, what string, at func(*Global) *FIFO) schema.Keyword {
	return schema.Keyword{Name: name, First: true, Doc: "write " + what + " to that pipe", Field: schema.Field{Form: "PATH [USER [GROUP]]", Min: 1, Max: 3,
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			relative(c, words[0], words[1])
			f := at(obj.(*Global))
			f.Path = words[1].Text
			f.read(words[2:])
		},
		Print: func(obj any) [][]string {
			f := at(obj.(*Global))
			return [][]string{append([]string{f.Path}, f.words()...)}
		}}}
}

func fifoScriptRow(name, what string, at func(*Global) *FIFO) schema.Keyword {
	return schema.Keyword{Name: name, First: true, Doc: "run the command as the reader of " + what,
		Field: command(func(g *Global) *Command { return &at(g).Script })}
}
