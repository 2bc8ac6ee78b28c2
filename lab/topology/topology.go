// Package topology is the description of a lab: nodes, networks, links, files
// and services, as a directory holds it. It only describes; package lab builds.
package topology

import (
	"io/fs"
	"net/netip"
	"time"
)

// Topology is topology.yaml. Its directory also holds one folder a node, whose
// files appear at their real paths on that node: NODE/etc/keepalived/keepalived.conf,
// and the folder scenarios.
type Topology struct {
	// Name is the lab's name, and that of its directory: lower-case letters,
	// digits and dashes.
	Name string `yaml:"name" json:"name"`
	// Title is one line that says what the lab shows.
	Title string `yaml:"title" json:"title"`
	// Networks by name.
	Networks map[string]*Network `yaml:"networks" json:"networks"`
	// Nodes by name.
	Nodes map[string]*Node `yaml:"nodes" json:"nodes"`

	// Files holds the topology's directory; nil when the topology was made in
	// Go without files.
	Files fs.FS `yaml:"-" json:"-"`
	// Dir names the directory in messages.
	Dir string `yaml:"-" json:"-"`
}

// Network is an Ethernet segment: a Linux bridge.
type Network struct {
	// Snooping turns IGMP and MLD snooping on. Default off, as on a plain switch.
	Snooping bool `yaml:"snooping,omitempty" json:"snooping,omitempty"`
	// MTU in bytes, 68..65535; default 1500.
	MTU int `yaml:"mtu,omitempty" json:"mtu,omitempty"`
}

// Node is a host.
type Node struct {
	// Hostname defaults to the node's name; it may be fully qualified.
	Hostname string `yaml:"hostname,omitempty" json:"hostname,omitempty"`
	// Interfaces by name, at most 15 bytes each.
	Interfaces map[string]*Interface `yaml:"interfaces,omitempty" json:"interfaces,omitempty"`
	// Routes are static routes, added in this order.
	Routes []Route `yaml:"routes,omitempty" json:"routes,omitempty"`
	// Sysctls are set before services start, with dots: net.ipv4.ip_forward.
	// Only those that belong to a namespace are allowed.
	Sysctls map[string]string `yaml:"sysctls,omitempty" json:"sysctls,omitempty"`
	// Hosts are further lines of /etc/hosts, name to address. Every node knows
	// every other by its name and hostname without them.
	Hosts map[string]netip.Addr `yaml:"hosts,omitempty" json:"hosts,omitempty"`
	// Services by name, at most 15 bytes each: the name is the process's.
	Services map[string]*Service `yaml:"services,omitempty" json:"services,omitempty"`
}

// Interface is a network interface of a node: a veth into a network, or, with
// no network, lo or a dummy (its name begins with dummy) that holds addresses.
type Interface struct {
	// Network is the network that a veth leads into.
	Network string `yaml:"network,omitempty" json:"network,omitempty"`
	// Addresses with prefix length, 192.168.0.3/24, the primary one first.
	Addresses []netip.Prefix `yaml:"addresses,omitempty" json:"addresses,omitempty"`
	// Labels gives addresses a label (lo:0), by the address as written in Addresses.
	Labels map[string]string `yaml:"labels,omitempty" json:"labels,omitempty"`
	// MAC is the hardware address; default one made of the places of node and interface.
	MAC string `yaml:"mac,omitempty" json:"mac,omitempty"`
}

// Route is a static route. To is a prefix or "default"; one of Via and Dev at least.
type Route struct {
	// To is where it leads: a prefix (10.0.0.0/8) or default.
	To string `yaml:"to" json:"to"`
	// Via is the next hop, on a network of the node.
	Via netip.Addr `yaml:"via,omitempty" json:"via,omitzero"`
	// Dev is an interface of the node.
	Dev string `yaml:"dev,omitempty" json:"dev,omitempty"`
}

// Service is a program that the node supervises. Exactly one of HA, HTTP, Mail,
// Hostile, Nginx and Command is set.
type Service struct {
	// HA is the daemon under test: vipd, keepalived ... as the run chooses.
	HA *HA `yaml:"ha,omitempty" json:"ha,omitempty"`
	// HTTP is the embedded web server, running under the service's name.
	HTTP *HTTP `yaml:"http,omitempty" json:"http,omitempty"`
	// Mail is the embedded mail sink on port 25, which keeps /var/mail/USER.
	Mail *Mail `yaml:"mail,omitempty" json:"mail,omitempty"`
	// Hostile is an embedded server that behaves as steps tell it.
	Hostile *Hostile `yaml:"hostile,omitempty" json:"hostile,omitempty"`
	// Nginx is the real nginx with the node's /etc/nginx/nginx.conf.
	Nginx *Nginx `yaml:"nginx,omitempty" json:"nginx,omitempty"`
	// Command is any program in the foreground, with its arguments.
	Command []string `yaml:"command,omitempty" json:"command,omitempty"`
	// Manual leaves the service stopped until a step starts it.
	Manual bool `yaml:"manual,omitempty" json:"manual,omitempty"`
	// Restart starts the service again, so long after its process failed, as
	// systemd does with Restart=on-failure and RestartSec. Failed is who ended
	// by a signal or with a status other than 0. One that fails five times
	// within ten seconds stays down. Default: it stays down at once.
	Restart time.Duration `yaml:"restart,omitempty" json:"restart,omitempty"`
}

// HA is the daemon under test.
type HA struct {
	// Config is the file it reads, default /etc/keepalived/keepalived.conf.
	Config string `yaml:"config,omitempty" json:"config,omitempty"`
	// Args are added to the daemon's command line: -D, -S 3.
	Args []string `yaml:"args,omitempty" json:"args,omitempty"`
}

// HTTP is the embedded web server.
type HTTP struct {
	// Listen is the addresses to listen on, default ":80".
	Listen []string `yaml:"listen,omitempty" json:"listen,omitempty"`
	// Root is the folder served, default /var/www/html of the node.
	Root string `yaml:"root,omitempty" json:"root,omitempty"`
	// Pages are served before Root: path to body.
	Pages map[string]string `yaml:"pages,omitempty" json:"pages,omitempty"`
}

// Mail is the embedded mail sink.
type Mail struct {
	// Listen is the address to listen on, default "127.0.0.1:25".
	Listen string `yaml:"listen,omitempty" json:"listen,omitempty"`
}

// Nginx is the real nginx.
type Nginx struct {
	// Config is the file it reads, default /etc/nginx/nginx.conf.
	Config string `yaml:"config,omitempty" json:"config,omitempty"`
}
