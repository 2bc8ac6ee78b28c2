package lab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"path"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/lab/network"
	"github.com/viplab/viplab/lab/node"
	"github.com/viplab/viplab/lab/service"
	"github.com/viplab/viplab/lab/topology"
)

// build makes networks, nodes and cables. Nothing is up before the lab watches.
func (l *Lab) build(ctx context.Context) error {
	var err error
	if l.sw, err = network.NewSwitch(); err != nil {
		return err
	}
	for name, n := range l.Topology.Networks {
		if err := l.sw.AddBridge(name, network.Bridge{Snooping: n.Snooping, MTU: n.MTU}); err != nil {
			return err
		}
	}
	if err := l.startNodes(ctx); err != nil {
		return err
	}
	if err := l.plug(); err != nil {
		return err
	}
	if l.eyes, err = l.watch(); err != nil {
		return err
	}
	if err := l.eachNode(func(name string, h *host) error {
		if err := l.configure(h); err != nil {
			return fmt.Errorf("configure %s: %w", name, err)
		}
		return nil
	}); err != nil {
		return err
	}
	return l.awaitPorts(ctx)
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

// startNodes starts the nodes side by side: most of the time goes into starting
// a process each.
func (l *Lab) startNodes(ctx context.Context) error {
	for name, spec := range l.Topology.Nodes {
		h := &host{spec: spec, ports: make(map[string]port), services: make(map[string]*supervised)}
		for service, s := range spec.Services {
			h.services[service] = &supervised{node: name, name: service, spec: s}
		}
		l.nodes[name] = h
	}
	return l.eachNode(func(name string, h *host) error {
		binaries, err := l.binaries(h.spec)
		if err != nil {
			return fmt.Errorf("node %s: %w", name, err)
		}
		h.Node, err = node.Start(ctx, name, node.Spec{Hostname: h.spec.Hostname, Binaries: binaries})
		if err != nil {
			return err
		}
		return l.furnish(name, h)
	})
}

// eachNode runs f for every node, several at once.
func (l *Lab) eachNode(f func(name string, h *host) error) error {
	var group errgroup.Group
	group.SetLimit(2 * runtime.NumCPU())
	for name, h := range l.nodes {
		group.Go(func() error { return f(name, h) })
	}
	err := group.Wait()
	if err != nil {
		for name, h := range l.nodes {
			if h.Node == nil {
				delete(l.nodes, name)
			}
		}
	}
	return err
}

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

// binaries lists the executables that a node's services run under names of the
// lab's choice: path on the node to path here.
func (l *Lab) binaries(spec *topology.Node) (map[string]string, error) {
	binaries := make(map[string]string)
	for name, s := range spec.Services {
		switch {
		case s.HA != nil:
			if l.options.Daemon.Path == "" {
				return nil, fmt.Errorf("service %s: no daemon chosen", name)
			}
			binaries[l.options.Daemon.Target()] = l.options.Daemon.Path
		case s.HTTP != nil, s.Mail != nil:
			binaries[appletPath(name)] = "" // this executable
		}
	}
	for _, name := range service.Commands(spec) {
		binaries[path.Join("/usr/local/bin", name)] = ""
	}
	return binaries, nil
}
