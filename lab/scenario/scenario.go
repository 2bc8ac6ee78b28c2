// Package scenario is what is done to a lab and what is expected of it: steps
// of actions and expectations, as a YAML file holds them.
package scenario

import (
	"net/netip"
	"time"

	"github.com/viplab/viplab/lab/expect"
	"github.com/viplab/viplab/lab/topology"
)

// Scenario is a scenario file, topologies/TOPOLOGY/scenarios/NAME.yaml.
type Scenario struct {
	// Name is the file's name without .yaml: lower-case letters, digits and dashes.
	Name string `yaml:"name" json:"name"`
	// Title is one line that says what the scenario shows.
	Title string `yaml:"title" json:"title"`
	// Suite is the set of scenarios that it belongs to: course, drills ...
	Suite string `yaml:"suite" json:"suite"`
	// Topology is the lab that it runs in.
	Topology string `yaml:"topology" json:"topology"`
	// Needs is what daemon and kernel must be able to do.
	Needs Needs `yaml:"needs,omitempty" json:"needs,omitzero"`
	// Config is the file that the daemons under test read, in place of the one
	// that the topology names.
	Config string `yaml:"config,omitempty" json:"config,omitempty"`
	// Variants, by name, make a scenario each, NAME-VARIANT: the same steps with
	// another configuration.
	Variants map[string]*Variant `yaml:"variants,omitempty" json:"variants,omitempty"`
	// Probes run from the first step on, through the whole scenario.
	Probes map[string]*Probe `yaml:"probes,omitempty" json:"probes,omitempty"`
	// Steps are done one after the other.
	Steps []*Step `yaml:"steps" json:"steps"`
	// Fails is what is on record of daemons that fail it, by their names. It
	// changes no verdict: a run says whether a failure is the known one.
	Fails map[string]*Record `yaml:"fails,omitempty" json:"fails,omitempty"`
	// Always is judged over the whole run, from the first step's begin.
	Always []expect.Item `yaml:"always,omitempty" json:"always,omitempty"`

	// File is where it was read from, for messages.
	File string `yaml:"-" json:"file,omitempty"`
}

// Needs is what a scenario asks of the daemon and of the kernel; without it
// the scenario is skipped, with the reason.
type Needs struct {
	// Daemon lists abilities of the daemon: DaemonNeeds.
	Daemon []string `yaml:"daemon,omitempty" json:"daemon,omitempty"`
	// Kernel lists abilities of the kernel: KernelNeeds.
	Kernel []string `yaml:"kernel,omitempty" json:"kernel,omitempty"`
}

// Probe is a client that asks over and over. Exactly one of HTTP, Ping and ARP
// is set.
type Probe struct {
	// From is the node that asks.
	From string `yaml:"from" json:"from"`
	// HTTP is a URL: http://192.168.0.5/.
	HTTP string `yaml:"http,omitempty" json:"http,omitempty"`
	// Ping is an address to send ICMP echo requests to.
	Ping netip.Addr `yaml:"ping,omitempty" json:"ping,omitzero"`
	// ARP is an address to ask for on the wire.
	ARP netip.Addr `yaml:"arp,omitempty" json:"arp,omitzero"`
	// Every is the interval, default 100 ms.
	Every time.Duration `yaml:"every,omitempty" json:"every,omitempty"`
	// Keep asks over one connection; when that breaks, it and all later requests fail.
	// HTTP only.
	Keep bool `yaml:"keep,omitempty" json:"keep,omitempty"`
	// Timeout of one request, default 1 s.
	Timeout time.Duration `yaml:"timeout,omitempty" json:"timeout,omitempty"`
}

// Step is actions, then expectations. The step ends when every expectation is
// decided, or after Within.
type Step struct {
	// Name says what the step does; no other step of the scenario has it.
	Name string `yaml:"name" json:"name"`
	// Do lists the actions, done in this order.
	Do []Action `yaml:"do,omitempty" json:"do,omitempty"`
	// Expect lists what is expected of the step, from its first action on.
	Expect []expect.Item `yaml:"expect,omitempty" json:"expect,omitempty"`
	// Within bounds the step in lab time; default 60 s.
	Within time.Duration `yaml:"within,omitempty" json:"within,omitempty"`
}

// Action is one thing to do. Exactly one is set.
type Action struct {
	// Start starts services: NODE/SERVICE, or a list of them.
	Start Targets `yaml:"start,omitempty" json:"start,omitempty"`
	// Stop stops services in order (SIGTERM) and waits for their end.
	Stop Targets `yaml:"stop,omitempty" json:"stop,omitempty"`
	// Fault injects a fault.
	Fault *Fault `yaml:"fault,omitempty" json:"fault,omitempty"`
	// Heal heals the fault of that name and target injected before.
	Heal *Fault `yaml:"heal,omitempty" json:"heal,omitempty"`
	// Request sends requests, one after the other, and waits for the answers.
	Request *Request `yaml:"request,omitempty" json:"request,omitempty"`
	// Run runs a command in a node and fails the step if it does not exit 0.
	Run *Command `yaml:"run,omitempty" json:"run,omitempty"`
	// Send sends forged advertisements.
	Send *Send `yaml:"send,omitempty" json:"send,omitempty"`
	// Behave has hostile servers behave otherwise.
	Behave *Behave `yaml:"behave,omitempty" json:"behave,omitempty"`
	// Wait waits for a moment between two advertisements of a router.
	Wait *Wait `yaml:"wait,omitempty" json:"wait,omitempty"`
}

// Behave is a new manner of hostile servers.
type Behave struct {
	// At is the service, NODE/SERVICE, or a list of them.
	At Targets `yaml:"at" json:"at"`
	// As is how they behave from now on.
	As topology.Manner `yaml:"as" json:"as"`
}

// Targets is one NODE/SERVICE or several. In place of NODE, a role of a
// virtual router is allowed: master(51), backup(51).
type Targets []string

// Fault is a fault by its name and what it is done to.
type Fault struct {
	// Name is one of FaultNames.
	Name string `yaml:"name" json:"name"`
	// Target is NODE/SERVICE for process faults, NODE:INTERFACE for links.
	Target string `yaml:"target" json:"target"`
	// VRID belongs to the fault priority: the virtual router whose priority changes.
	VRID int `yaml:"vrid,omitempty" json:"vrid,omitempty"`
	// Priority belongs to the fault priority: the new one, 1..254.
	Priority int `yaml:"priority,omitempty" json:"priority,omitempty"`
	// Child belongs to kill-child: which child process, by its pid file
	// /run/CHILD.pid; default vrrp.
	Child string `yaml:"child,omitempty" json:"child,omitempty"`
	// File belongs to config: the file of the node that becomes the configuration.
	File string `yaml:"file,omitempty" json:"file,omitempty"`
}

// Request is Count requests, one after the other. Exactly one of HTTP, Ping and
// ARP is set.
type Request struct {
	// Name is the probe's name in the timeline and in expectations.
	Name string `yaml:"name" json:"name"`
	// From is the node that asks.
	From string `yaml:"from" json:"from"`
	// HTTP is a URL: http://192.168.0.5/.
	HTTP string `yaml:"http,omitempty" json:"http,omitempty"`
	// Ping is an address to send ICMP echo requests to.
	Ping netip.Addr `yaml:"ping,omitempty" json:"ping,omitzero"`
	// ARP is an address to ask for on the wire.
	ARP netip.Addr `yaml:"arp,omitempty" json:"arp,omitzero"`
	// Count is how many, default 1.
	Count int `yaml:"count,omitempty" json:"count,omitempty"`
}

// Command is a command in a node.
type Command struct {
	// Node is where it runs.
	Node string `yaml:"node" json:"node"`
	// Args is the command with its arguments; no shell is between.
	Args []string `yaml:"args" json:"args"`
}
