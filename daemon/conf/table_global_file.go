package conf

import (
	"fmt"
	"io/fs"
	"math"
	"strconv"
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
	"github.com/viplab/viplab/internal/suggest"
)

// reloadRows are the words about loading a configuration anew.
func reloadRows() []schema.Keyword {
	return []schema.Keyword{
		{Name: "reload_check_config", Else: "off", Doc: "test a new configuration before it takes it", Field: checkConfigField()},
		{Name: "reload_time_file", Doc: "reload at the time that the file holds", Field: pathName("PATH", func(g *Global) *string { return &g.Reload.TimeFile })},
		on("reload_repeat", "reload at the same time each day", func(g *Global) *bool { return &g.Reload.Repeat }),
		{Name: "reload_file", Else: "/run/keepalived.reload", Doc: "keep that file while it reads the configuration",
			Field: orBare("[PATH]", "/run/keepalived.reload", func(g *Global) *string { return &g.Reload.File })},
	}
}

func checkConfigField() schema.Field {
	f := orBare("[LOGFILE]", "", func(g *Global) *string { return &g.Reload.CheckLog })
	read := f.Read
	f.Read = func(c *schema.Context, obj any, words []syntax.Word) {
		obj.(*Global).Reload.Check = true
		read(c, obj, words)
	}
	return f
}

// fileRows are the words about files that are read and written.
func fileRows() []schema.Keyword {
	dump := func(name, value, doc string, at func(*Files) *string) schema.Keyword {
		return newer(schema.Keyword{Name: name, Default: value, Doc: doc, Field: pathName("PATH", func(g *Global) *string { return at(&g.Files) })})
	}
	return []schema.Keyword{
		{Name: "umask", Default: "0177", Doc: "keep those permissions from files that it makes", Field: umaskField()},
		{Name: "random_seed", Else: "time based", Doc: "draw ${_RANDOM} from that seed",
			Field: schema.Int(0, math.MaxUint32, func(g *Global) *uint32 { return &g.Files.RandomSeed }).As("INT")},
		{Name: "include_check", Else: "off", Doc: "insist on the files that includes name", Field: includeCheckField()},
		{Name: "config_save_dir", Doc: "keep copies of configurations there", Field: pathName("PATH", func(g *Global) *string { return &g.Files.SaveDir })},
		{Name: "tmp_config_directory", First: true, Else: "memory file", Doc: "keep the copy for its children there",
			Field: pathName("PATH", func(g *Global) *string { return &g.Files.TempDir })},
		truth("data_use_instance", "put the name of the instance into those of dumps", func(g *Global) *bool { return &g.Files.UseInstance }),
		newer(schema.Keyword{Name: "json_version", Default: "1", Doc: "write dumps in that form of JSON",
			Field: schema.Int(1, 2, func(g *Global) *int { return &g.Files.JSONVersion }).As("INT 1|2")}),
		dump("state_dump_file", "/tmp/keepalived.data", "write its state to that file on SIGUSR1", func(f *Files) *string { return &f.State }),
		dump("stats_dump_file", "/tmp/keepalived.stats", "write its counters to that file on SIGUSR2", func(f *Files) *string { return &f.Stats }),
		dump("json_dump_file", "/tmp/keepalived.json", "write its state to that file as JSON", func(f *Files) *string { return &f.JSON }),
	}
}

// umaskBits are the names of bits, which "|" joins.
var umaskBits = map[string]fs.FileMode{
	"IRUSR": 0o400, "IWUSR": 0o200, "IXUSR": 0o100,
	"IRGRP": 0o040, "IWGRP": 0o020, "IXGRP": 0o010,
	"IROTH": 0o004, "IWOTH": 0o002, "IXOTH": 0o001,
}

// umaskField is a number as in C, or the names of bits. Blanks may stand around
// the "|".
func umaskField() schema.Field {
	return schema.Field{Form: "OCTAL | bit names", Min: 1, Max: -1,
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			w := words[1]
			mask, ok := fs.FileMode(0), true
			if w.Text != "" && w.Text[0] >= '0' && w.Text[0] <= '9' {
				mask, ok = umaskNumber(c, w)
			} else {
				for _, more := range words[2:] {
					w.Text += more.Text
				}
				mask, ok = umaskNames(c, w)
			}
			if !ok {
				c.Reject()
				return
			}
			obj.(*Global).Files.Umask = mask
		},
		Print: func(obj any) [][]string { return [][]string{{fmt.Sprintf("%#04o", uint32(obj.(*Global).Files.Umask))}} }}
}

// umaskNumber warns of a number that looks octal and is not.
func umaskNumber(c *schema.Context, w syntax.Word) (fs.FileMode, bool) {
	n, err := strconv.ParseUint(w.Text, 0, 32)
	if err != nil || n > 0o777 || strings.ContainsAny(w.Text, "_oObB") {
		c.Errorf(diag.BadNumber, w, "umask: %q is not a number from 0 to 0777; it is passed over", w.Text)
		return 0, false
	}
	if n > 7 && w.Text[0] != '0' {
		c.Report(diag.Diagnostic{Span: w.Span, Severity: diag.Warning, Code: diag.BadNumber,
			Text: fmt.Sprintf("umask %s is decimal: it is %#04o", w.Text, n), Help: "write 0" + w.Text + " for octal"})
	}
	return fs.FileMode(n), true
}

func umaskNames(c *schema.Context, w syntax.Word) (fs.FileMode, bool) {
	var mask fs.FileMode
	for name := range strings.SplitSeq(w.Text, "|") {
		bit, ok := umaskBits[name]
		if !ok {
			d := diag.Diagnostic{Span: w.Span, Severity: diag.Error, Code: diag.BadChoice,
				Text: fmt.Sprintf("umask: %q is no name of a bit; the line is passed over", name),
				Help: "write a number such as 0177, or IRUSR, IWGRP and the like with | between"}
			if near := suggest.Nearest(strings.TrimPrefix(strings.ToUpper(name), "S_"), umaskNamesOf()); near != "" {
				d.Help = fmt.Sprintf("did you mean %q?", near)
			}
			c.Report(d)
			return 0, false
		}
		mask |= bit
	}
	return mask, true
}

func umaskNamesOf() []string {
	var list []string
	for name := range umaskBits {
		list = append(list, name)
	}
	return list
}

// includeChecks are the words of include_check. Package syntax acts on them.
var includeChecks = []string{"readable", "match", "wildcard_match", "brace_match"}

func includeCheckField() schema.Field {
	return schema.Field{Form: "[+|-] readable match wildcard_match brace_match ...", Kind: schema.List, Max: -1,
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			var list []string
			for _, w := range words[1:] {
				bare := w
				bare.Text = strings.TrimLeft(w.Text[:min(1, len(w.Text))], "+-") + w.Text[min(1, len(w.Text)):]
				if _, ok := choose(c, words[0], bare, includeChecks...); ok {
					list = append(list, w.Text)
				}
			}
			obj.(*Global).Files.IncludeCheck = list
		},
		Print: func(obj any) [][]string { return [][]string{obj.(*Global).Files.IncludeCheck} }}
}
