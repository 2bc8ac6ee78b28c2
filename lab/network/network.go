// Package network wires a lab: a network is a bridge, every interface of a node
// a veth whose other end is a port of that bridge. Bridges and ports live in a
// namespace of their own, the switch, so that nothing of a lab shows on the
// system and all of it goes when the last handle on the switch is closed.
package network

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// Switch holds the bridges and ports of one lab. Its methods are safe for use by
// many goroutines; those that name the same port must not run at once.
type Switch struct {
	ns   netns.NsHandle
	link *netlink.Handle
}

// Bridge describes one network.
type Bridge struct {
	// Snooping turns IGMP and MLD snooping on.
	Snooping bool
	// MTU in bytes; 0 is 1500.
	MTU int
}

// Port describes one interface of a node and the port that serves it.
type Port struct {
	Network string // the bridge's name
	Name    string // the port's name in the switch, at most 15 bytes
	// Node is the network namespace that gets the interface, Interface its name there.
	Node      netns.NsHandle
	Interface string
	MAC       net.HardwareAddr // the interface's; nil leaves it to the kernel
	MTU       int              // bytes; 0 is 1500
}

// NewSwitch makes an empty switch.
func NewSwitch() (*Switch, error) {
	ns, err := newNamespace()
	if err != nil {
		return nil, fmt.Errorf("make switch: %w", err)
	}
	link, err := netlink.NewHandleAt(ns, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open netlink in switch: %w", err), ns.Close())
	}
	return &Switch{ns: ns, link: link}, nil
}

// newNamespace makes a network namespace that holds nothing that speaks by
// itself: without IPv6 a bridge sends no neighbour discovery or MLD of its own.
func newNamespace() (netns.NsHandle, error) {
	type result struct {
		ns  netns.NsHandle
		err error
	}
	made := make(chan result)
	go func() {
		runtime.LockOSThread() // the thread is thrown away
		var r result
		if r.ns, r.err = netns.New(); r.err == nil {
			for _, conf := range []string{"all", "default"} {
				path := "/proc/sys/net/ipv6/conf/" + conf + "/disable_ipv6"
				if err := os.WriteFile(path, []byte("1"), 0); err != nil && !errors.Is(err, os.ErrNotExist) {
					r.err = errors.Join(err, r.ns.Close())
				}
			}
		}
		made <- r
	}()
	r := <-made
	return r.ns, r.err
}

// Namespace returns the switch's network namespace, open until Close.
func (s *Switch) Namespace() netns.NsHandle { return s.ns }

// Close lets go of the switch. Links go with the namespace; the other ends of
// ports vanish from the nodes.
func (s *Switch) Close() error {
	s.link.Close()
	return s.ns.Close()
}

// AddBridge makes a network.
func (s *Switch) AddBridge(name string, b Bridge) error {
	attrs := netlink.NewLinkAttrs()
	attrs.Name, attrs.MTU = name, b.MTU
	br := &netlink.Bridge{LinkAttrs: attrs, MulticastSnooping: &b.Snooping}
	if err := s.link.LinkAdd(br); err != nil {
		return fmt.Errorf("add bridge %s: %w", name, err)
	}
	if err := s.link.LinkSetUp(br); err != nil {
		return fmt.Errorf("set bridge %s up: %w", name, err)
	}
	return nil
}

// AddPort makes a port, down, and the interface at its other end, down too. It
// returns the port's index in the switch, for capture. Set both up with SetPort
// and, on the node, netlink.
func (s *Switch) AddPort(p Port) (index int, err error) {
	br, err := s.link.LinkByName(p.Network)
	if err != nil {
		return 0, fmt.Errorf("find network %s: %w", p.Network, err)
	}
	attrs := netlink.NewLinkAttrs()
	attrs.Name, attrs.MTU, attrs.MasterIndex = p.Name, p.MTU, br.Attrs().Index
	veth := &netlink.Veth{
		LinkAttrs: attrs, PeerName: p.Interface, PeerHardwareAddr: p.MAC,
		PeerNamespace: netlink.NsFd(int(p.Node)),
	}
	if err := s.link.LinkAdd(veth); err != nil {
		return 0, fmt.Errorf("add port %s: %w", p.Name, err)
	}
	if veth.Index == 0 {
		link, err := s.link.LinkByName(p.Name)
		if err != nil {
			return 0, fmt.Errorf("find port %s: %w", p.Name, err)
		}
		veth.Index = link.Attrs().Index
	}
	return veth.Index, nil
}

// SetPort sets a port up or down: the node sees its carrier come or go.
func (s *Switch) SetPort(name string, up bool) error {
	link, err := s.link.LinkByName(name)
	if err != nil {
		return fmt.Errorf("find port %s: %w", name, err)
	}
	set, verb := s.link.LinkSetDown, "down"
	if up {
		set, verb = s.link.LinkSetUp, "up"
	}
	if err := set(link); err != nil {
		return fmt.Errorf("set port %s %s: %w", name, verb, err)
	}
	return nil
}

// Detach takes a port out of its network: its carrier stays, but no frame passes.
func (s *Switch) Detach(name string) error {
	link, err := s.link.LinkByName(name)
	if err != nil {
		return fmt.Errorf("find port %s: %w", name, err)
	}
	if err := s.link.LinkSetNoMaster(link); err != nil {
		return fmt.Errorf("detach port %s: %w", name, err)
	}
	return nil
}

// Attach puts a port into a network.
func (s *Switch) Attach(name, network string) error {
	br, err := s.link.LinkByName(network)
	if err != nil {
		return fmt.Errorf("find network %s: %w", network, err)
	}
	link, err := s.link.LinkByName(name)
	if err != nil {
		return fmt.Errorf("find port %s: %w", name, err)
	}
	if err := s.link.LinkSetMaster(link, br); err != nil {
		return fmt.Errorf("attach port %s to %s: %w", name, network, err)
	}
	return nil
}
