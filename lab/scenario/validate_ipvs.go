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
		mark, err := strconv.ParseUint(rest, 10, 32)
		return err == nil && mark > 0
	default:
		return false
	}
}
