package check

import (
	"fmt"

	"github.com/viplab/viplab/daemon/check/schedule"
	"github.com/viplab/viplab/daemon/conf"
)

// say logs what an attempt has come to, in the words that people look for.
func (l *loop) say(c *checker, page int, step schedule.Step, v verdict) {
	server := c.spec.Server
	switch {
	case v.outcome == schedule.Void:
		if v.reason != c.said {
			l.opt.Log.Printf("%s %s: %s. Rescheduling", c.spec.Checker.Kind, server, v.reason)
		}
	case step.News && v.outcome == schedule.Pass:
		l.sayRecovery(c, page)
	case step.News:
		l.sayFailure(c, step, v)
	case v.outcome == schedule.Fail && c.spec.Checker.LogFailures:
		l.opt.Log.Printf("%s connection to %s failed: %s", protocolOf(c.spec.Checker.Kind), server, v.reason)
	case v.outcome == schedule.Pass && c.plan.Pages > 0 && c.state.Known && !c.state.Up:
		l.sayPage(c, page)
	}
	c.said = ""
	if v.outcome == schedule.Void {
		c.said = v.reason
	}
}

// protocolOf is what keepalived calls what a kind of checker does.
func protocolOf(kind string) string {
	switch kind {
	case "TCP_CHECK":
		return "TCP"
	case "UDP_CHECK":
		return "UDP"
	case "PING_CHECK":
		return "ICMP"
	case "SMTP_CHECK":
		return "SMTP"
	case "DNS_CHECK":
		return "DNS"
	case "HTTP_GET":
		return "HTTP"
	case "SSL_GET":
		return "SSL"
	case "MISC_CHECK":
		return "MISC"
	}
	return kind
}

func (l *loop) sayRecovery(c *checker, page int) {
	server := c.spec.Server
	switch p := c.spec.Checker.Probe.(type) {
	case *conf.HTTPProbe:
		if c.told {
			l.sayPage(c, page)
		}
		l.opt.Log.Printf("Remote Web server %s succeed on service.", server)
	case *conf.SMTPProbe:
		l.opt.Log.Printf("Remote SMTP server %s succeed on service.", server)
	case *conf.DNSProbe:
		l.opt.Log.Printf("DNS_CHECK (%s) success", server)
	case *conf.MiscProbe:
		l.opt.Log.Printf("Misc check for [%s VS %s] by [%s] succeeded.", server, c.spec.Service, program(p))
	case *conf.FileProbe:
		if c.told {
			l.opt.Log.Printf("(%s): tracked file %s leaving FAULT state", server, p.TrackFile)
		}
	case *conf.BFDProbe:
		l.opt.Log.Printf("BFD check of [%s] RS(%s) is UP", p.Name, server)
	default:
		l.opt.Log.Printf("%s connection to %s success.", protocolOf(c.spec.Checker.Kind), server)
	}
}

func (l *loop) sayPage(c *checker, page int) {
	if p, ok := c.spec.Checker.Probe.(*conf.HTTPProbe); ok {
		l.opt.Log.Printf("HTTP status code success to %s url(%s)", c.spec.Server, p.URLs[page].Path)
	}
}

func (l *loop) sayFailure(c *checker, step schedule.Step, v verdict) {
	after, server := "", c.spec.Server
	if step.Retry > 0 {
		after = fmt.Sprintf(" after %d retries", step.Retry)
	}
	switch p := c.spec.Checker.Probe.(type) {
	case *conf.MiscProbe:
		if step.Retry == 1 {
			after = " after 1 retry"
		}
		if v.reason == "timed out" {
			l.opt.Log.Printf("Misc check for [%s VS %s] by [%s] timed out%s", server, c.spec.Service, program(p), after)
			return
		}
		l.opt.Log.Printf("Misc check for [%s VS %s] by [%s] failed%s (%s).", server, c.spec.Service, program(p), after, v.reason)
	case *conf.FileProbe:
		l.opt.Log.Printf("(%s): tracked file %s now FAULT state", server, p.TrackFile)
	case *conf.BFDProbe:
		l.opt.Log.Printf("BFD check of [%s] RS(%s) is DOWN", p.Name, server)
	case *conf.DNSProbe:
		l.opt.Log.Printf("DNS_CHECK (%s) failed%s: %s", server, after, v.reason)
	case *conf.UDPProbe, *conf.SMTPProbe, *conf.HTTPProbe:
		l.opt.Log.Printf("%s_CHECK on service %s failed%s: %s", protocolOf(c.spec.Checker.Kind), server, after, v.reason)
	default:
		name := "TCP_CHECK"
		if c.spec.Checker.Kind == "PING_CHECK" {
			name = "ICMP CHECK"
		}
		l.opt.Log.Printf("%s on service %s failed%s: %s", name, server, after, v.reason)
	}
}

// program is the command without its arguments.
func program(p *conf.MiscProbe) string {
	if len(p.Command.Args) == 0 || p.Command.Shell() {
		return p.Command.Line
	}
	return p.Command.Args[0]
}
