package conf

import (
	"math"
	"strconv"
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

type word = syntax.Word

// scriptField reads a command without its user, which has a row of its own.
func scriptField() schema.Field {
	return schema.Field{Form: "CMD", Min: 1, Max: 1,
		Read: func(c *schema.Context, obj any, words []word) {
			s := obj.(*Script)
			if strings.TrimSpace(words[1].Text) == "" {
				return // as if there were none, which is reported at the end
			}
			if cmd, ok := readCommand(c, words[:2]); ok {
				cmd.User, cmd.Group = s.Command.User, s.Command.Group
				s.Command = cmd
			}
		},
		Print: func(obj any) [][]string { return printed(obj.(*Script).Command.Line) }}
}

// userField is "USER [GROUP]" of a command.
func userField[O any](at func(*O) *Command) schema.Field {
	return schema.Field{Form: "USER [GROUP]", Min: 1, Max: 2,
		Read: func(_ *schema.Context, obj any, words []word) {
			cmd := at(obj.(*O))
			cmd.User, cmd.Group = words[1].Text, ""
			if len(words) > 2 {
				cmd.Group = words[2].Text
			}
		},
		Print: func(obj any) [][]string {
			switch cmd := at(obj.(*O)); {
			case cmd.User == "":
				return nil
			case cmd.Group == "":
				return [][]string{{cmd.User}}
			default:
				return [][]string{{cmd.User, cmd.Group}}
			}
		}}
}

func (s *Script) defaultTimeout() {
	if s.Timeout == 0 {
		s.Timeout = s.Interval
	}
}

func endScript(c *schema.Context, cfg *Config, s *Script, at word) bool {
	s.defaultTimeout()
	if !s.Command.Given() {
		c.Report(diag.Diagnostic{Span: at.Span, Severity: diag.Error, Code: diag.MissingKeyword,
			Text: "vrrp_script " + s.Name + " has no script; it is passed over", Help: "write script COMMAND in it"})
		return false
	}
	if s.Given("timeout") && s.Timeout > s.Interval {
		c.Report(diag.Diagnostic{Span: diag.Span{Pos: s.Where("timeout"), Width: int32(len("timeout"))}, Severity: diag.Warning, Code: diag.TimeoutTooLong,
			Text: "timeout is longer than the interval of vrrp_script " + s.Name + ": a run that hangs keeps the next ones from beginning"})
	}
	return cfg.defined(c, "vrrp_script", "track_script", at, s.Weight, s.Reverse)
}

// fileField is a path; keepalived keeps the first one.
func fileField() schema.Field {
	return schema.Field{Form: "PATH", Min: 1, Max: 1,
		Read: func(c *schema.Context, obj any, words []word) {
			f, path := obj.(*TrackFile), words[1].Text
			switch {
			case f.Path != "":
				c.Errorf(diag.Repeated, words[1], "the file is already %s; this one is passed over", f.Path)
			case path == "":
				c.Warnf(diag.BadText, words[1], "the name of the file is empty; %s is passed over", f.Name)
			default:
				f.Path = path
			}
			if path != "" && path[0] != '/' {
				c.Warnf(diag.BadText, words[1], "%q is not an absolute path: where it leads depends on where the daemon is started", path)
			}
		},
		Print: func(obj any) [][]string { return printed(obj.(*TrackFile).Path) }}
}

// initFileField is "[INT] [overwrite]", in any order.
func initFileField() schema.Field {
	return schema.Field{Form: "[INT] [overwrite]", Max: 2,
		Read: func(c *schema.Context, obj any, words []word) {
			f := obj.(*TrackFile)
			f.Init = true
			c.Keep()
			for _, w := range words[1:min(len(words), 3)] {
				switch {
				case w.Text == "overwrite":
					f.Overwrite = true
				case strings.Trim(w.Text, "+-0123456789") != "":
					c.Choice(words[0], w, []string{"overwrite"})
				default:
					if n, ok := c.Int(words[0], w, math.MinInt32, math.MaxInt32); ok {
						f.InitValue = n
					}
				}
			}
		},
		Print: func(obj any) [][]string {
			f := obj.(*TrackFile)
			line := []string{strconv.Itoa(f.InitValue)}
			if f.Overwrite {
				line = append(line, "overwrite")
			}
			if !f.Init {
				return nil
			}
			return [][]string{line}
		}}
}

func endTrackFile(c *schema.Context, cfg *Config, f *TrackFile, at word) bool {
	if f.Path == "" {
		if !f.Given("file") {
			c.Report(diag.Diagnostic{Span: at.Span, Severity: diag.Error, Code: diag.MissingKeyword,
				Text: "track_file " + f.Name + " has no file; it is passed over", Help: "write file PATH in it"})
		}
		return false
	}
	return cfg.defined(c, "track_file", "track_file", at, f.Weight, f.Reverse)
}
