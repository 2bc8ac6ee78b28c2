package dump

import (
	"fmt"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/status"
)

func (e *errWriter) group(g *conf.SyncGroup, st *status.Status) {
	state := "INIT"
	for _, s := range st.Groups {
		if s.Name == g.Name {
			state = s.State
		}
	}
	e.row(1, "VRRP Sync Group", "%s, %s", g.Name, state)
	var members []string
	for _, m := range g.Members {
		members = append(members, m.Name)
	}
	e.lines("VRRP member instances :", members)
	e.row(3, "Using smtp notification", "%s", word(g.SMTPAlert, "yes")+word(!g.SMTPAlert, "no"))
	e.text(3, "Backup state transition script", command(&g.NotifyBackup))
	e.text(3, "Master state transition script", command(&g.NotifyMaster))
	e.text(3, "Fault state transition script", command(&g.NotifyFault))
	e.text(3, "Stop state transition script", command(&g.NotifyStop))
	e.text(3, "Generic state transition script", command(&g.Notify))
}

// title begins a section that has something in it.
func (e *errWriter) title(text string, n int) {
	if n > 0 {
		e.printf("------< %s >------\n", text)
	}
}

func (e *errWriter) scripts(cfg *conf.Config, st *status.Status) {
	e.title("VRRP Scripts", len(cfg.Scripts))
	for _, s := range cfg.Scripts {
		t := tracker(st, "script", s.Name)
		e.row(1, "VRRP Script", "%s", s.Name)
		e.row(3, "Command", "%s", command(&s.Command))
		e.row(3, "Interval", "%g sec", s.Interval.Seconds())
		e.row(3, "Timeout", "%g sec", s.Timeout.Seconds())
		e.row(3, "Weight", "%d%s", s.Weight, word(s.Reverse, " reverse"))
		e.row(3, "Rise", "%d", s.Rise)
		e.row(3, "Fall", "%d", s.Fall)
		e.row(3, "Status", "%s", health(t, "GOOD", "BAD"))
		e.text(3, "Result", t.Text)
		e.followers(cfg, s.Name, func(i *conf.Instance) []conf.Track { return i.TrackScripts })
	}
}

func (e *errWriter) files(cfg *conf.Config, st *status.Status) {
	e.title("VRRP Track files", len(cfg.TrackFiles))
	for _, f := range cfg.TrackFiles {
		e.row(1, "Track file", "%s", f.Name)
		e.row(3, "File", "%s", f.Path)
		e.row(3, "Status", "%s", or(tracker(st, "file", f.Name).Text, "0"))
		e.row(3, "Weight", "%d%s", f.Weight, word(f.Reverse, " reverse"))
		e.followers(cfg, f.Name, func(i *conf.Instance) []conf.Track { return i.TrackFiles })
	}
}

func (e *errWriter) processes(cfg *conf.Config, st *status.Status) {
	e.title("VRRP Track processes", len(cfg.TrackProcesses))
	for _, p := range cfg.TrackProcesses {
		t := tracker(st, "process", p.Name)
		e.row(1, "VRRP Track process", "%s", p.Name)
		e.row(3, "Process", "%s", p.Process)
		e.row(3, "Min processes", "%d", p.Quorum)
		if p.QuorumMax >= 0 {
			e.row(3, "Max processes", "%d", p.QuorumMax)
		}
		e.text(3, "Current", t.Text)
		e.row(3, "Have quorum", "%t", t.Known && t.Up)
		e.row(3, "Weight", "%d%s", p.Weight, word(p.Reverse, " reverse"))
		e.row(3, "Terminate delay", "%.6fs", p.TerminateDelay.Seconds())
		e.row(3, "Fork delay", "%.6fs", p.ForkDelay.Seconds())
		e.row(3, "Full command", "%t", p.FullCommand)
		e.followers(cfg, p.Name, func(i *conf.Instance) []conf.Track { return i.TrackProcesses })
	}
}

func (e *errWriter) sessions(cfg *conf.Config, st *status.Status) {
	e.title("VRRP Track BFDs", len(cfg.BFDs))
	for _, b := range cfg.BFDs {
		e.row(1, "VRRP Track BFD", "%s", b.Name)
		e.row(3, "Weight", "%d%s", b.Weight, word(b.Reverse, " reverse"))
		e.printf("   Bfd is %s\n", health(tracker(st, "bfd", b.Name), "up", "down"))
		e.followers(cfg, b.Name, func(i *conf.Instance) []conf.Track { return i.TrackBFDs })
	}
}

// followers lists the instances that follow a tracker.
func (e *errWriter) followers(cfg *conf.Config, name string, tracks func(*conf.Instance) []conf.Track) {
	var texts []string
	for _, i := range cfg.Instances {
		for _, t := range tracks(i) {
			if t.Name == name {
				texts = append(texts, fmt.Sprintf("%s, weight %d%s", i.Name, t.Weight, word(t.Reverse, " reverse")))
			}
		}
	}
	e.lines("Tracking instances :", texts)
}

// health is a tracker's state in one of two words, or that it is not known.
func health(t status.Tracker, good, bad string) string {
	switch {
	case !t.Known:
		return "unknown"
	case t.Up:
		return good
	}
	return bad
}
