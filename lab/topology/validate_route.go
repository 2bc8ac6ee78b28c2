package topology

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/viplab/viplab/internal/suggest"
	"github.com/viplab/viplab/lab/internal/yamlfile"
)

func (c *checker) checkRoute(p yamlfile.Path, n *Node, r *Route) {
	if r.To != "" && r.To != "default" {
		c.checkDestination(p.Key("to"), r)
	}
	if r.Dev != "" && r.Dev != "lo" && n.Interfaces[r.Dev] == nil {
		c.ReportNear(p.Key("dev"), suggest.Nearest(r.Dev, n.InterfaceNames()), "unknown interface %q", r.Dev)
	}
	switch {
	case !r.Via.IsValid() && r.Dev == "" && !c.Has(p.Key("via")):
		c.Report(p, "a route needs via or dev")
	case r.Via.IsValid() && !n.reaches(r.Via):
		c.Report(p.Key("via"), "next hop %s is on no network of this node", r.Via)
	}
}

func (c *checker) checkDestination(p yamlfile.Path, r *Route) {
	to, err := netip.ParsePrefix(r.To)
	switch {
	case err != nil:
		c.Report(p, "%q is neither a prefix (10.0.0.0/8) nor default", r.To)
	case to != to.Masked():
		c.ReportNear(p, to.Masked().String(), "%s is an address within a network, not a network", r.To)
	case r.Via.IsValid() && r.Via.Is4() != to.Addr().Is4():
		c.Report(p, "destination %s and next hop %s are of different families", r.To, r.Via)
	}
}

// reaches says whether addr is on a network that n has an address on.
func (n *Node) reaches(addr netip.Addr) bool {
	if addr.IsLinkLocalUnicast() && addr.Is6() {
		return true
	}
	for _, i := range n.Interfaces {
		if i == nil {
			continue
		}
		if slices.ContainsFunc(i.Addresses, func(p netip.Prefix) bool { return p.Contains(addr) }) {
			return true
		}
	}
	return false
}

var (
	sysctlForm = regexp.MustCompile(`^[a-z0-9_]+(\.[A-Za-z0-9_/@-]+)+$`)
	// Parameters of a network device: net.ipv4.conf.DEVICE.arp_ignore.
	deviceSysctl = regexp.MustCompile(`^net\.ipv[46]\.(?:conf|neigh)\.([^.]+)\.[^.]+$`)
	// What belongs to a network, UTS or IPC namespace; the rest is the system's.
	ownSysctl = regexp.MustCompile(`^(net\.|fs\.mqueue\.|kernel\.(hostname|domainname|sem|shm\w*|msg\w*)$)`)
)

func (c *checker) checkSysctl(p yamlfile.Path, n *Node, key string) {
	if !sysctlForm.MatchString(key) {
		c.ReportKey(p, "", "%q is no kernel parameter, write it with dots: net.ipv4.ip_forward", key)
		return
	}
	if !ownSysctl.MatchString(key) {
		c.ReportKey(p, "", "%s belongs to no node: setting it would change the whole system", key)
		return
	}
	m := deviceSysctl.FindStringSubmatch(key)
	if m == nil {
		return
	}
	// A dot within a device's name is written as a slash (sysctl(8)).
	device := strings.ReplaceAll(m[1], "/", ".")
	known := append([]string{"all", "default", "lo"}, n.InterfaceNames()...)
	if !slices.Contains(known, device) {
		c.ReportKey(p, suggest.Nearest(device, known), "unknown interface %q in %s", device, key)
	}
}
