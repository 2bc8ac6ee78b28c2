package topology

import (
	"net"
	"net/netip"
	"strings"

	"github.com/viplab/viplab/lab/internal/yamlfile"
)

// checkUnique looks for what two nodes must not share: addresses on networks,
// MAC addresses and host names. Addresses of lo and dummies may be shared: real
// servers of LVS-DR all hold the VIP.
func (c *checker) checkUnique() {
	addresses := map[netip.Addr]string{}
	macs := map[string]string{}
	names := map[string]string{}
	for _, node := range c.t.NodeNames() {
		n := c.t.Nodes[node]
		p := yamlfile.Path{"nodes", node}
		c.checkHostnames(p, node, n, names)
		if n == nil {
			continue
		}
		for _, iface := range n.InterfaceNames() {
			if i := n.Interfaces[iface]; i != nil {
				c.checkShared(p.Key("interfaces", iface), node+":"+iface, i, addresses, macs)
			}
		}
	}
}

func (c *checker) checkShared(p yamlfile.Path, place string, i *Interface, addresses map[netip.Addr]string, macs map[string]string) {
	if mac, err := net.ParseMAC(i.MAC); err == nil {
		if other, taken := macs[mac.String()]; taken {
			c.Report(p.Key("mac"), "%s already has MAC address %s", other, i.MAC)
		}
		macs[mac.String()] = place
	}
	if i.Network == "" {
		return
	}
	for n, prefix := range i.Addresses {
		addr := prefix.Addr()
		// Link-local addresses need be unique on their link only (RFC 4291 2.5.6).
		if !prefix.IsValid() || addr.IsLinkLocalUnicast() {
			continue
		}
		if other, taken := addresses[addr]; taken && other != place {
			c.Report(p.Key("addresses").Index(n), "%s already has address %s", other, addr)
			continue
		}
		addresses[addr] = place
	}
}

// checkHostnames compares without regard to case, as resolvers do.
func (c *checker) checkHostnames(p yamlfile.Path, node string, n *Node, names map[string]string) {
	claim := func(name string, at func(message string, args ...any)) {
		key := strings.ToLower(name)
		if other, taken := names[key]; taken && other != node {
			at("node %s is already known as %q", other, name)
			return
		}
		names[key] = node
	}
	claim(node, func(m string, args ...any) { c.ReportKey(p, "", m, args...) })
	if n != nil && n.Hostname != "" {
		claim(n.Hostname, func(m string, args ...any) { c.Report(p.Key("hostname"), m, args...) })
	}
}
