package fault

import "context"

// Interface names an interface of a node.
type Interface struct{ Node, Name string }

func (i Interface) String() string { return i.Node + ":" + i.Name }

// LinkDown sets a node's interface down, as ip link set down does there.
type LinkDown struct{ Interface Interface }

// Name returns "link-down".
func (LinkDown) Name() string { return "link-down" }

// Target returns NODE:INTERFACE.
func (f LinkDown) Target() string { return f.Interface.String() }

// Inject sets the interface down. Its heal sets it up; routes that the kernel
// has dropped with it do not come back, as on any host.
func (f LinkDown) Inject(_ context.Context, sys System) (Heal, error) {
	return toggle(sys.SetLink, f.Interface)
}

// PortDown sets the switch's end of a cable down: the node loses its carrier.
type PortDown struct{ Interface Interface }

// Name returns "port-down".
func (PortDown) Name() string { return "port-down" }

// Target returns NODE:INTERFACE.
func (f PortDown) Target() string { return f.Interface.String() }

// Inject sets the port down.
func (f PortDown) Inject(_ context.Context, sys System) (Heal, error) {
	return toggle(sys.SetPort, f.Interface)
}

// PortDetach takes a port out of its network: frames are lost both ways, but
// the node keeps its carrier, as behind a broken switch.
type PortDetach struct{ Interface Interface }

// Name returns "port-detach".
func (PortDetach) Name() string { return "port-detach" }

// Target returns NODE:INTERFACE.
func (f PortDetach) Target() string { return f.Interface.String() }

// Inject detaches the port.
func (f PortDetach) Inject(_ context.Context, sys System) (Heal, error) {
	return toggle(sys.AttachPort, f.Interface)
}

// toggle switches something off, and on again to heal.
func toggle(set func(node, iface string, on bool) error, i Interface) (Heal, error) {
	if err := set(i.Node, i.Name, false); err != nil {
		return nil, err
	}
	return func(context.Context) error { return set(i.Node, i.Name, true) }, nil
}
