package scenario

import (
	"net/netip"
	"path"
	"slices"
	"strings"

	"github.com/viplab/viplab/internal/suggest"
	"github.com/viplab/viplab/lab/internal/yamlfile"
)

// words lists which actions are set, as a scenario file names them.
func (a *Action) words() []string {
	var words []string
	for _, w := range []struct {
		word string
		set  bool
	}{
		{"start", a.Start != nil}, {"stop", a.Stop != nil}, {"fault", a.Fault != nil},
		{"heal", a.Heal != nil}, {"request", a.Request != nil}, {"run", a.Run != nil},
		{"send", a.Send != nil}, {"wait", a.Wait != nil},
		{"behave", a.Behave != nil},
	} {
		if w.set {
			words = append(words, w.word)
		}
	}
	return words
}

func (c *checker) checkAction(p yamlfile.Path, a *Action) {
	switch words := a.words(); len(words) {
	case 0:
		c.Report(p, "the action is empty: start, stop, fault, heal, request, run, send, behave or wait")
	case 1:
	default:
		c.Report(p, "%s are two actions in one item, give each its own dash", strings.Join(words, " and "))
	}
	c.checkTargets(p.Key("start"), a.Start)
	c.checkTargets(p.Key("stop"), a.Stop)
	if a.Fault != nil {
		c.checkFault(p.Key("fault"), a.Fault)
		c.injected[a.Fault.key()]++
	}
	if a.Heal != nil {
		c.checkHeal(p.Key("heal"), a.Heal)
	}
	if a.Request != nil {
		c.checkRequest(p.Key("request"), a.Request)
	}
	if a.Run != nil {
		c.checkNode(p.Key("run", "node"), a.Run.Node)
		if len(a.Run.Args) == 0 || a.Run.Args[0] == "" {
			c.Report(p.Key("run", "args"), "the command is empty")
		}
	}
	if a.Send != nil {
		c.checkSend(p.Key("send"), a.Send)
	}
	if a.Behave != nil {
		c.checkBehave(p.Key("behave"), a.Behave)
	}
	if a.Wait != nil {
		c.checkWait(p.Key("wait"), a.Wait)
	}
}

func (c *checker) checkTargets(p yamlfile.Path, targets Targets) {
	if targets != nil && len(targets) == 0 {
		c.Report(p, "the list of services is empty")
	}
	for i, target := range targets {
		at := p.Index(i)
		if !c.Has(at) {
			at = p // a single target stands without the list
		}
		c.checkTarget(at, target, false)
	}
}

func (c *checker) checkFault(p yamlfile.Path, f *Fault) {
	if !slices.Contains(FaultNames(), f.Name) {
		c.ReportNear(p.Key("name"), suggest.Nearest(f.Name, FaultNames()), "unknown fault %q", f.Name)
		return
	}
	c.checkTarget(p.Key("target"), f.Target, OnLink(f.Name))
	if f.Name == "priority" {
		c.checkVRID(p.Key("vrid"), f.VRID)
		if f.Priority < 1 || f.Priority > 254 { // 0 and 255 have meanings of their own (RFC 3768 5.3.4)
			c.Report(p.Key("priority"), "priority %d is out of range 1..254", f.Priority)
		}
	}
	if f.Name == "config" && !path.IsAbs(f.File) {
		c.Report(p.Key("file"), "%q must be an absolute path on the node", f.File)
	}
	for _, of := range []struct {
		field, fault string
		set          bool
	}{
		{"vrid", "priority", f.VRID != 0}, {"priority", "priority", f.Priority != 0}, {"child", "kill-child", f.Child != ""},
		{"file", "config", f.File != ""},
	} {
		if of.set && f.Name != of.fault {
			c.ReportKey(p.Key(of.field), "", "%s belongs to the fault %s, not to %s", of.field, of.fault, f.Name)
		}
	}
}

func (c *checker) checkSend(p yamlfile.Path, s *Send) {
	c.checkTarget(p.Key("from"), s.From, true)
	if err := s.Advert.Check(); err != nil {
		c.Report(p.Key("advert"), "%v", err)
	}
	c.checkCount(p.Key("count"), s.Count)
	c.checkDuration(p.Key("every"), s.Every)
}

func (c *checker) checkHeal(p yamlfile.Path, f *Fault) {
	if c.injected[f.key()] > 0 {
		c.injected[f.key()]--
		return
	}
	open := slices.DeleteFunc(sortedKeys(c.injected), func(key string) bool { return c.injected[key] == 0 })
	c.ReportNear(p, suggest.Nearest(f.key(), open), "nothing to heal: no %s on %s is in force here", f.Name, f.Target)
}

// checkProbe checks a probe, or what a request asks.
func (c *checker) checkProbe(p yamlfile.Path, name string, probe *Probe) {
	if probe == nil {
		return
	}
	c.checkAsk(p, name, probe.From, probe.HTTP, probe.Ping, probe.ARP)
	if probe.Keep && probe.HTTP == "" {
		c.ReportKey(p.Key("keep"), "", "only http has a connection to keep")
	}
	c.checkDuration(p.Key("every"), probe.Every)
	c.checkDuration(p.Key("timeout"), probe.Timeout)
}

func (c *checker) checkRequest(p yamlfile.Path, r *Request) {
	if _, declared := c.s.Probes[r.Name]; declared {
		c.Report(p.Key("name"), "a probe has the name %q already", r.Name)
	}
	c.checkAsk(p, r.Name, r.From, r.HTTP, r.Ping, r.ARP)
	c.checkCount(p.Key("count"), r.Count)
}

func (c *checker) checkAsk(p yamlfile.Path, name, from, http string, ping, arp netip.Addr) {
	if strings.TrimSpace(name) == "" {
		c.Report(p.Key("name"), "the name is empty")
	}
	c.checkNode(p.Key("from"), from)
	var asked []string
	for _, kind := range []struct {
		word string
		set  bool
	}{{"http", http != ""}, {"ping", ping.IsValid()}, {"arp", arp.IsValid()}} {
		// What was written but could not be read counts: it was reported.
		if kind.set || c.Has(p.Key(kind.word)) {
			asked = append(asked, kind.word)
		}
	}
	if len(asked) != 1 {
		c.Report(p, "%s must ask exactly one of http, ping and arp, not %s", name, orNothing(asked))
		return
	}
	if http != "" {
		c.checkURL(p.Key("http"), http)
	}
	if before, again := c.probes[name]; again && before != asked[0] {
		c.Report(p.Key("name"), "%q asked by %s before, not by %s", name, before, asked[0])
	}
	c.probes[name] = asked[0]
}

func orNothing(words []string) string {
	if len(words) == 0 {
		return "nothing"
	}
	return strings.Join(words, " and ")
}
