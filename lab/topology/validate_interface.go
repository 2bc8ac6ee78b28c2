package topology

import (
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/viplab/viplab/internal/suggest"
	"github.com/viplab/viplab/lab/internal/yamlfile"
)

func (c *checker) checkInterface(p yamlfile.Path, name string, i *Interface) {
	if len(name) > maxInterfaceName {
		c.ReportKey(p, "", "interface name %q has %d bytes, Linux allows %d", name, len(name), maxInterfaceName)
	} else if !deviceForm.MatchString(name) || name == "." || name == ".." {
		c.ReportKey(p, "", "%q is no interface name", name)
	}
	if i == nil {
		i = &Interface{}
	}
	c.checkAttachment(p, name, i)
	c.checkMAC(p.Key("mac"), name, i)
	for n, prefix := range i.Addresses {
		if prefix.IsValid() { // else it was reported when it was read
			c.checkAddress(p.Key("addresses").Index(n), i, n)
		}
	}
	for _, address := range sortedKeys(i.Labels) {
		c.checkLabel(p.Key("labels", address), name, i, address)
	}
}

func (c *checker) checkAttachment(p yamlfile.Path, name string, i *Interface) {
	alone := name == "lo" || strings.HasPrefix(name, "dummy")
	_, known := c.t.Networks[i.Network]
	switch {
	case i.Network == "" && !alone:
		c.ReportKey(p, "", "interface %s has no network (only lo and dummies do without)", name)
	case i.Network == "":
	case name == "lo":
		c.Report(p.Key("network"), "lo cannot be put into a network")
	case !known:
		c.ReportNear(p.Key("network"), suggest.Nearest(i.Network, c.t.NetworkNames()), "unknown network %q", i.Network)
	}
}

func (c *checker) checkMAC(p yamlfile.Path, name string, i *Interface) {
	if i.MAC == "" {
		return
	}
	mac, err := net.ParseMAC(i.MAC)
	switch {
	case err != nil || len(mac) != 6:
		c.Report(p, "%q is no MAC address, such as 02:00:00:00:00:01", i.MAC)
	case mac[0]&1 != 0:
		c.Report(p, "MAC address %s is a group address (lowest bit of the first byte set)", i.MAC)
	case name == "lo":
		c.Report(p, "lo has no MAC address")
	}
}

func (c *checker) checkAddress(p yamlfile.Path, i *Interface, n int) {
	prefix := i.Addresses[n]
	addr := prefix.Addr()
	switch {
	case slices.Contains(i.Addresses[:n], prefix):
		c.Report(p, "address %s is there twice", prefix)
	case addr.IsMulticast():
		c.Report(p, "%s is a multicast address", addr)
	case addr.IsUnspecified():
		c.Report(p, "%s is no host's address", addr)
	case addr.Is4() && prefix.Bits() < 31 && addr == prefix.Masked().Addr():
		c.Report(p, "%s is the address of the network itself, not of a host", prefix)
	case addr.Is4() && prefix.Bits() < 31 && addr == broadcast(prefix):
		c.Report(p, "%s is the broadcast address of its network", prefix)
	}
}

// broadcast is the last address of an IPv4 prefix.
func broadcast(p netip.Prefix) netip.Addr {
	a := p.Addr().As4()
	for bit := p.Bits(); bit < 32; bit++ {
		a[bit/8] |= 0x80 >> (bit % 8)
	}
	return netip.AddrFrom4(a)
}

func (c *checker) checkLabel(p yamlfile.Path, name string, i *Interface, address string) {
	label := i.Labels[address]
	prefix, err := netip.ParsePrefix(address)
	switch {
	case err != nil || !slices.Contains(i.Addresses, prefix):
		c.ReportKey(p, suggest.Nearest(address, written(i.Addresses)), "label for %q, which is none of the addresses", address)
	case prefix.Addr().Is6():
		c.ReportKey(p, "", "IPv6 addresses have no labels")
	case label != name && !strings.HasPrefix(label, name+":"):
		c.Report(p, "label %q must begin with %q", label, name+":")
	case len(label) > maxInterfaceName:
		c.Report(p, "label %q has %d bytes, Linux allows %d", label, len(label), maxInterfaceName)
	}
}

func written(prefixes []netip.Prefix) []string {
	out := make([]string, len(prefixes))
	for i, p := range prefixes {
		out[i] = p.String()
	}
	return out
}
