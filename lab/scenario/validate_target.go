package scenario

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/viplab/viplab/internal/suggest"
	"github.com/viplab/viplab/lab/internal/yamlfile"
	"github.com/viplab/viplab/lab/topology"
)

var roleForm = regexp.MustCompile(`^(master|backup)\(([0-9]+)\)$`)

// checkNode wants a node of the topology. It says whether there is one.
func (c *checker) checkNode(p yamlfile.Path, name string) bool {
	if c.t == nil {
		return false
	}
	if c.t.Nodes[name] != nil {
		return true
	}
	c.ReportNear(p, suggest.Nearest(name, c.t.NodeNames()), "unknown node %q", name)
	return false
}

// checkRouter wants a node that runs the daemon under test.
func (c *checker) checkRouter(p yamlfile.Path, name string) {
	if !c.checkNode(p, name) {
		return
	}
	routers := c.routers()
	if !slices.Contains(routers, name) {
		c.ReportNear(p, suggest.Nearest(name, routers), "node %q runs no ha service", name)
	}
}

func (c *checker) routers() []string {
	var names []string
	for _, n := range c.t.HANodes() {
		names = append(names, n.Node)
	}
	return names
}

// checkService wants a service of a node that is known to be there.
func (c *checker) checkService(p yamlfile.Path, node, service string) {
	n := c.t.Nodes[node]
	if n.Services[service] == nil {
		c.ReportNear(p, suggest.Nearest(service, n.ServiceNames()), "node %s has no service %q", node, service)
	}
}

// checkTarget wants NODE/SERVICE, or NODE:INTERFACE where link is set. In place
// of NODE stands a role, master(VRID) or backup(VRID).
func (c *checker) checkTarget(p yamlfile.Path, target string, link bool) {
	sep, form := "/", "NODE/SERVICE"
	if link {
		sep, form = ":", "NODE:INTERFACE"
	}
	node, rest, ok := strings.Cut(target, sep)
	switch {
	case !ok || node == "" || rest == "":
		c.Report(p, "target %q must be %s", target, form)
	case strings.Contains(node, "("):
		c.checkRole(p, node, rest, link)
	case c.t == nil:
	case c.t.Nodes[node] == nil:
		c.ReportNear(p, c.nearest(node, sep, rest, link), "unknown node %q in %q", node, target)
	default:
		c.checkPart(p, node, rest, link)
	}
}

// checkPart wants a service or an interface of a node.
func (c *checker) checkPart(p yamlfile.Path, node, name string, link bool) {
	sep, kind := "/", "service"
	if link {
		sep, kind = ":", "interface"
	}
	parts := c.parts(node, link)
	if !slices.Contains(parts, name) {
		c.ReportNear(p, join(node, sep, suggest.Nearest(name, parts)), "node %s has no %s %q", node, kind, name)
	}
}

func (c *checker) checkRole(p yamlfile.Path, role, part string, link bool) {
	m := roleForm.FindStringSubmatch(role)
	if m == nil {
		c.Report(p, "role %q must be master(VRID) or backup(VRID)", role)
		return
	}
	if vrid, err := strconv.Atoi(m[2]); err != nil || vrid < 1 || vrid > 255 {
		c.Report(p, "vrid %s is out of range 1..255", m[2])
	}
	if c.t == nil {
		return
	}
	var known []string
	for _, node := range c.routers() {
		known = append(known, c.parts(node, link)...)
	}
	if !slices.Contains(known, part) {
		c.ReportNear(p, suggest.Nearest(part, known), "no node that can be %s has %q", m[1], part)
	}
}

// parts lists the services of a node, or its interfaces.
func (c *checker) parts(node string, link bool) []string {
	if link {
		return c.t.Nodes[node].InterfaceNames()
	}
	return c.t.Nodes[node].ServiceNames()
}

// nearest is the valid target nearest to one of an unknown node: one with the
// same service or interface if there is.
func (c *checker) nearest(node, sep, part string, link bool) string {
	if near := suggest.Nearest(node, c.nodesWith(part, link)); near != "" {
		return join(near, sep, part)
	}
	near := suggest.Nearest(node, c.t.NodeNames())
	if c.t.Nodes[near] == nil {
		return ""
	}
	return join(near, sep, suggest.Nearest(part, c.parts(near, link)))
}

// nodesWith lists the nodes that have a service, or an interface, of a name.
func (c *checker) nodesWith(part string, link bool) []string {
	return slices.DeleteFunc(c.t.NodeNames(), func(node string) bool {
		return c.t.Nodes[node] == nil || !slices.Contains(c.parts(node, link), part)
	})
}

// join is a whole target to suggest, or nothing where a part of it is missing.
func join(node, sep, part string) string {
	if node == "" || part == "" {
		return ""
	}
	return node + sep + part
}

// has says whether a node runs a service of which is true.
func has(n *topology.Node, is func(*topology.Service) bool) bool {
	return slices.ContainsFunc(slices.Collect(maps.Values(n.Services)), func(s *topology.Service) bool {
		return s != nil && is(s)
	})
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
