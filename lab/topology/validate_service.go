package topology

import (
	"cmp"
	"io/fs"
	"net"
	"path"
	"strconv"
	"strings"

	"github.com/viplab/viplab/internal/suggest"
	"github.com/viplab/viplab/lab/internal/yamlfile"
)

// Kinds lists which of the service's kinds are set, as topology.yaml names
// them. A service that is right has exactly one.
func (s *Service) Kinds() []string {
	var kinds []string
	for _, k := range []struct {
		name string
		set  bool
	}{
		{"ha", s.HA != nil}, {"http", s.HTTP != nil}, {"mail", s.Mail != nil},
		{"hostile", s.Hostile != nil}, {"nginx", s.Nginx != nil}, {"command", s.Command != nil},
	} {
		if k.set {
			kinds = append(kinds, k.name)
		}
	}
	return kinds
}

func (c *checker) checkServices(p yamlfile.Path, node string, n *Node) {
	ports := map[string]string{}
	daemon := ""
	for _, name := range n.ServiceNames() {
		sp := p.Key("services", name)
		s := n.Services[name]
		if s == nil {
			s = &Service{}
		}
		if len(name) > maxProcessName || !programForm.MatchString(name) {
			c.ReportKey(sp, "", "service name %q must be a process name of at most %d bytes", name, maxProcessName)
		}
		if kinds := s.Kinds(); len(kinds) != 1 {
			c.reportKinds(sp, name, kinds)
			continue
		}
		if s.HA != nil && daemon != "" {
			c.ReportKey(sp, "", "node %s already runs the ha service %s", node, daemon)
		}
		if s.HA != nil {
			daemon = name
		}
		if s.Restart < 0 || s.Restart == 0 && c.Has(sp.Key("restart")) {
			c.Report(sp.Key("restart"), "restart must be longer than 0, not %s", s.Restart)
		}
		c.checkService(sp, node, s)
		c.checkPorts(sp, name, s, ports)
	}
}

func (c *checker) reportKinds(p yamlfile.Path, name string, kinds []string) {
	if len(kinds) == 0 {
		c.ReportKey(p, "", "service %s does not say what it is: ha, http, mail, hostile, nginx or command", name)
		return
	}
	c.ReportKey(p, "", "service %s is %s at once, a service is one program", name, strings.Join(kinds, " and "))
}

func (c *checker) checkService(p yamlfile.Path, node string, s *Service) {
	switch {
	case s.HA != nil:
		c.checkConfig(p.Key("ha", "config"), node, s.HA.Config)
	case s.HTTP != nil:
		c.checkAbsolute(p.Key("http", "root"), s.HTTP.Root)
		for _, page := range sortedKeys(s.HTTP.Pages) {
			if !strings.HasPrefix(page, "/") {
				c.ReportKey(p.Key("http", "pages", page), "/"+page, "page %q must begin with a slash", page)
			}
		}
	case s.Hostile != nil:
		c.checkHostile(p.Key("hostile"), s.Hostile)
	case s.Nginx != nil:
		c.checkAbsolute(p.Key("nginx", "config"), s.Nginx.Config)
	case s.Command != nil && (len(s.Command) == 0 || s.Command[0] == ""):
		c.Report(p.Key("command"), "command is empty")
	}
}

// checkConfig looks for the file of the daemon under test: without it, it would
// end at once, and the lab would show nothing.
func (c *checker) checkConfig(p yamlfile.Path, node, config string) {
	setDefault(&config, DefaultHAConfig)
	if !path.IsAbs(config) {
		c.checkAbsolute(p, config)
		return
	}
	if c.t.Files == nil {
		return
	}
	file := node + path.Clean(config)
	if info, err := fs.Stat(c.t.Files, file); err == nil && !info.IsDir() {
		return
	}
	c.ReportNear(p, suggest.Nearest(file, c.filesOf(node)), "the ha service reads %s, but there is no %s", config, file)
}

func (c *checker) checkAbsolute(p yamlfile.Path, name string) {
	if name != "" && !path.IsAbs(name) {
		c.ReportNear(p, "/"+name, "%q must be an absolute path on the node", name)
	}
}

// checkPorts looks for bad addresses and two services of a node on one.
func (c *checker) checkPorts(p yamlfile.Path, name string, s *Service, taken map[string]string) {
	claim := func(p yamlfile.Path, listen string) {
		host, port, err := net.SplitHostPort(listen)
		number, _ := strconv.ParseUint(port, 10, 16)
		if err != nil || number == 0 || host != "" && net.ParseIP(host) == nil {
			c.Report(p, "%q is no address to listen on, such as :80 or 127.0.0.1:8080", listen)
			return
		}
		if other, is := taken[listen]; is {
			c.Report(p, "service %s already listens on %s", other, listen)
			return
		}
		taken[listen] = name
	}
	switch {
	case s.HTTP != nil && len(s.HTTP.Listen) == 0:
		claim(p, DefaultHTTPListen)
	case s.HTTP != nil:
		for i, listen := range s.HTTP.Listen {
			claim(p.Key("http", "listen").Index(i), listen)
		}
	case s.Hostile != nil && s.Hostile.hasPort():
		claim(p.Key("hostile", "listen"), cmp.Or(s.Hostile.Listen, defaultListen(s.Hostile.Speaks)))
	case s.Mail != nil && s.Mail.Listen == "":
		claim(p, DefaultMailListen)
	case s.Mail != nil:
		claim(p.Key("mail", "listen"), s.Mail.Listen)
	}
}
