package scenario

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/viplab/viplab/lab/fault"
)

// ErrTarget says that a target is not of the form that its fault needs.
var ErrTarget = errors.New("malformed target")

// maker makes the fault of a name from a scenario's words.
type maker struct {
	// link says that the target is NODE:INTERFACE, not NODE/SERVICE.
	link    bool
	service func(fault.Service, *Fault) fault.Fault
	iface   func(fault.Interface) fault.Fault
}

// makers is the table of faults: what a scenario can name.
func makers() map[string]maker {
	return map[string]maker{
		"stop":        {service: func(s fault.Service, _ *Fault) fault.Fault { return fault.Stop{Service: s} }},
		"kill-parent": {service: func(s fault.Service, _ *Fault) fault.Fault { return fault.KillParent{Service: s} }},
		"kill-child":  {service: func(s fault.Service, f *Fault) fault.Fault { return fault.KillChild{Service: s, Child: f.Child} }},
		"kill-all":    {service: func(s fault.Service, _ *Fault) fault.Fault { return fault.KillAll{Service: s} }},
		"pause":       {service: func(s fault.Service, _ *Fault) fault.Fault { return fault.Pause{Service: s} }},
		"config":      {service: func(s fault.Service, f *Fault) fault.Fault { return fault.Config{Service: s, File: f.File} }},
		"priority": {service: func(s fault.Service, f *Fault) fault.Fault {
			return fault.Priority{Service: s, VRID: f.VRID, Priority: f.Priority}
		}},
		"link-down":   {link: true, iface: func(i fault.Interface) fault.Fault { return fault.LinkDown{Interface: i} }},
		"port-down":   {link: true, iface: func(i fault.Interface) fault.Fault { return fault.PortDown{Interface: i} }},
		"port-detach": {link: true, iface: func(i fault.Interface) fault.Fault { return fault.PortDetach{Interface: i} }},
	}
}

// FaultNames lists the faults that a scenario can name, in order.
func FaultNames() []string { return slices.Sorted(maps.Keys(makers())) }

// OnLink reports whether the fault of that name is done to an interface
// (NODE:INTERFACE) rather than a service (NODE/SERVICE).
func OnLink(name string) bool { return makers()[name].link }

// fault makes the fault that f names, with roles resolved.
func (r *runner) fault(f *Fault) (fault.Fault, error) {
	m, ok := makers()[f.Name]
	if !ok {
		return nil, fmt.Errorf("unknown fault %q", f.Name)
	}
	if m.link {
		node, iface, err := r.split(f.Target, ":")
		return m.iface(fault.Interface{Node: node, Name: iface}), err
	}
	s, err := r.service(f.Target)
	return m.service(s, f), err
}

// service reads NODE/SERVICE.
func (r *runner) service(target string) (fault.Service, error) {
	node, name, err := r.split(target, "/")
	return fault.Service{Node: node, Name: name}, err
}

// split reads NODE and what follows, and resolves a role in place of the node.
func (r *runner) split(target, sep string) (node, rest string, err error) {
	node, rest, ok := strings.Cut(target, sep)
	if !ok || rest == "" {
		return "", "", fmt.Errorf("%w %q, want NODE%sNAME", ErrTarget, target, sep)
	}
	node, err = r.lab.Resolve(node)
	return node, rest, err
}
