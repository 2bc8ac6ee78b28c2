package conf

import (
	"iter"
	"math"
	"slices"
	"strconv"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

func serverRow() schema.Keyword {
	b := &schema.Block{Path: serverPath, Keywords: serverRows(), New: func() any {
		return &VirtualServer{Timing: Timing{RetryDelay: Unset, Warmup: Unset}}
	}}
	return schema.Keyword{Name: serverPath, Doc: "spread a service over real servers", Else: "port 0", Block: b, Many: true,
		Field: schema.Field{Form: "IP [PORT] | fwmark N | group NAME, + block", Min: 1, Max: 2,
			Begin: func(c *schema.Context, obj any, s *syntax.Statement) any {
				v := schema.New[VirtualServer](b)
				if readService(c, v, s.Words) {
					cfg := obj.(*Config)
					cfg.VirtualServers = append(cfg.VirtualServers, v)
				}
				return v
			},
			End: func(c *schema.Context, obj any, _ *syntax.Statement) { endServer(c, obj.(*VirtualServer)) },
			Each: func(obj any) iter.Seq2[[]string, any] {
				return func(yield func([]string, any) bool) {
					for _, v := range obj.(*Config).VirtualServers {
						if !yield(serviceWords(v), v) {
							return
						}
					}
				}
			}}}
}

// readService reads what a virtual_server serves, and reports whether that is
// anything.
func readService(c *schema.Context, v *VirtualServer, words []word) (ok bool) {
	switch kind := words[1].Text; {
	case (kind == "group" || kind == "fwmark") && len(words) < 3:
		c.Errorf(diag.MissingWord, words[1], "%s needs one word: the virtual_server is passed over", kind)
	case kind == "group":
		v.Group = words[2].Text
		return true
	case kind == "fwmark":
		v.FWMark, ok = readNumber32(c, words[1], words[2])
		if ok && v.FWMark == 0 {
			c.Errorf(diag.OutOfRange, words[2], "fwmark 0 is no mark: the virtual_server is passed over")
		}
		return v.FWMark != 0
	default:
		if v.Address, ok = readServer(c, words, 1); ok {
			v.Family = familyOf(v.Address.Addr())
		}
	}
	return ok
}

// serviceWords are the words of readService.
func serviceWords(v *VirtualServer) []string {
	switch {
	case v.Group != "":
		return []string{"group", v.Group}
	case v.FWMark != 0:
		return []string{"fwmark", strconv.FormatUint(uint64(v.FWMark), 10)}
	}
	return serverWords(v.Address)
}

func serverRows() []schema.Keyword {
	return slices.Concat(
		[]schema.Keyword{{Name: "ip_family", Doc: "serve one family of addresses", Else: "from address", Field: familyField()}},
		groupTiming(func(v *VirtualServer) *Timing { return &v.Timing }, nil),
		[]schema.Keyword{{Name: "inhibit_on_failure", Doc: "give failed servers weight 0", Else: "off",
			Field: schema.Flag(true, func(v *VirtualServer) *bool { return &v.InhibitFailure })}},
		schedulerRows(),
		[]schema.Keyword{
			{Name: "lb_kind", Doc: "choose the way to real servers", Default: "NAT", Field: forwarding(func(v *VirtualServer) *Forwarding { return &v.Forward })},
			{Name: "lvs_method", Same: "lb_kind", Doc: "choose the way to real servers", Default: "NAT",
				Field: formed("as lb_kind", forwarding(func(v *VirtualServer) *Forwarding { return &v.Forward }))},
			{Name: "protocol", Doc: "serve one protocol", Else: "none: error reported, UDP assumed", Field: protocolField(), Fill: assumeUDP},
		},
		persistenceRows(),
		[]schema.Keyword{
			{Name: "ha_suspend", Doc: "check only while the address is here", Else: "off", Field: schema.Flag(true, func(v *VirtualServer) *bool { return &v.HASuspend })},
			{Name: "smtp_alert", Doc: "send mail when the quorum changes", Default: "off", Field: schema.Bool(func(v *VirtualServer) *bool { return &v.SMTPAlert })},
			{Name: "virtualhost", Doc: "ask for one host in HTTP checks", Field: textField(func(v *VirtualServer) *string { return &v.VirtualHost })},
			{Name: "snmp_name", Doc: "show a name in SNMP", Field: textField(func(v *VirtualServer) *string { return &v.SNMPName })},
			{Name: "alpha", Doc: "start with all servers down", Else: "off", Field: schema.Flag(true, func(v *VirtualServer) *bool { return &v.Alpha })},
			{Name: "omega", Doc: "run the down scripts on stopping", Else: "off", Field: schema.Flag(true, func(v *VirtualServer) *bool { return &v.Omega })},
		},
		quorumRows(),
		[]schema.Keyword{
			{Name: "weight", Doc: "set the weight of real servers", Default: "1", Field: schema.Int(1, math.MaxInt32, func(v *VirtualServer) *int { return &v.Weight })},
			{Name: "sorry_server", Doc: "serve from elsewhere when the quorum is lost", Field: sorryField()},
			{Name: "sorry_server_inhibit", Doc: "keep the sorry server with weight 0", Else: "off", Field: afterSorry(schema.Flag(true, func(v *VirtualServer) *bool { return &v.SorryInhibit }))},
			{Name: "sorry_server_lvs_method", Doc: "choose the way to the sorry server", Else: "lb_kind",
				Field: formed("as lb_kind", afterSorry(forwarding(func(v *VirtualServer) *Forwarding { return &v.SorryForward }))),
				Fill:  func(_, obj any) { fillSorry(obj.(*VirtualServer)) }},
			realRow(),
		})
}

func quorumRows() []schema.Keyword {
	return []schema.Keyword{
		{Name: "quorum_up", Doc: "run a command when the quorum is gained", First: true, Field: command(func(v *VirtualServer) *Command { return &v.QuorumUp })},
		{Name: "quorum_down", Doc: "run a command when the quorum is lost", First: true, Field: command(func(v *VirtualServer) *Command { return &v.QuorumDown })},
		{Name: "quorum", Doc: "want a weight of live servers", Default: "1", Field: schema.Int(1, math.MaxInt32, func(v *VirtualServer) *int { return &v.Quorum })},
		{Name: "hysteresis", Doc: "put off changes of the quorum", Default: "0", Field: schema.Int(0, math.MaxInt32, func(v *VirtualServer) *int { return &v.Hysteresis })},
	}
}
