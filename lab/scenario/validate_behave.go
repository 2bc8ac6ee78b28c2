package scenario

import (
	"net/netip"
	"strings"

	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/internal/yamlfile"
	"github.com/viplab/viplab/lab/topology"
)

// checkBehave wants hostile services that can behave so.
func (c *checker) checkBehave(p yamlfile.Path, b *Behave) {
	c.checkTargets(p.Key("at"), b.At)
	if len(b.At) == 0 {
		c.Report(p, "behave says of no service")
	}
	for _, target := range b.At {
		node, name, _ := strings.Cut(target, "/")
		if c.t == nil || c.t.Nodes[node] == nil || c.t.Nodes[node].Services[name] == nil {
			continue // reported
		}
		h := c.t.Nodes[node].Services[name].Hostile
		if h == nil {
			c.Report(p.Key("at"), "%s is no hostile service", target)
			continue
		}
		topology.CheckManner(c.Document, p.Key("as"), h.Speaks, &b.As)
	}
}

// checkWait wants an advertisement or a health check to wait for.
func (c *checker) checkWait(p yamlfile.Path, w *Wait) {
	c.checkRouter(p.Key("node"), w.Node)
	c.checkDuration(p.Key("after"), w.After)
	if w.Check == "" {
		c.checkVRID(p.Key("vrid"), w.VRID)
		return
	}
	if w.VRID != 0 {
		c.Report(p, "vrid and check exclude each other")
	}
	if _, err := netip.ParseAddrPort(w.Check); err != nil {
		c.Report(p.Key("check"), "%q is no real server such as 192.0.2.11:80", w.Check)
	}
}

// checkAttempts wants real servers, and what stands for each.
func (c *checker) checkAttempts(p yamlfile.Path, a *expect.Attempts) {
	c.checkRouter(p.Key("node"), a.Node)
	c.checkCount(p.Key("count"), a.Count)
	if len(a.Servers) == 0 {
		c.Report(p.Key("servers"), "there are no servers")
	}
	for _, server := range sortedKeys(a.Servers) {
		at := p.Key("servers", server)
		if _, err := netip.ParseAddrPort(server); err != nil {
			c.ReportKey(at, "", "%q is no real server such as 192.0.2.11:80", server)
		}
		behind := a.Servers[server]
		if !strings.HasPrefix(behind, "/") {
			c.checkTarget(at, behind, false)
		} else if !watched(behind) {
			c.Report(at, "%q is no file that is watched: a /var/log/NAME other than messages", behind)
		}
	}
	for _, lasts := range []struct {
		field string
		of    map[string]expect.Lasts
	}{{"fails", a.Fails}, {"passes", a.Passes}} {
		for _, manner := range sortedKeys(lasts.of) {
			if err := lasts.of[manner].Check(); err != nil {
				c.Report(p.Key(lasts.field, manner), "%v", err)
			}
		}
	}
}
