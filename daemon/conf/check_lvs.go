package conf

import (
	"strconv"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// checkLVS holds virtual servers against each other and against the groups, and
// leaves out those that keepalived does.
func checkLVS(c *schema.Context, cfg *Config) {
	groups := checkServerGroups(c, cfg)
	services := make(map[service]Pos, len(cfg.VirtualServers))
	kept := cfg.VirtualServers[:0]
	for _, v := range cfg.VirtualServers {
		if checkServer(c, v, groups) {
			kept = append(kept, v)
			takeGlobals(&cfg.Global, v)
			checkTwice(c, v, services)
		}
	}
	clear(cfg.VirtualServers[len(kept):])
	cfg.VirtualServers = kept
	for _, g := range cfg.ServerGroups {
		if f := groups[g.Name]; f.group == g && !f.used {
			c.Warnf(diag.UnusedName, where(&g.Origin, "virtual_server_group"), "no virtual_server has the group %s", g.Name)
		}
	}
}

// takeGlobals gives v and its servers what global_defs says and they do not.
func takeGlobals(g *Global, v *VirtualServer) {
	mail, given := g.Alerts("smtp_alert_checker")
	if !given && !g.LVS.LogAllFailures {
		return
	}
	if given && !v.Given("smtp_alert") {
		v.SMTPAlert = mail
	}
	for _, r := range v.RealServers {
		if given && !r.Given("smtp_alert") {
			r.SMTPAlert = mail
		}
		for _, ch := range r.Checkers {
			if g.LVS.LogAllFailures && !ch.Given("log_all_failures") {
				ch.LogFailures = true
			}
		}
	}
}

// service is what the kernel tells virtual servers apart by, with the group that
// stands for many.
type service struct {
	address  string
	mark     uint32
	group    string
	family   Family
	protocol string
}

// checkTwice reports a service that stands there already.
func checkTwice(c *schema.Context, v *VirtualServer, services map[service]Pos) {
	s := service{mark: v.FWMark, group: v.Group, family: v.Family, protocol: v.Protocol}
	if v.Address.IsValid() {
		s.address = v.Address.String()
	}
	if first, ok := services[s]; ok {
		c.Report(Diagnostic{Span: where(&v.Origin, serverPath).Span, Severity: Warning, Code: diag.DuplicateService,
			Text:  "virtual_server " + v.label() + " stands there twice: the kernel has only one such service",
			Notes: []diag.Note{{Pos: first, Text: "first given here"}}})
		return
	}
	services[s] = v.Pos
}

// label names v as the file does.
func (v *VirtualServer) label() string {
	switch {
	case v.Group != "":
		return "group " + v.Group
	case v.FWMark != 0:
		return "fwmark " + strconv.FormatUint(uint64(v.FWMark), 10)
	}
	return v.Address.String()
}

// given is the place of a keyword of o, or of o itself, for messages.
func given(o *Origin, keyword string) word {
	w := word{Text: keyword}
	if w.Span.Pos = o.Where(keyword); !w.Span.Pos.Known() {
		w.Span.Pos = o.Pos
	} else {
		w.Span.Width = int32(len(keyword))
	}
	return w
}

// checkServer reports what of v does not go together, sets what keepalived sets
// then, and reports whether v is left.
func checkServer(c *schema.Context, v *VirtualServer, groups map[string]*groupFacts) bool {
	if v.Group != "" && !checkMembership(c, v, groups[v.Group]) {
		return false
	}
	if len(v.RealServers) == 0 {
		c.Errorf(diag.NoRealServer, where(&v.Origin, serverPath), "virtual_server %s has no real_server: it is passed over", v.label())
		return false
	}
	f := groups[v.Group] // nil for none
	marks := v.FWMark != 0 || f != nil && !f.addresses()
	settleFamily(v, f)
	checkService(c, v, marks)
	checkPersistence(c, v, f)
	checkPorts(c, v, f)
	checkServersOnce(c, v)
	checkSorry(c, v, f)
	checkQuorum(c, v)
	checkCheckers(c, v)
	return true
}

// settleFamily finds the family of a service that only has tunnels and so took
// none from its servers: the group's, or that of all servers, or inet.
func settleFamily(v *VirtualServer, f *groupFacts) {
	switch {
	case v.Family != 0 || f != nil && f.v4 && f.v6:
	case f != nil && f.v6:
		v.Family = IPv6
	case f != nil && f.v4:
		v.Family = IPv4
	default:
		v.Family = familyOf(v.RealServers[0].Address.Addr())
		for _, r := range v.RealServers {
			if familyOf(r.Address.Addr()) == IPv4 {
				v.Family = IPv4
			}
		}
	}
}

// checkService looks at settings that depend on what is served; marks is for
// nothing but firewall marks.
func checkService(c *schema.Context, v *VirtualServer, marks bool) {
	at := where(&v.Origin, serverPath)
	if marks && v.Given("protocol") {
		c.Errorf(diag.NoEffect, given(&v.Origin, "protocol"), "protocol has no effect on firewall marks: it is passed over")
	}
	if marks {
		v.Protocol = ""
	} else if !v.Given("protocol") {
		c.Report(Diagnostic{Span: at.Span, Severity: Error, Code: diag.DefaultAssumed, Text: "virtual_server has no protocol: UDP is assumed", Help: "write protocol TCP"})
	}
	if !v.Given("lb_algo") {
		c.Report(Diagnostic{Span: at.Span, Severity: Error, Code: diag.DefaultAssumed, Text: "virtual_server has no lb_algo: wlc is assumed", Help: "write lb_algo wlc"})
	}
	if !v.Given("lb_kind") {
		c.Report(Diagnostic{Span: at.Span, Severity: Error, Code: diag.DefaultAssumed, Text: "virtual_server has no lb_kind: NAT is assumed", Help: "write lb_kind NAT"})
	}
	if v.OnePacket && !marks && v.Protocol != "UDP" {
		c.Errorf(diag.NoEffect, given(&v.Origin, "ops"), "ops is of UDP services only: it is passed over")
		v.OnePacket = false
	}
	switch {
	case v.HASuspend && marks:
		c.Errorf(diag.NoEffect, given(&v.Origin, "ha_suspend"), "ha_suspend does not go with firewall marks, which no host has: it is passed over")
		v.HASuspend = false
	case v.HASuspend && v.Group != "":
		c.Warnf(diag.NoEffect, given(&v.Origin, "ha_suspend"), "ha_suspend of a group never lets its checkers run in keepalived")
	}
}

// checkPersistence makes services of all ports persistent.
func checkPersistence(c *schema.Context, v *VirtualServer, f *groupFacts) {
	zero := v.Address.IsValid() && v.Address.Port() == 0 || f != nil && f.zeroPort
	if zero && v.Persistence == 0 {
		c.Report(Diagnostic{Span: where(&v.Origin, serverPath).Span, Severity: Error, Code: diag.PortZero,
			Text: "virtual_server " + v.label() + " serves all ports and is not persistent: persistence_timeout 360 is assumed",
			Help: "write a port, or persistence_timeout"})
		v.Persistence = defaultPersistence
	}
}
