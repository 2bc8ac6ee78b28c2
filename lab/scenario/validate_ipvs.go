package scenario

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/viplab/viplab/internal/suggest"
	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/internal/yamlfile"
)

// schedulers lists those of Linux (net/netfilter/ipvs/Kconfig).
func schedulers() []string {
	return []string{"rr", "wrr", "lc", "wlc", "fo", "ovf", "lblc", "lblcr", "dh", "sh", "mh", "sed", "nq", "twos"}
}

// forwards lists how ipvsadm names the ways of forwarding.
func forwards() []string { return []string{"Route", "Masq", "Tunnel", "Local"} }

// Directors lists the nodes whose IPVS table s expects something of, in order.
func (s *Scenario) Directors() []string {
	nodes := map[string]bool{}
	add := func(items []expect.Item) {
		for _, item := range items {
			if item.IPVS != nil {
				nodes[item.IPVS.Node] = true
			}
			if item.Server != nil {
				nodes[item.Server.Node] = true
			}
		}
	}
	for _, step := range s.Steps {
		add(step.Expect)
	}
	add(s.Always)
	return sortedKeys(nodes)
}

func (c *checker) checkServer(p yamlfile.Path, v *expect.Server) {
	c.checkRouter(p.Key("node"), v.Node)
	if !isService(v.Service) {
		c.Report(p.Key("service"), "%q is no virtual server such as TCP 192.168.0.254:80 or FWM 1", v.Service)
	}
	if _, err := netip.ParseAddrPort(v.Server); err != nil {
		c.Report(p.Key("server"), "%q is no real server such as 192.168.0.3:80", v.Server)
	}
	c.checkTarget(p.Key("after"), v.After, false)
}

// flags lists the flags of a service as tables show them.
func flags() []string { return []string{"ops", "flag-1", "flag-2", "flag-3"} }

// checkSettings checks what is looked at of a service besides its servers.
func (c *checker) checkSettings(p yamlfile.Path, v *expect.IPVS) {
	for i, flag := range v.Flags {
		if !slices.Contains(flags(), flag) {
			c.ReportNear(p.Key("flags").Index(i), suggest.Nearest(flag, flags()), "unknown flag %q", flag)
		}
	}
	for _, of := range []struct {
		what   string
		limits map[string]int
	}{{"upper", v.Upper}, {"lower", v.Lower}} {
		for _, server := range sortedKeys(of.limits) {
			if _, ok := v.Servers[server]; !ok {
				c.ReportKey(p.Key(of.what, server), suggest.Nearest(server, sortedKeys(v.Servers)), "%q is not among servers", server)
			}
		}
	}
}

func (c *checker) checkIPVS(p yamlfile.Path, v *expect.IPVS) {
	c.checkNode(p.Key("node"), v.Node)
	if !isService(v.Service) {
		c.Report(p.Key("service"), "%q is no virtual server such as TCP 192.168.0.254:80 or FWM 1", v.Service)
	}
	if v.Scheduler != "" && !slices.Contains(schedulers(), v.Scheduler) {
		c.ReportNear(p.Key("scheduler"), suggest.Nearest(v.Scheduler, schedulers()), "unknown scheduler %q", v.Scheduler)
	}
	if v.Forward != "" && !slices.Contains(forwards(), v.Forward) {
		near := map[string]string{"DR": "Route", "NAT": "Masq", "TUN": "Tunnel"}[v.Forward]
		if near == "" {
			near = suggest.Nearest(v.Forward, forwards())
		}
		c.ReportNear(p.Key("forward"), near, "unknown way of forwarding %q", v.Forward)
	}
	if v.Absent && len(v.Servers) > 0 {
		c.Report(p.Key("servers"), "a service that is absent has no servers")
	}
	c.checkSettings(p, v)
	for _, server := range sortedKeys(v.Servers) {
		if _, err := netip.ParseAddrPort(server); err != nil {
			c.ReportKey(p.Key("servers", server), "", "%q is no real server such as 192.168.0.3:80", server)
		}
		if v.Servers[server] < 0 {
			c.Report(p.Key("servers", server), "weight %d is negative", v.Servers[server])
		}
	}
}

// isService says whether s is written as ipvsadm -Ln does.
func isService(s string) bool {
	proto, rest, _ := strings.Cut(s, " ")
	switch proto {
	case "TCP", "UDP", "SCTP":
		_, err := netip.ParseAddrPort(rest)
		return err == nil
	case "FWM":
		rest = strings.TrimSuffix(rest, " IPv6")
		mark, err := strconv.ParseUint(rest, 10, 32)
		return err == nil && mark > 0
	default:
		return false
	}
}
