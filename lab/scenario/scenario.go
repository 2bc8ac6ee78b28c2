// Package scenario is what is done to a lab and what is expected of it: steps
// of actions and expectations, as a YAML file holds them.
package scenario

import (
	"net/netip"
	"time"

	"github.com/viplab/viplab/lab/expect"
)

// Scenario is a scenario file, topologies/TOPOLOGY/scenarios/NAME.yaml.
type Scenario struct {
	Name     string `yaml:"name" json:"name"`
	Title    string `yaml:"title" json:"title"`
	Suite    string `yaml:"suite" json:"suite"`
	Topology string `yaml:"topology" json:"topology"`
	Needs    Needs  `yaml:"needs,omitempty" json:"needs,omitzero"`
	// Probes run from the first step on, through the whole scenario.
	Probes map[string]*Probe `yaml:"probes,omitempty" json:"probes,omitempty"`
	Steps  []*Step           `yaml:"steps" json:"steps"`
	// Always is judged over the whole run, from the first step's begin.
	Always []expect.Item `yaml:"always,omitempty" json:"always,omitempty"`
	// File is where it was read from, for messages.
	File string `yaml:"-" json:"file,omitempty"`
}

// Needs is what a scenario asks of the daemon and of the kernel; without it
// the scenario is skipped, with the reason.
type Needs struct {
	Daemon []string `yaml:"daemon,omitempty" json:"daemon,omitempty"` // vrrp, lvs, notify, script ...
	Kernel []string `yaml:"kernel,omitempty" json:"kernel,omitempty"` // ipvs, netem, macvlan ...
}

// Probe is a client that asks over and over.
type Probe struct {
	From string `yaml:"from" json:"from"`
	// HTTP is a URL; Ping and ARP an address. Exactly one is set.
	HTTP string     `yaml:"http,omitempty" json:"http,omitempty"`
	Ping netip.Addr `yaml:"ping,omitempty" json:"ping,omitzero"`
	ARP  netip.Addr `yaml:"arp,omitempty" json:"arp,omitzero"`
	// Every is the interval, default 100 ms; Timeout of one request, default 1 s.
	Every   time.Duration `yaml:"every,omitempty" json:"every,omitempty"`
	Timeout time.Duration `yaml:"timeout,omitempty" json:"timeout,omitempty"`
}

// Step is actions, then expectations. The step ends when every expectation is
// decided, or after Within.
type Step struct {
	Name   string        `yaml:"name" json:"name"`
	Do     []Action      `yaml:"do,omitempty" json:"do,omitempty"`
	Expect []expect.Item `yaml:"expect,omitempty" json:"expect,omitempty"`
	// Within bounds the step in lab time; default 60 s.
	Within time.Duration `yaml:"within,omitempty" json:"within,omitempty"`
}

// Action is one thing to do. Exactly one is set.
type Action struct {
	// Start and Stop name services: NODE/SERVICE, or a list of them.
	Start Targets `yaml:"start,omitempty" json:"start,omitempty"`
	Stop  Targets `yaml:"stop,omitempty" json:"stop,omitempty"`
	// Fault injects; Heal heals the fault of that name and target injected before.
	Fault *Fault `yaml:"fault,omitempty" json:"fault,omitempty"`
	Heal  *Fault `yaml:"heal,omitempty" json:"heal,omitempty"`
	// Request sends requests of a declared probe's kind, once, and waits.
	Request *Request `yaml:"request,omitempty" json:"request,omitempty"`
	// Run runs a command in a node and fails the step if it does not exit 0.
	Run *Command `yaml:"run,omitempty" json:"run,omitempty"`
}

// Targets is one NODE/SERVICE or several. In place of NODE, a role of a
// virtual router is allowed: master(51), backup(51).
type Targets []string

// Fault is a fault by its name and what it is done to.
type Fault struct {
	// Name: stop, kill-parent, kill-child, kill-all, pause, service-stop,
	// link-down, port-down, port-detach, priority.
	Name string `yaml:"name" json:"name"`
	// Target: NODE/SERVICE for process faults, NODE:INTERFACE for links.
	Target string `yaml:"target" json:"target"`
	// VRID and Priority belong to the fault "priority".
	VRID     int `yaml:"vrid,omitempty" json:"vrid,omitempty"`
	Priority int `yaml:"priority,omitempty" json:"priority,omitempty"`
	// Child belongs to kill-child: which child process, by its place or name.
	Child string `yaml:"child,omitempty" json:"child,omitempty"`
}

// Request is Count requests, one after the other.
type Request struct {
	Name  string     `yaml:"name" json:"name"` // the probe's name in the timeline
	From  string     `yaml:"from" json:"from"`
	HTTP  string     `yaml:"http,omitempty" json:"http,omitempty"`
	Ping  netip.Addr `yaml:"ping,omitempty" json:"ping,omitzero"`
	ARP   netip.Addr `yaml:"arp,omitempty" json:"arp,omitzero"`
	Count int        `yaml:"count,omitempty" json:"count,omitempty"` // default 1
}

// Command is a command in a node.
type Command struct {
	Node string   `yaml:"node" json:"node"`
	Args []string `yaml:"args" json:"args"`
}
