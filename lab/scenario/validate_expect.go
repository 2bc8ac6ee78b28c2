package scenario

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/viplab/viplab/internal/suggest"
	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/internal/yamlfile"
)

func (c *checker) checkItems(p yamlfile.Path, items []expect.Item) {
	for i := range items {
		at := p.Index(i)
		if _, err := items[i].Expectation(); err != nil {
			c.Report(at, "%v (give each expectation its own dash)", err)
		}
		c.checkRouting(at, &items[i])
		c.checkAnswers(at, &items[i])
		c.checkNodeState(at, &items[i])
	}
}

// checkRouting checks the expectations about virtual routers.
func (c *checker) checkRouting(p yamlfile.Path, item *expect.Item) {
	if m := item.Master; m != nil {
		c.checkVRID(p.Key("master", "vrid"), m.VRID)
		c.checkRouter(p.Key("master", "node"), m.Node)
	}
	if a := item.Adverts; a != nil {
		c.checkVRID(p.Key("adverts", "vrid"), a.VRID)
		c.checkRouter(p.Key("adverts", "node"), a.Node)
		c.checkCount(p.Key("adverts", "count"), a.Count)
		if a.Priority < 0 || a.Priority > 255 {
			c.Report(p.Key("adverts", "priority"), "priority %d is out of range 1..255", a.Priority)
		}
		if a.Priority != 0 && len(a.Failed) > 0 {
			c.Report(p.Key("adverts"), "priority and failed exclude each other")
		}
	}
	if n := item.Neighbour; n != nil {
		c.checkNode(p.Key("neighbour", "node"), n.Node)
		c.checkRouter(p.Key("neighbour", "at"), n.At)
	}
	if q := item.Calm; q != nil {
		c.checkVRID(p.Key("calm", "vrid"), q.VRID)
		c.checkRouter(p.Key("calm", "node"), q.Node)
	}
	if s := item.SingleMaster; s != nil {
		c.checkVRID(p.Key("single-master", "vrid"), s.VRID)
		if s.Allow < 0 {
			c.Report(p.Key("single-master", "allow"), "allow must not be negative")
		}
	}
	if g := item.GARP; g != nil {
		c.checkRouter(p.Key("garp", "node"), g.Node)
	}
	if t := item.Takeover; t != nil {
		c.checkTakeover(p.Key("takeover"), t)
	}
	if v := item.VIP; v != nil {
		c.checkVIP(p.Key("vip"), v)
	}
	if a := item.Attempts; a != nil {
		c.checkAttempts(p.Key("attempts"), a)
	}
	if s := item.Script; s != nil {
		c.checkRouter(p.Key("script", "node"), s.Node)
		c.checkWord(p.Key("script", "name"), s.Name)
		c.checkWord(p.Key("script", "after"), s.After)
	}
}

func (c *checker) checkTakeover(p yamlfile.Path, t *expect.Takeover) {
	c.checkVRID(p.Key("vrid"), t.VRID)
	c.checkRouter(p.Key("to"), t.To)
	if t.From != "" {
		c.checkRouter(p.Key("from"), t.From)
	}
	if t.Priority != 0 && len(t.Failed) > 0 {
		c.Report(p, "priority and failed exclude each other")
	}
	switch {
	case t.From != "" && t.From == t.To:
		c.Report(p.Key("to"), "%s cannot take over from itself", t.To)
	case t.From == "" && t.Preempt:
		c.ReportKey(p.Key("preempt"), "", "preempt needs from: who is preempted")
	case t.From == "" && t.Resigned != nil:
		c.ReportKey(p.Key("resigned"), "", "resigned needs from: who resigned")
	case t.Preempt && t.Resigned != nil && *t.Resigned:
		c.ReportKey(p.Key("resigned"), "", "who is preempted does not resign")
	}
}

func (c *checker) checkVIP(p yamlfile.Path, v *expect.VIP) {
	if v.Node != "" {
		c.checkNode(p.Key("node"), v.Node)
	} else if v.Label != "" || v.Prefix != 0 {
		c.Report(p, "label and prefix need a node: without one nobody owns the address")
	}
	for i, name := range v.Ignore {
		c.checkNode(p.Key("ignore").Index(i), name)
	}
	if v.Address.IsValid() && (v.Prefix < 0 || v.Prefix > v.Address.BitLen()) {
		c.Report(p.Key("prefix"), "prefix %d is out of range 0..%d", v.Prefix, v.Address.BitLen())
	}
}

// checkAnswers checks the expectations about what clients see.
func (c *checker) checkAnswers(p yamlfile.Path, item *expect.Item) {
	if a := item.ARP; a != nil && a.Node != "" {
		c.checkNode(p.Key("arp", "node"), a.Node)
	}
	if g := item.Ping; g != nil {
		c.checkAsked(p.Key("ping", "probe"), g.Probe, "ping")
		c.checkCount(p.Key("ping", "count"), g.Count)
		c.checkDuration(p.Key("ping", "max-gap"), g.MaxGap)
	}
	if o := item.Outage; o != nil {
		c.checkOutage(p.Key("outage"), o)
	}
	if item.HTTP != nil {
		c.checkHTTP(p.Key("http"), item.HTTP)
	}
}

func (c *checker) checkOutage(p yamlfile.Path, o *expect.Outage) {
	if c.probes[o.Probe] != "ping" {
		c.checkAsked(p.Key("probe"), o.Probe, "http")
	}
	c.checkVRID(p.Key("vrid"), o.VRID)
	c.checkRouter(p.Key("from"), o.From)
	c.checkRouter(p.Key("to"), o.To)
	if o.From == o.To {
		c.Report(p.Key("to"), "%s cannot take over from itself", o.To)
	}
}

func (c *checker) checkHTTP(p yamlfile.Path, h *expect.HTTP) {
	c.checkAsked(p.Key("probe"), h.Probe, "http")
	c.checkCount(p.Key("count"), h.Count)
	c.checkDuration(p.Key("max-gap"), h.MaxGap)
	switch {
	case h.Body != "" && len(h.Share) > 0:
		c.Report(p, "body and share exclude each other")
	case h.Same && (h.Body != "" || len(h.Share) > 0 || h.Fails):
		c.Report(p, "same stands without body, share and fails")
	case h.Fails && (h.Body != "" || len(h.Share) > 0):
		c.Report(p, "requests that fail have no body")
	}
	for _, body := range sortedKeys(h.Share) {
		if h.Share[body] < 1 {
			c.Report(p.Key("share", body), "a share must be at least 1, not %d", h.Share[body])
		}
	}
}

// checkAsked wants a probe, or a request that was made by then.
func (c *checker) checkAsked(p yamlfile.Path, name, kind string) {
	was, known := c.probes[name]
	switch {
	case !known:
		c.ReportNear(p, suggest.Nearest(name, sortedKeys(c.probes)), "unknown probe %q: neither under probes nor a request so far", name)
	case was != kind:
		c.Report(p, "probe %q asks by %s, not by %s", name, was, kind)
	}
}

// checkURL wants an address of the web; a host name must be known to every node.
func (c *checker) checkURL(p yamlfile.Path, text string) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" || u.Hostname() == "" {
		c.Report(p, "%q is no URL such as http://192.168.0.5/", text)
		return
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil || c.t == nil {
		return
	}
	known := c.hostnames()
	if !slices.Contains(known, strings.ToLower(u.Hostname())) {
		c.ReportNear(p, suggest.Nearest(u.Hostname(), known), "unknown host %q", u.Hostname())
	}
}

func (c *checker) hostnames() []string {
	var names []string
	for _, name := range c.t.NodeNames() {
		n := c.t.Nodes[name]
		if n == nil {
			continue
		}
		names = append(names, strings.ToLower(name), strings.ToLower(n.Hostname))
		names = append(names, sortedKeys(n.Hosts)...)
	}
	return names
}
