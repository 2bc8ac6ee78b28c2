package conf

import (
	"iter"

	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

func smtpKind() checkerKind {
	helo := schema.Keyword{Name: "helo_name", Default: "smtpchecker.keepalived.org", Doc: "say a name to the mail server",
		Field: probeOf[SMTPProbe](textField(func(s *SMTPProbe) *string { return &s.Helo }))}
	return checkerKind{name: "SMTP_CHECK", doc: "check that a server speaks SMTP",
		rows:  append(commonRows("1", "1"), helo, hostRow()),
		probe: func() Probe { return new(SMTPProbe) }, end: endSMTP}
}

// hostRow is the block host: one more target of an SMTP_CHECK. Each becomes a
// checker of its own, which has what the block does not set from the SMTP_CHECK,
// and is printed as one.
func hostRow() schema.Keyword {
	b := &schema.Block{Path: realPath + "/SMTP_CHECK/host", Keywords: commonRows("1", "1"),
		New: func() any { return &Checker{Kind: "SMTP_CHECK", Probe: new(SMTPProbe)} }}
	return schema.Keyword{Name: "host", Instead: "an SMTP_CHECK for each host", Many: true, Block: b, Doc: "check one more mail server",
		Field: schema.Field{Form: "block (build option)",
			Begin: func(c *schema.Context, obj any, _ *syntax.Statement) any {
				host, smtp := beginChecker(c, b), obj.(*Checker).Probe.(*SMTPProbe)
				smtp.hosts = append(smtp.hosts, host)
				return host
			},
			Each: func(any) iter.Seq2[[]string, any] { return func(func([]string, any) bool) {} }}}
}

// endSMTP hands out the hosts. The SMTP_CHECK itself is a check only if it has a
// target of its own, or no hosts.
func endSMTP(c *schema.Context, ch *Checker, at word) bool {
	smtp := ch.Probe.(*SMTPProbe)
	if len(smtp.hosts) == 0 {
		return true
	}
	r := schema.Up[RealServer](c)
	for _, host := range smtp.hosts {
		host.Probe.(*SMTPProbe).Helo = smtp.Helo
		if endBind(c, host, at); reachable(c, host, at) {
			r.Checkers = append(r.Checkers, host)
		}
	}
	smtp.hosts = nil
	for _, s := range ch.Set {
		switch s.Keyword {
		case "connect_ip", "connect_port", "bindto", "bind_port", "bind_if", "connect_timeout", "fwmark":
			return true
		}
	}
	return false
}
