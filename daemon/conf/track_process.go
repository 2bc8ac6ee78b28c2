package conf

import (
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// maxComm is how much of a program's name the kernel keeps: TASK_COMM_LEN less
// its NUL (linux/sched.h).
const maxComm = 15

// processField is "NAME [ARGS...]"; keepalived keeps the first one.
func processField() schema.Field {
	return schema.Field{Form: "NAME [ARGS...]", Min: 1, Max: -1,
		Read: func(c *schema.Context, obj any, words []word) {
			p := obj.(*TrackProcess)
			switch {
			case p.Process != "":
				c.Errorf(diag.Repeated, words[1], "the process is already %s; this one is passed over", p.Process)
				return
			case words[1].Text == "":
				c.Warnf(diag.BadText, words[1], "the name of the process is empty; %s is passed over", p.Name)
				return
			}
			p.Process = words[1].Text
			for _, w := range words[2:] {
				p.Args = append(p.Args, w.Text)
			}
		},
		Print: func(obj any) [][]string {
			p := obj.(*TrackProcess)
			if p.Process == "" {
				return nil
			}
			return [][]string{append([]string{p.Process}, p.Args...)}
		}}
}

// quorumField and quorumMaxField keep each other: what contradicts the one that
// was given first is passed over.
func quorumField() schema.Field {
	f := schema.Int(1, 65535, func(p *TrackProcess) *int { return &p.Quorum })
	f.Read = func(c *schema.Context, obj any, words []word) {
		p := obj.(*TrackProcess)
		n, ok := c.Int(words[0], words[1], 1, 65535)
		switch {
		case !ok:
		case p.QuorumMax >= 0 && n > p.QuorumMax:
			c.Errorf(diag.ClashingLimits, words[1], "quorum %d is more than quorum_max %d; it is passed over", n, p.QuorumMax)
		default:
			p.Quorum = n
		}
	}
	return f
}

func quorumMaxField() schema.Field {
	f := schema.Int(0, 65535, func(p *TrackProcess) *int { return &p.QuorumMax })
	f.Read = func(c *schema.Context, obj any, words []word) {
		p := obj.(*TrackProcess)
		n, ok := c.Int(words[0], words[1], 0, 65535)
		switch {
		case !ok:
		case n == 0:
			p.Quorum, p.QuorumMax = 0, 0
		case n < p.Quorum:
			c.Errorf(diag.ClashingLimits, words[1], "quorum_max %d is less than quorum %d; it is passed over", n, p.Quorum)
		default:
			p.QuorumMax = n
		}
	}
	return f
}

func endTrackProcess(c *schema.Context, cfg *Config, p *TrackProcess, at word) bool {
	if p.Process == "" {
		if !p.Given("process") {
			c.Report(diag.Diagnostic{Span: at.Span, Severity: diag.Error, Code: diag.MissingKeyword,
				Text: "vrrp_track_process " + p.Name + " has no process; it is passed over", Help: "write process NAME in it"})
		}
		return false
	}
	if len(p.Args) > 0 || p.ParamMatch != "" {
		p.FullCommand = true
	}
	if !p.FullCommand && len(p.Process) > maxComm && !strings.Contains(p.Process, "/") {
		c.Report(diag.Diagnostic{Span: diag.Span{Pos: p.Where("process"), Width: int32(len("process"))}, Severity: diag.Warning, Code: diag.TooLong,
			Text: "process " + p.Process + " never matches: the kernel keeps the first 15 bytes of a program's name", Help: "write full_command, or the 15 bytes"})
	}
	return cfg.defined(c, "vrrp_track_process", "track_process", at, p.Weight, p.Reverse)
}
