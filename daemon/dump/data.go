package dump

import (
	"fmt"
	"io"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/status"
)

// WriteData writes the state of all instances, sync groups and trackers
// (SIGUSR1). The global definitions are in the form of `vipd --dump-conf`.
func WriteData(w io.Writer, cfg *conf.Config, st *status.Status) error {
	e := &errWriter{w: w}
	e.globals(cfg, st)
	e.printf("------< VRRP Topology >------\n")
	for _, p := range pairs(cfg, st) {
		e.instance(p, st.Now)
	}
	if len(cfg.SyncGroups) > 0 {
		e.printf("------< VRRP Sync groups >------\n")
		for _, g := range cfg.SyncGroups {
			e.group(g, st)
		}
	}
	e.scripts(cfg, st)
	e.files(cfg, st)
	e.processes(cfg, st)
	e.sessions(cfg, st)
	return e.close("state")
}

// row writes a label and its value.
func (e *errWriter) row(indent int, label, format string, args ...any) {
	e.printf("%*s%s = %s\n", indent, "", label, fmt.Sprintf(format, args...))
}

// text writes a line unless its value is empty.
func (e *errWriter) text(indent int, label, value string) {
	if value != "" {
		e.row(indent, label, "%s", value)
	}
}

func (e *errWriter) globals(cfg *conf.Config, st *status.Status) {
	g := &cfg.Global
	e.printf("------< Global definitions >------\n")
	e.row(1, "Daemon", "vipd %s", st.Version)
	e.row(1, "Network namespace", "%s", or(g.Daemon.Namespace, "(default)"))
	e.text(1, "Instance", g.Daemon.Instance)
	e.text(1, "Router ID", g.RouterID)
	e.text(1, "Smtp server", g.Mail.Server)
	e.text(1, "Email notification from", g.Mail.From)
	for _, to := range g.Mail.To {
		e.row(1, "Email notification", "%s", to)
	}
	e.row(1, "Dynamic interfaces", "%t", g.VRRP.DynamicInterfaces)
	e.row(1, "Default interface", "%s", g.VRRP.Interface)
	e.row(1, "VRRP notify priority changes", "%t", g.VRRP.NotifyPriorityChanges)
	e.row(1, "VRRP IPv4 mcast group", "%s", g.VRRP.Group4)
	e.row(1, "VRRP IPv6 mcast group", "%s", g.VRRP.Group6)
	e.garp(1, g.VRRP.GARP)
	e.row(1, "Num adverts before down", "%d", g.VRRP.DownTimerAdverts)
	e.row(1, "Gratuitous ARP interval", "%.6f", g.VRRP.GARPInterval.Seconds())
	e.row(1, "Gratuitous NA interval", "%.6f", g.VRRP.GNAInterval.Seconds())
	e.row(1, "VRRP default protocol version", "%d", g.VRRP.Version)
	e.row(1, "VRRP check unicast_src", "%t", g.VRRP.CheckUnicastSource)
	e.row(1, "VRRP skip check advert addresses", "%t", g.VRRP.SkipCheckAddresses)
	e.row(1, "VRRP strict mode", "%t", g.VRRP.Strict)
	e.row(1, "VRRP process priority", "%d", g.Processes.VRRP.Nice)
	e.row(1, "VRRP don't swap", "%t", g.Processes.VRRP.NoSwap)
	e.row(1, "VRRP realtime priority", "%d", g.Processes.VRRP.RTPriority)
	e.printf(" Script security %s\n", enabled(g.Scripts.Security))
}

// garp is the schedule of gratuitous ARP.
func (e *errWriter) garp(indent int, g conf.GARP) {
	refresh := "Gratuitous ARP refresh"
	if indent == 1 {
		refresh += " timer"
	}
	e.row(indent, "Gratuitous ARP delay", "%d", whole(g.Delay))
	e.row(indent, "Gratuitous ARP repeat", "%d", g.Repeat)
	e.row(indent, refresh, "%d", whole(g.Refresh))
	e.row(indent, "Gratuitous ARP refresh repeat", "%d", g.RefreshTimes)
	e.row(indent, "Gratuitous ARP lower priority delay", "%d", whole(g.LowerDelay))
	e.row(indent, "Gratuitous ARP lower priority repeat", "%d", g.LowerRepeat)
}

// stamp is a time twice: for programs and for people.
func stamp(t time.Time) string {
	return fmt.Sprintf("%d.%06d (%s)", t.Unix(), t.Nanosecond()/1000, t.Format("Mon Jan _2 15:04:05.000000 2006"))
}

// due is when the next of its timers runs out.
func due(s *status.Instance, now time.Time) (time.Time, bool) {
	if len(s.Timers) == 0 {
		return time.Time{}, false
	}
	return now.Add(time.Duration(s.Timers[0].In * float64(time.Second))), true
}

func interval(i *conf.Instance) string {
	if i.Version == 2 {
		return fmt.Sprintf("%d sec", whole(i.AdvertInt))
	}
	return fmt.Sprintf("%d milli-sec", i.AdvertInt.Milliseconds())
}

func enabled(on bool) string { return word(on, "enabled") + word(!on, "disabled") }

// word is text if on.
func word(on bool, text string) string {
	if on {
		return text
	}
	return ""
}

func or(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
