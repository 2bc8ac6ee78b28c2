package lab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/lab/network"
	"github.com/viplab/viplab/lab/topology"
)

// plug makes a cable for each interface: a port on the switch and the interface
// on the node, both down.
func (l *Lab) plug() error {
	index := 0
	for ni, name := range l.Nodes() {
		h := l.nodes[name]
		for ii, iface := range h.spec.InterfaceNames() {
			spec := h.spec.Interfaces[iface]
			if spec.Network == "" {
				continue
			}
			mac, err := hardwareAddress(spec.MAC, ni, ii)
			if err != nil {
				return fmt.Errorf("interface %s of %s: %w", iface, name, err)
			}
			index++
			p := port{name: fmt.Sprintf("p%d", index), network: spec.Network}
			p.index, err = l.sw.AddPort(network.Port{
				Network: p.network, Name: p.name, Node: h.Net(), Interface: iface, MAC: mac,
				MTU: l.Topology.Networks[spec.Network].MTU,
			})
			if err != nil {
				return fmt.Errorf("interface %s of %s: %w", iface, name, err)
			}
			h.ports[iface] = p
		}
	}
	return nil
}

// hardwareAddress gives every interface an address that says which it is and
// that is the same in every run: locally administered, node and interface last.
func hardwareAddress(wanted string, nodeIndex, ifaceIndex int) (net.HardwareAddr, error) {
	if wanted != "" {
		return net.ParseMAC(wanted)
	}
	n := nodeIndex + 1
	return net.HardwareAddr{0x02, 0, 0, byte(n >> 8), byte(n), byte(ifaceIndex + 1)}, nil
}

// configure sets a node's addresses and routes and its links and ports up.
func (l *Lab) configure(h *host) error {
	link, err := netlink.NewHandleAt(h.Net(), unix.NETLINK_ROUTE)
	if err != nil {
		return fmt.Errorf("open netlink: %w", err)
	}
	defer link.Close()
	for _, name := range h.spec.InterfaceNames() {
		if err := l.configureInterface(link, h, name); err != nil {
			return fmt.Errorf("interface %s: %w", name, err)
		}
	}
	for _, r := range h.spec.Routes {
		if err := addRoute(link, r); err != nil {
			return fmt.Errorf("route to %s: %w", r.To, err)
		}
	}
	return nil
}

func (l *Lab) configureInterface(link *netlink.Handle, h *host, name string) error {
	spec := h.spec.Interfaces[name]
	dev, err := link.LinkByName(name)
	if spec.Network == "" && name != "lo" && errors.As(err, &netlink.LinkNotFoundError{}) {
		attrs := netlink.NewLinkAttrs()
		attrs.Name = name
		dev = &netlink.Dummy{LinkAttrs: attrs}
		err = link.LinkAdd(dev)
	}
	if err != nil {
		return err
	}
	for _, prefix := range spec.Addresses {
		if err := addAddress(link, dev, prefix, spec.Labels[prefix.String()]); err != nil {
			return err
		}
	}
	if p, ok := h.ports[name]; ok {
		if err := l.sw.SetPort(p.name, true); err != nil {
			return err
		}
	}
	return link.LinkSetUp(dev)
}

func addAddress(link *netlink.Handle, dev netlink.Link, prefix netip.Prefix, label string) error {
	addr := &netlink.Addr{IPNet: ipNet(prefix), Label: label}
	if prefix.Addr().Is6() {
		// Duplicate address detection would hold the address back for a second.
		addr.Flags = unix.IFA_F_NODAD
	}
	if err := link.AddrAdd(dev, addr); err != nil {
		return fmt.Errorf("add address %s: %w", prefix, err)
	}
	return nil
}

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}

func addRoute(link *netlink.Handle, r topology.Route) error {
	route := netlink.Route{}
	if r.Via.IsValid() {
		route.Gw = r.Via.AsSlice()
	}
	if r.To != "default" {
		prefix, err := netip.ParsePrefix(r.To)
		if err != nil {
			return err
		}
		route.Dst = ipNet(prefix)
	}
	if r.Dev != "" {
		dev, err := link.LinkByName(r.Dev)
		if err != nil {
			return err
		}
		route.LinkIndex = dev.Attrs().Index
		if !r.Via.IsValid() {
			route.Scope = netlink.SCOPE_LINK
		}
	}
	return link.RouteAdd(&route)
}

// patience is how long ports may take to come up, in lab time.
const patience = 10 * time.Second

func (l *Lab) awaitPorts(ctx context.Context) error {
	var ports []int
	for _, h := range l.nodes {
		for _, p := range h.ports {
			ports = append(ports, p.index)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return l.sw.Await(ctx, ports...)
}
