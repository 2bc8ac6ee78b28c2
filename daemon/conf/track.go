package conf

import (
	"strconv"
	"time"

	"github.com/viplab/viplab/internal/suggest"
)

// weightUnset marks a TrackScript whose weight is the script's own, until
// finishTrack knows that.
const weightUnset = 1 << 20

func readTrackScript(b *build, s *Statement) {
	t := TrackScript{Name: s.Keyword(), Weight: weightUnset}
	for n, args := 0, s.Args(); n < len(args); n++ {
		switch w := args[n]; {
		case w.Text == "weight" && n+1 < len(args):
			n++
			if v, err := strconv.Atoi(args[n].Text); err != nil || v < -253 || v > 253 {
				b.errorf(args[n].Pos, "weight %q is not a number from -253 to 253", args[n].Text)
			} else {
				t.Weight = v
			}
		default:
			b.errorf(w.Pos, "track_script %s: unknown word %q", t.Name, w.Text)
		}
	}
	b.instance.TrackScripts = append(b.instance.TrackScripts, t)
	b.mark(b.instance, "track_script "+t.Name, s.Pos())
}

// finishTrack gives tracked scripts their weights and drops unknown ones.
func (b *build) finishTrack(i *Instance) {
	kept := i.TrackScripts[:0]
	for _, t := range i.TrackScripts {
		var script *Script
		var names []string
		for _, s := range b.cfg.Scripts {
			names = append(names, s.Name)
			if s.Name == t.Name {
				script = s
			}
		}
		if script == nil {
			hint := ""
			if near := suggest.Nearest(t.Name, names); near != "" {
				hint = ", did you mean " + strconv.Quote(near) + "?"
			}
			b.errorf(b.set[i]["track_script "+t.Name], "track_script: no vrrp_script %q%s", t.Name, hint)
			continue
		}
		if t.Weight == weightUnset {
			t.Weight = script.Weight
		}
		kept = append(kept, t)
	}
	i.TrackScripts = kept
}

func beginScript(b *build, s *Statement) {
	b.script = &Script{Name: s.Args()[0].Text, Interval: time.Second, Rise: 1, Fall: 1}
	b.cfg.Scripts = append(b.cfg.Scripts, b.script)
}

func (b *build) endScript(s *Statement) {
	if len(b.script.Command) == 0 {
		b.errorf(s.Pos(), "vrrp_script %s has no script", b.script.Name)
	}
	if b.script.Timeout == 0 {
		b.script.Timeout = b.script.Interval
	}
}
