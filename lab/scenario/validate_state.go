package scenario

import (
	"path"
	"slices"

	"github.com/viplab/viplab/internal/suggest"
	"github.com/viplab/viplab/lab/capture"
	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/internal/yamlfile"
	"github.com/viplab/viplab/lab/topology"
)

// checkNodeState checks the expectations about what a node does beside routing.
func (c *checker) checkNodeState(p yamlfile.Path, item *expect.Item) {
	if l := item.Log; l != nil {
		c.checkNode(p.Key("log", "node"), l.Node)
		c.checkCount(p.Key("log", "count"), l.Count)
		if known := capture.Facilities(); l.Facility != "" && !slices.Contains(known, l.Facility) {
			c.ReportNear(p.Key("log", "facility"), suggest.Nearest(l.Facility, known), "unknown facility %q", l.Facility)
		}
		switch {
		case l.Phrase == "":
			c.Report(p.Key("log", "phrase"), "the phrase is empty")
		case l.Never && l.Count > 0:
			c.Report(p.Key("log"), "count and never exclude each other")
		}
	}
	if m := item.Mail; m != nil {
		mp := p.Key("mail")
		isMail := func(s *topology.Service) bool { return s.Mail != nil }
		if c.checkNode(mp.Key("node"), m.Node) && !has(c.t.Nodes[m.Node], isMail) {
			c.Report(mp.Key("node"), "node %q has no mail service", m.Node)
		}
		if len(m.Subjects) == 0 {
			c.Report(mp.Key("subjects"), "the list of subjects is empty")
		}
	}
	if f := item.File; f != nil {
		c.checkFile(p.Key("file"), f)
	}
	if s := item.Process; s != nil && c.checkNode(p.Key("process", "node"), s.Node) {
		c.checkService(p.Key("process", "service"), s.Node, s.Service)
	}
	if v := item.IPVS; v != nil {
		c.checkIPVS(p.Key("ipvs"), v)
	}
	if v := item.Server; v != nil {
		c.checkServer(p.Key("server"), v)
	}
}

// watched says whether the lab records the lines of a file.
func watched(file string) bool {
	name := path.Base(file)
	return file == path.Join("/var/log", name) && name != "messages"
}

// checkFile wants a file that the lab watches.
func (c *checker) checkFile(p yamlfile.Path, f *expect.File) {
	c.checkNode(p.Key("node"), f.Node)
	if !watched(f.Path) {
		c.Report(p.Key("path"), "%q is no file that is watched: a /var/log/NAME other than messages", f.Path)
	}
	if len(f.Lines) == 0 {
		c.Report(p.Key("lines"), "the list of lines is empty")
	}
	for i, text := range f.Lines {
		if text == "" {
			c.Report(p.Key("lines").Index(i), "the text is empty")
		}
	}
}
