package lab

import (
	"context"
	"fmt"
	"path"
	"runtime"

	"golang.org/x/sync/errgroup"

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
		binaries, err := l.binaries(name, h.spec)
		if err != nil {
			return fmt.Errorf("node %s: %w", name, err)
		}
		h.Node, err = node.Start(ctx, name, node.Spec{Hostname: h.spec.Hostname, Binaries: binaries})
		if err != nil {
			return err
		}
		if err := l.furnish(name, h); err != nil {
			return err
		}
		return l.control(name, h)
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

// binaries lists the executables that a node's services run under names of the
// lab's choice: path on the node to path here.
func (l *Lab) binaries(node string, spec *topology.Node) (map[string]string, error) {
	binaries := make(map[string]string)
	for name, s := range spec.Services {
		switch {
		case s.HA != nil:
			d := l.daemon(node)
			if d.Path == "" {
				return nil, fmt.Errorf("service %s: no daemon chosen", name)
			}
			binaries[d.Target()] = d.Path
		case s.HTTP != nil, s.Mail != nil, s.Hostile != nil:
			binaries[appletPath(name)] = "" // this executable
		}
	}
	for _, name := range service.Commands(spec) {
		binaries[path.Join("/usr/local/bin", name)] = ""
	}
	return binaries, nil
}
