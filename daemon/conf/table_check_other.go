package conf

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

func tcpKind() checkerKind {
	return checkerKind{name: "TCP_CHECK", doc: "check that a server takes connections", rows: commonRows("1", "1")}
}

func pingKind() checkerKind {
	return checkerKind{name: "PING_CHECK", doc: "check that a server answers ICMP echo", rows: commonRows("1", "1")}
}

func miscKind() checkerKind {
	cmd := command(func(m *MiscProbe) *Command { return &m.Command })
	cmd.Form, cmd.Max = "CMD", 1
	read := cmd.Read
	cmd.Read = func(c *schema.Context, obj any, words []word) {
		m := obj.(*MiscProbe)
		account := m.Command
		if read(c, obj, words[:2]); m.Command.Given() { // user may stand before it
			m.Command.User, m.Command.Group, m.Command.UserPos = account.User, account.Group, account.UserPos
		}
	}
	timeout := schema.WholeSeconds(0, 4294, func(m *MiscProbe) *time.Duration { return &m.Timeout })
	timeout.Form = "INT seconds"
	rows := append(runRows("0", "1", false),
		schema.Keyword{Name: "misc_path", Else: "required", Doc: "run a command", Field: probeOf[MiscProbe](cmd)},
		schema.Keyword{Name: "misc_timeout", Else: "delay_loop", Doc: "kill a command that takes long", Field: probeOf[MiscProbe](timeout),
			Fill: func(_, obj any) {
				ch := obj.(*Checker)
				ch.Probe.(*MiscProbe).Timeout = ch.DelayLoop
			}},
		schema.Keyword{Name: "misc_dynamic", Else: "off", Doc: "take the weight from the exit status", Field: probeOf[MiscProbe](schema.Flag(true, func(m *MiscProbe) *bool { return &m.Dynamic }))},
		schema.Keyword{Name: "user", Else: "script_user", Doc: "run the command as a user", Field: probeOf[MiscProbe](userField(func(m *MiscProbe) *Command { return &m.Command }))})
	return checkerKind{name: "MISC_CHECK", doc: "check a server by running a command", rows: rows, probe: func() Probe { return new(MiscProbe) },
		end: func(c *schema.Context, ch *Checker, at word) bool {
			return needs(c, ch, at, "misc_path", ch.Probe.(*MiscProbe).Command.Given())
		}}
}

// needs reports a checker without what it cannot do without.
func needs(c *schema.Context, ch *Checker, at word, keyword string, ok bool) bool {
	if !ok {
		c.Errorf(diag.MissingKeyword, at, "%s has no %s: the checker is passed over", ch.Kind, keyword)
	}
	return ok
}

func udpKind() checkerKind {
	length := func(at func(*UDPProbe) *int) schema.Field { return probeOf[UDPProbe](schema.Int(0, 65535, at)) }
	rows := append(commonRows("1", "1"),
		schema.Keyword{Name: "payload", Else: "empty datagram", Doc: "send bytes", Field: probeOf[UDPProbe](payloadField())},
		schema.Keyword{Name: "require_reply", Else: "off", Doc: "want an answer", Field: probeOf[UDPProbe](replyField())},
		schema.Keyword{Name: "min_reply_length", Default: "0", Doc: "want a long answer", Field: length(func(u *UDPProbe) *int { return &u.MinLen })},
		schema.Keyword{Name: "max_reply_length", Default: "255", Doc: "want a short answer", Field: length(func(u *UDPProbe) *int { return &u.MaxLen })})
	return checkerKind{name: "UDP_CHECK", doc: "check that a server takes datagrams", rows: rows, probe: func() Probe { return new(UDPProbe) },
		end: func(c *schema.Context, ch *Checker, at word) bool {
			if u := ch.Probe.(*UDPProbe); u.MinLen > u.MaxLen {
				c.Errorf(diag.ClashingLimits, at, "min_reply_length %d is above max_reply_length %d: the check fails always", u.MinLen, u.MaxLen)
			}
			return true
		}}
}

// dnsTypes are the types of queries; letters of any case.
var dnsTypes = strings.Split("A|NS|CNAME|SOA|MX|TXT|AAAA|RRSIG|DNSKEY", "|")

func dnsKind() checkerKind {
	kindOf := schema.OneOf(func(d *DNSProbe) *string { return &d.Type }, dnsTypes...)
	read := kindOf.Read
	kindOf.Read = func(c *schema.Context, obj any, words []word) {
		if upper := strings.ToUpper(words[1].Text); slices.Contains(dnsTypes, upper) {
			obj.(*DNSProbe).Type = upper
			return
		}
		read(c, obj, words)
	}
	name := schema.String(func(d *DNSProbe) *string { return &d.Name })
	name.Read = readDNSName
	rows := append(commonRows("3", ""),
		schema.Keyword{Name: "type", Default: "SOA", Doc: "ask for a type", Field: probeOf[DNSProbe](kindOf)},
		schema.Keyword{Name: "name", Else: ". (root)", Doc: "ask for a name", Field: probeOf[DNSProbe](name),
			Fill: func(_, obj any) { obj.(*Checker).Probe.(*DNSProbe).Name = "." }})
	return checkerKind{name: "DNS_CHECK", doc: "check that a server answers DNS", rows: rows, probe: func() Probe { return new(DNSProbe) }}
}

// readDNSName reads the name of a query. Empty labels are wrong; what is too long
// keepalived takes in silence, and sends what no server can answer.
func readDNSName(c *schema.Context, obj any, words []word) {
	w := words[1]
	name := cmp.Or(w.Text, ".")
	labels := strings.Split(strings.TrimSuffix(name, "."), ".")
	if name != "." && slices.Contains(labels, "") {
		c.Errorf(diag.BadText, w, "name %q has an empty label: it is passed over", name)
		c.Reject()
		return
	}
	obj.(*DNSProbe).Name = name
	switch { // RFC 1035 2.3.4
	case slices.ContainsFunc(labels, func(label string) bool { return len(label) > 63 }):
		c.Warnf(diag.TooLong, w, "name %q has a label of more than 63 bytes: the check fails always", name)
	case len(name) > 254 || len(name) == 254 && name[253] != '.':
		c.Warnf(diag.TooLong, w, "name %q has more than 253 bytes: the check fails always", name)
	}
}
