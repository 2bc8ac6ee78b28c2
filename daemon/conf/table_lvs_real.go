package conf

import (
	"iter"
	"math"
	"slices"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

func realRow() schema.Keyword {
	b := &schema.Block{Path: realPath, Keywords: realRows(), New: func() any {
		return &RealServer{Weight: -1, Timing: Timing{RetryDelay: Unset, Warmup: Unset}}
	}}
	return schema.Keyword{Name: "real_server", Doc: "pass packets on to a server", Else: "port 0", Block: b, Many: true,
		Field: schema.Field{Form: "IP [PORT] + block", Min: 1, Max: 2,
			Begin: func(c *schema.Context, _ any, s *syntax.Statement) any {
				r := schema.New[RealServer](b)
				if a, ok := readServer(c, s.Words, 1); ok {
					r.Address = a
				}
				return r
			},
			End: func(c *schema.Context, obj any, s *syntax.Statement) { endReal(c, obj.(*RealServer), s) },
			Each: func(obj any) iter.Seq2[[]string, any] {
				return func(yield func([]string, any) bool) {
					for _, r := range obj.(*VirtualServer).RealServers {
						if !yield(serverWords(r.Address), r) {
							return
						}
					}
				}
			}}}
}

// endReal takes a finished real server into its virtual server, if it goes with
// it. As in keepalived, that hangs on the lines so far: lb_kind TUN behind the
// server comes too late.
func endReal(c *schema.Context, r *RealServer, s *syntax.Statement) {
	if !r.Address.IsValid() {
		return
	}
	v := schema.Up[VirtualServer](c)
	method := r.Forward.Method
	if method == 0 {
		method = v.Forward.Method
	}
	family := familyOf(r.Address.Addr())
	switch {
	case method == TUN:
	case v.Family == 0:
		v.Family = family
	case v.Family != family:
		c.Report(Diagnostic{Span: s.Words[1].Span, Severity: Error, Code: diag.BadFamily,
			Text: "real_server " + s.Words[1].Text + " is of " + family.String() + ", the service of " + v.Family.String() + ": the server is passed over",
			Help: "only lb_kind TUN goes from one family to the other"})
		return
	}
	if len(r.Checkers) > 1 {
		slices.SortStableFunc(r.Checkers, func(a, b *Checker) int { return kindRank[a.Kind] - kindRank[b.Kind] })
	}
	v.RealServers = append(v.RealServers, r)
}

func realRows() []schema.Keyword {
	const fromServer = "virtual server setting"
	fromParent := func(take func(v *VirtualServer, r *RealServer)) func(parent, obj any) {
		return func(parent, obj any) { take(parent.(*VirtualServer), obj.(*RealServer)) }
	}
	weight := schema.Int(0, math.MaxInt32, func(r *RealServer) *int { return &r.Weight })
	return slices.Concat([]schema.Keyword{
		{Name: "weight", Doc: "give the server a share", Else: "virtual server weight (1)", Field: formed("INT 0-2147483647", weight),
			Fill: fromParent(func(v *VirtualServer, r *RealServer) { r.Weight = v.Weight })},
		{Name: "lvs_method", Doc: "choose the way to the server", Else: "virtual server method", Field: formed("as lb_kind", forwarding(func(r *RealServer) *Forwarding { return &r.Forward })),
			Fill: fromParent(func(v *VirtualServer, r *RealServer) { r.Forward = v.Forward })},
		{Name: "uthreshold", Doc: "send no more connections than that", Else: "0 (none)", Field: number32("INT", func(r *RealServer) *uint32 { return &r.UpperLimit })},
		{Name: "lthreshold", Doc: "send connections again when there are less", Else: "0", Field: number32("INT", func(r *RealServer) *uint32 { return &r.LowerLimit })},
		{Name: "inhibit_on_failure", Doc: "give the failed server weight 0", Else: fromServer, Field: schema.Bool(func(r *RealServer) *bool { return &r.Inhibit }),
			Fill: fromParent(func(v *VirtualServer, r *RealServer) { r.Inhibit = v.InhibitFailure })},
		{Name: "notify_up", Doc: "run a command when the server comes", First: true, Field: rareCommand(func(r *RealServer) **Command { return &r.NotifyUp })},
		{Name: "notify_down", Doc: "run a command when the server goes", First: true, Field: rareCommand(func(r *RealServer) **Command { return &r.NotifyDown })},
		{Name: "alpha", Doc: "start with the server down", Else: fromServer, Field: schema.Bool(func(r *RealServer) *bool { return &r.Alpha }),
			Fill: fromParent(func(v *VirtualServer, r *RealServer) { r.Alpha = v.Alpha })},
	}, groupTiming(func(r *RealServer) *Timing { return &r.Timing }, func(parent any) *Timing { return &parent.(*VirtualServer).Timing }),
		[]schema.Keyword{
			{Name: "smtp_alert", Doc: "send mail when the server comes or goes", Default: "on", Field: schema.Bool(func(r *RealServer) *bool { return &r.SMTPAlert })},
			{Name: "virtualhost", Doc: "ask for one host in HTTP checks", Else: fromServer, Field: textField(func(r *RealServer) *string { return &r.VirtualHost }),
				Fill: fromParent(func(v *VirtualServer, r *RealServer) { r.VirtualHost = v.VirtualHost })},
			{Name: "snmp_name", Doc: "show a name in SNMP", Field: textField(func(r *RealServer) *string { return &r.SNMPName })},
		}, checkerRows())
}

// rareCommand is a command that most objects do not have.
func rareCommand[O any](at func(*O) **Command) schema.Field {
	f := command(func(cmd *Command) *Command { return cmd })
	read, print := f.Read, f.Print
	f.Read = func(c *schema.Context, obj any, words []word) {
		p := at(obj.(*O))
		cmd := *p
		if cmd == nil {
			cmd = new(Command)
		}
		if read(c, cmd, words); cmd.Given() {
			*p = cmd
		}
	}
	f.Print = func(obj any) [][]string {
		if cmd := *at(obj.(*O)); cmd != nil {
			return print(cmd)
		}
		return nil
	}
	f.Value = func(obj any) any {
		if cmd := *at(obj.(*O)); cmd != nil {
			return cmd
		}
		return nil
	}
	return f
}
