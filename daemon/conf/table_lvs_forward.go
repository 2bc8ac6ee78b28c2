package conf

import (
	"slices"
	"strconv"
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// forwarding is lb_kind and its likes.
func forwarding[O any](at func(*O) *Forwarding) schema.Field {
	return schema.Field{Form: "NAT | DR | TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum]", Min: 1, Max: -1,
		Read: func(c *schema.Context, obj any, words []word) {
			name, ok := c.Choice(words[0], words[1], methodNames[1:])
			if !ok {
				return
			}
			f := at(obj.(*O))
			*f = Forwarding{Method: Method(slices.Index(methodNames, name))}
			if len(words) > 2 {
				readTunnelOptions(c, f, words)
			}
		},
		Print: func(obj any) [][]string {
			f := *at(obj.(*O))
			if f.Method == 0 {
				return nil
			}
			return [][]string{forwardWords(f)}
		}}
}

func forwardWords(f Forwarding) []string {
	words := []string{f.Method.String()}
	if f.Tunnel != IPIP {
		words = append(words, "type", f.Tunnel.String())
	}
	if f.Port != 0 {
		words = append(words, "port", strconv.Itoa(int(f.Port)))
	}
	if f.Checksum != NoChecksum {
		words = append(words, f.Checksum.String())
	}
	return words
}

// readTunnelOptions reads the options of a method into f, or leaves f with none
// of them if one is wrong.
func readTunnelOptions(c *schema.Context, f *Forwarding, words []word) {
	t, at, fault := *f, words[2], ""
	for rest := words[2:]; len(rest) > 0 && fault == ""; {
		at = rest[0]
		rest, fault = t.option(rest)
	}
	options := words[2:]
	switch {
	case fault != "":
	case t.Method != TUN:
		at, fault = words[2], t.Method.String()+" has no options, only TUN has"
	case t.Tunnel == GUE && t.Port == 0:
		at, fault = words[2], "a gue tunnel needs a port"
	case t.Tunnel != GUE && t.Port != 0:
		fault = "only a gue tunnel has a port"
	case t.Tunnel == IPIP && slices.ContainsFunc(options, isChecksum):
		fault = "an ipip tunnel has no checksum"
	case t.Tunnel == GRE && t.Checksum == RemoteChecksum:
		fault = "a gre tunnel has no remcsum"
	}
	if fault == "" {
		*f = t
		return
	}
	c.Report(Diagnostic{Span: at.Span, Severity: Error, Code: diag.TunnelOptions,
		Text: words[0].Text + ": " + fault + "; the options are passed over",
		Help: "write TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum]"})
}

func isChecksum(w word) bool { return slices.Contains(checksumNames, w.Text) }

// option reads the option that begins words into f and returns the words behind
// it, or what is wrong.
func (f *Forwarding) option(words []word) (rest []word, fault string) {
	name := words[0].Text
	if i := slices.Index(checksumNames, name); i >= 0 {
		f.Checksum = Checksum(i)
		return words[1:], ""
	}
	if name != "type" && name != "port" {
		return nil, strconv.Quote(name) + " is none of its options"
	}
	if len(words) < 2 {
		return nil, name + " needs one word"
	}
	value := words[1].Text
	if name == "type" {
		i := slices.Index(tunnelNames, value)
		if i < 0 {
			return nil, strconv.Quote(value) + " is none of ipip, gue and gre"
		}
		f.Tunnel = Tunnel(i)
		return words[2:], ""
	}
	n, err := strconv.ParseUint(value, 10, 16)
	if err != nil || n == 0 {
		return nil, "port " + strconv.Quote(value) + " is not a number from 1 to 65535"
	}
	f.Port = uint16(n)
	return words[2:], ""
}

var schedulers = strings.Split("rr|wrr|lc|wlc|lblc|lblcr|sh|mh|dh|fo|ovf|sed|nq|twos", "|")

// schedulerRows are lb_algo and the flags of schedulers. The kernel knows three
// flags, which mean something else to each scheduler: they are printed by number.
func schedulerRows() []schema.Keyword {
	scheduler := schema.OneOf(func(v *VirtualServer) *string { return &v.Scheduler }, schedulers...)
	choose := "choose the scheduler"
	rows := []schema.Keyword{
		{Name: "lb_algo", Doc: choose, Default: "wlc", Field: scheduler},
		{Name: "lvs_sched", Same: "lb_algo", Doc: choose, Default: "wlc", Field: formed("as lb_algo", scheduler)},
		{Name: "hashed", Doc: "hash addresses", Field: schema.Field{Form: "flag", Kind: schema.Truth, Read: readHashed}},
		{Name: "ops", Doc: "schedule each packet by itself", Else: "off", Field: schema.Flag(true, func(v *VirtualServer) *bool { return &v.OnePacket })},
	}
	flags := []func(*VirtualServer) *bool{
		func(v *VirtualServer) *bool { return &v.Flag1 },
		func(v *VirtualServer) *bool { return &v.Flag2 },
		func(v *VirtualServer) *bool { return &v.Flag3 },
	}
	for i, at := range flags {
		n := strconv.Itoa(i + 1)
		rows = append(rows, schema.Keyword{Name: "flag-" + n, Doc: "set flag " + n + " of the scheduler", Else: "off", Field: schema.Flag(true, at)})
	}
	for _, s := range []string{"sh", "mh"} {
		rows = append(rows,
			schedulerFlag(s+"-port", s, "flag-2", "hash the client's port too", flags[1]),
			schedulerFlag(s+"-fallback", s, "flag-1", "pass over servers that are not usable", flags[0]))
	}
	return rows
}

func schedulerFlag(name, scheduler, same, doc string, at func(*VirtualServer) *bool) schema.Keyword {
	return schema.Keyword{Name: name, Same: same, Doc: doc, Else: "off", Field: schema.Field{Form: "flag", Kind: schema.Truth,
		Read: func(c *schema.Context, obj any, words []word) {
			v := obj.(*VirtualServer)
			if v.Scheduler != scheduler {
				severity := Error
				if v.Scheduler == "sh" || v.Scheduler == "mh" {
					severity = Warning // keepalived is silent about the one's flags with the other
				}
				c.Report(Diagnostic{Span: words[0].Span, Severity: severity, Code: diag.SchedulerFlag,
					Text: name + " is of scheduler " + scheduler + " only, and here it is " + v.Scheduler + ": the flag is passed over",
					Help: "write it behind lb_algo " + scheduler})
				return
			}
			*at(v) = true
		}}}
}

func readHashed(c *schema.Context, obj any, words []word) {
	if v := obj.(*VirtualServer); v.Scheduler != "sh" {
		c.Errorf(diag.SchedulerFlag, words[0], "hashed is of scheduler sh only, and here it is %s", v.Scheduler)
		return
	}
	c.Warnf(diag.DeprecatedKeyword, words[0], "hashed has no effect")
}
