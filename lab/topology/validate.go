package topology

import (
	"regexp"
	"strings"

	"github.com/viplab/viplab/lab/internal/yamlfile"
)

// The longest names that Linux takes, in bytes.
const (
	maxInterfaceName = 15 // IFNAMSIZ less the final zero (linux/if.h)
	maxProcessName   = 15 // TASK_COMM_LEN less the final zero (linux/sched.h)
	maxHostname      = 64 // __NEW_UTS_LEN (linux/utsname.h)
	maxLabel         = 63 // RFC 1035 2.3.4
)

var (
	nameForm     = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)
	hostForm     = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$`)
	deviceForm   = regexp.MustCompile(`^[A-Za-z0-9_.@-]+$`)
	programForm  = regexp.MustCompile(`^[A-Za-z0-9_.+-]+$`)
	reservedName = map[string]bool{ScenarioFolder: true}
)

// Validate checks a topology that was made in Go and returns every mistake as
// Diagnostics, each with the path of the field. Load has done it.
func (t *Topology) Validate() error {
	doc := yamlfile.Unplaced()
	t.check(doc)
	return doc.Err()
}

// checker collects the mistakes of one topology.
type checker struct {
	*yamlfile.Document
	t *Topology
}

func (t *Topology) check(doc *yamlfile.Document) {
	c := checker{doc, t}
	c.checkHead()
	for _, name := range t.NetworkNames() {
		c.checkNetwork(yamlfile.Path{"networks", name}, name, t.Networks[name])
	}
	for _, name := range t.NodeNames() {
		c.checkNode(yamlfile.Path{"nodes", name}, name)
	}
	c.checkUnique()
	c.checkFolders()
}

func (c *checker) checkHead() {
	if c.t.Name != "" && !nameForm.MatchString(c.t.Name) {
		c.Report(yamlfile.Path{"name"}, "name %q may hold only lower-case letters, digits and dashes", c.t.Name)
	}
	if strings.Contains(strings.TrimSpace(c.t.Title), "\n") {
		c.Report(yamlfile.Path{"title"}, "title must be one line")
	}
	for _, head := range []struct{ field, value string }{{"name", c.t.Name}, {"title", c.t.Title}} {
		if strings.TrimSpace(head.value) == "" {
			c.Report(yamlfile.Path{head.field}, "%s is empty", head.field)
		}
	}
	if len(c.t.Nodes) == 0 {
		c.Report(yamlfile.Path{"nodes"}, "a lab needs at least one node")
	}
}

func (c *checker) checkNetwork(p yamlfile.Path, name string, n *Network) {
	if !nameForm.MatchString(name) {
		c.ReportKey(p, "", "network name %q may hold only lower-case letters, digits and dashes", name)
	}
	if n == nil {
		return
	}
	if n.MTU != 0 && (n.MTU < 68 || n.MTU > 65535) {
		c.Report(p.Key("mtu"), "mtu %d is out of range 68..65535", n.MTU)
	}
}

func (c *checker) checkNode(p yamlfile.Path, name string) {
	switch {
	case reservedName[name]:
		c.ReportKey(p, "", "no node may be named %q: the folder is for scenarios", name)
	case len(name) > maxLabel || !hostForm.MatchString(name):
		c.ReportKey(p, "", "node name %q must be a host name of letters, digits and dashes, at most %d", name, maxLabel)
	}
	n := c.t.Nodes[name]
	if n == nil {
		return
	}
	if n.Hostname != "" && !isHostname(n.Hostname) {
		c.Report(p.Key("hostname"), "%q is no host name", n.Hostname)
	}
	for _, host := range sortedKeys(n.Hosts) {
		if !isHostname(host) {
			c.ReportKey(p.Key("hosts", host), "", "%q is no host name", host)
		}
	}
	for _, iface := range n.InterfaceNames() {
		c.checkInterface(p.Key("interfaces", iface), iface, n.Interfaces[iface])
	}
	for i := range n.Routes {
		c.checkRoute(p.Key("routes").Index(i), n, &n.Routes[i])
	}
	for _, key := range sortedKeys(n.Sysctls) {
		c.checkSysctl(p.Key("sysctls", key), n, key)
	}
	c.checkServices(p, name, n)
}

// isHostname says whether s is a host name, fully qualified or not (RFC 1123 2.1).
func isHostname(s string) bool {
	if len(s) > maxHostname {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if len(label) > maxLabel || !hostForm.MatchString(label) {
			return false
		}
	}
	return true
}
