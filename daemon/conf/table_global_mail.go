package conf

import (
	"iter"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// maxSeconds is the longest time in seconds: keepalived counts microseconds in
// 32 bits.
const maxSeconds = 4294

// mailRows are the words about alerts.
func mailRows() []schema.Keyword {
	alert := func(name, what string, at func(*Global) *bool) schema.Keyword {
		return schema.Keyword{Name: name, Else: "unset", Doc: "send mail on changes of " + what, Field: schema.Bool(at)}
	}
	timeout := func(g *Global) *time.Duration { return &g.Mail.Timeout }
	return []schema.Keyword{
		{Name: "router_id", Else: "local host name", Doc: "name this router in mails and traps", Field: schema.String(func(g *Global) *string { return &g.RouterID })},
		{Name: "notification_email_from", Else: "user@host of daemon", Doc: "send mail from that address",
			Field: schema.String(func(g *Global) *string { return &g.Mail.From }).As("EMAIL")},
		{Name: "smtp_server", Else: "port 25", Doc: "send mail by that server", Field: serverField()},
		{Name: "smtp_helo_name", Else: "local host name", Doc: "call itself that when it sends mail", Field: heloField()},
		{Name: "smtp_connect_timeout", Default: "30", Doc: "wait so long for the mail server",
			Field: lifted(schema.WholeSeconds(1, maxSeconds, timeout), func(g *Global) { g.Mail.Timeout = time.Second }).As("INT seconds")},
		{Name: "notification_email", Many: true, Doc: "send mail to those addresses", Block: recipientBlock(),
			Field: schema.Field{Form: "block list of EMAIL", End: endRecipients}},
		alert("smtp_alert", "state", func(g *Global) *bool { return &g.Mail.Alert }),
		alert("smtp_alert_vrrp", "instances and groups", func(g *Global) *bool { return &g.Mail.AlertVRRP }),
		alert("smtp_alert_checker", "servers", func(g *Global) *bool { return &g.Mail.AlertChecker }),
		on("no_email_faults", "leave out mail on FAULT", func(g *Global) *bool { return &g.Mail.NoFaults }),
		truth("no_checker_emails", "leave out mail on what single checkers find", func(g *Global) *bool { return &g.Mail.NoCheckers }),
	}
}

// serverField is an address or a name, and a port. Names are not resolved here:
// that would make the test of a configuration wait for the network.
func serverField() schema.Field {
	return schema.Field{Form: "IP|DOMAIN [PORT]", Min: 1, Max: 2,
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			m, port := &obj.(*Global).Mail, 25
			if _, err := netip.ParseAddr(words[1].Text); err != nil && !isDomain(words[1].Text) {
				c.Reject()
				c.Errorf(diag.BadAddress, words[1], "%s: %q is neither an IP address nor the name of a host; there is no mail", words[0].Text, words[1].Text)
				return
			}
			if len(words) > 2 {
				n, ok := c.Int(words[0], words[2], 1, 65535)
				if !ok {
					return
				}
				port = n
			}
			m.Server, m.Port = words[1].Text, uint16(port)
		},
		Print: func(obj any) [][]string {
			m := &obj.(*Global).Mail
			return [][]string{{m.Server, strconv.Itoa(int(m.Port))}}
		}}
}

// heloField warns of a keyword alone, which keepalived takes in silence.
func heloField() schema.Field {
	f := schema.String(func(g *Global) *string { return &g.Mail.Helo })
	read := f.Read
	f.Min = 0
	f.Read = func(c *schema.Context, obj any, words []syntax.Word) {
		if len(words) > 1 {
			read(c, obj, words)
			return
		}
		c.Reject()
		c.Warnf(diag.MissingWord, words[0], "smtp_helo_name has no name; it is passed over")
	}
	return f
}

// isDomain reports whether text can be a host's name (RFC 1123 2.1). Underscores
// are let through, as resolvers do.
func isDomain(text string) bool {
	if text == "" || len(text) > 253 || strings.Trim(text, "0123456789.") == "" {
		return false
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(text, "."), ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.ContainsFunc(label, func(r rune) bool {
				return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
			}) {
			return false
		}
	}
	return true
}

// recipients is a line of notification_email.
type recipients struct{ to []string }

func recipientBlock() *schema.Block {
	return &schema.Block{Path: "global_defs/notification_email", Item: &schema.Item{
		Head: schema.Keyword{Name: "EMAIL", Unlisted: true, Doc: "send mail to that address", Field: schema.Field{Min: 1, Max: -1,
			Take: func(rest []syntax.Word) int { return len(rest) },
			Read: func(c *schema.Context, obj any, words []syntax.Word) {
				for _, w := range words[1:] {
					if !strings.Contains(w.Text, "@") {
						c.Warnf(diag.BadText, w, "notification_email: %q has no @; only the mail server can tell whose that is", w.Text)
					}
					obj.(*recipients).to = append(obj.(*recipients).to, w.Text)
				}
			},
			Print: func(obj any) [][]string { return [][]string{obj.(*recipients).to} }}},
		HeadFirst: true,
		Begin:     func(*schema.Context, any, *syntax.Statement) any { return new(recipients) },
		End: func(_ *schema.Context, obj, item any, _ *syntax.Statement, ok bool) {
			m := &obj.(*Global).Mail
			m.To = append(m.To, item.(*recipients).to...)
		},
		Each: func(obj any) iter.Seq[any] {
			return func(yield func(any) bool) {
				for _, to := range obj.(*Global).Mail.To {
					if !yield(&recipients{[]string{to}}) {
						return
					}
				}
			}
		}}}
}

func endRecipients(c *schema.Context, _ any, s *syntax.Statement) {
	if len(s.Block) == 0 {
		c.Errorf(diag.EmptyBlock, s.Words[0], "notification_email is empty")
	}
}
