package conf

import (
	"fmt"
	"slices"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// checkGlobal finds words of global_defs that do not fit each other.
func checkGlobal(c *schema.Context, cfg *Config) {
	g := &cfg.Global
	checkFIFOs(c, g)
	checkMail(c, cfg)
	if s := g.LVS.Sync; s != nil && s.Instance != "" && !slices.ContainsFunc(cfg.Instances, func(i *Instance) bool { return i.Name == s.Instance }) {
		warnAt(c, g, "lvs_sync_daemon", diag.UnknownName, fmt.Sprintf("lvs_sync_daemon: there is no vrrp_instance %q whose state it could follow", s.Instance), "")
	}
	without := func(word, other string) {
		if g.Given(word) && !g.Given(other) {
			warnAt(c, g, word, diag.NoEffect, word+" has no effect without "+other, "add "+other)
		}
	}
	without("reload_repeat", "reload_time_file")
	without("notify_fifo_script", "notify_fifo")
	without("vrrp_notify_fifo_script", "vrrp_notify_fifo")
	without("lvs_notify_fifo_script", "lvs_notify_fifo")
}

// checkFIFOs reports a pipe that two kinds of events are written to: their lines
// would be mixed, and have different ends.
func checkFIFOs(c *schema.Context, g *Global) {
	words := []string{"notify_fifo", "vrrp_notify_fifo", "lvs_notify_fifo"}
	fifos := []*FIFO{&g.Scripts.FIFO, &g.Scripts.VRRPFIFO, &g.Scripts.CheckerFIFO}
	for n := range fifos {
		for m := range n {
			if fifos[n].Path != "" && fifos[n].Path == fifos[m].Path {
				warnAt(c, g, words[n], diag.DuplicateName, fmt.Sprintf("%s and %s are both %s: each needs a pipe of its own", words[m], words[n], fifos[n].Path), "")
				break
			}
		}
	}
}

// checkMail reports alerts that nobody could get.
func checkMail(c *schema.Context, cfg *Config) {
	m := &cfg.Global.Mail
	missing := ""
	switch {
	case m.Server == "" && len(m.To) == 0:
		missing = "smtp_server and notification_email"
	case m.Server == "":
		missing = "smtp_server"
	case len(m.To) == 0:
		missing = "notification_email"
	default:
		return
	}
	for _, word := range []string{"smtp_alert", "smtp_alert_vrrp", "smtp_alert_checker"} {
		on := map[string]bool{"smtp_alert": m.Alert, "smtp_alert_vrrp": m.AlertVRRP, "smtp_alert_checker": m.AlertChecker}[word]
		if on {
			warnAt(c, &cfg.Global, word, diag.MailIncomplete, word+": no mail is sent without "+missing, "add "+missing+" to global_defs")
		}
	}
	for _, i := range cfg.Instances {
		if i.SMTPAlert && i.Given("smtp_alert") {
			c.Report(diag.Diagnostic{Span: span(i.Where("smtp_alert"), "smtp_alert"), Severity: diag.Warning, Code: diag.MailIncomplete,
				Text: "smtp_alert: no mail is sent without " + missing, Help: "add " + missing + " to global_defs"})
		}
	}
}

// checkCPUs reports CPUs that a host with count of them does not have, and takes
// them out, as keepalived does.
func checkCPUs(c *schema.Context, g *Global, count int) {
	if count == 0 {
		return
	}
	for word, p := range map[string]*Process{"vrrp_cpu_affinity": &g.Processes.VRRP, "checker_cpu_affinity": &g.Processes.Checker, "bfd_cpu_affinity": &g.Processes.BFD} {
		var there []int
		for _, cpu := range p.CPUs {
			if cpu < count {
				there = append(there, cpu)
				continue
			}
			c.Report(diag.Diagnostic{Span: span(g.Where(word), word), Severity: diag.Error, Code: diag.OutOfRange,
				Text: fmt.Sprintf("%s: there is no CPU %d on this host, only 0 to %d; it is passed over", word, cpu, count-1)})
		}
		p.CPUs = there
	}
}

// warnAt warns at the word that g was given.
func warnAt(c *schema.Context, g *Global, word string, code diag.Code, text, help string) {
	c.Report(diag.Diagnostic{Span: span(g.Where(word), word), Severity: diag.Warning, Code: code, Text: text, Help: help})
}
