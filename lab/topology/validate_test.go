package topology

import (
	"io/fs"
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestLoadFindsMistake(t *testing.T) {
	for _, tc := range []struct {
		name, from, to string // what of demo is replaced
		want           string // without the file's name
	}{
		{"name with capital", "name: demo", "name: Demo", `1:7: the name is "Demo", but the directory is "demo"
1:7: name "Demo" may hold only lower-case letters, digits and dashes`},
		{"empty title", "title: Two web servers", `title: " "`, `2:8: title is empty`},
		{"title of two lines", "title: Two web servers", `title: "a\nb"`, `2:8: title must be one line`},
		{"no nodes", demo[strings.Index(demo, "nodes:"):], "nodes: {}\n", `5:1: a lab needs at least one node
5:1: folder web1 belongs to no node
5:1: folder web2 belongs to no node`},
		{"network name", "lan: {}", "lan: {}\n  La_N: {}", `5:3: network name "La_N" may hold only lower-case letters, digits and dashes`},
		{"MTU too small", "lan: {}", "lan: {mtu: 67}", `4:14: mtu 67 is out of range 68..65535`},
		{"MTU too large", "lan: {}", "lan: {mtu: 65536}", `4:14: mtu 65536 is out of range 68..65535`},
		{"restart at once", "keepalived: {ha: {}}", "keepalived: {ha: {}, restart: 0s}", `16:37: restart must be longer than 0, not 0s`},
		{"network without value", "lan: {}", "lan:", `4:3: lan has no value, write {} for the defaults`},
		{"node twice", "  web2:\n    int", "  web1: {}\n  web2:\n    int", `18:3: "web1" is there twice, first in line 6`},
		{"node name", "  web2:\n    int", "  web_3: {}\n  web2:\n    int", `18:3: node name "web_3" must be a host name of letters, digits and dashes, at most 63`},
		{"node like the scenario folder", "  web2:\n    int", "  scenarios: {}\n  web2:\n    int", `18:3: no node may be named "scenarios": the folder is for scenarios`},
		{"folder of no node", "  web2:\n    int", "  wbe2:\n    int", `5:1: folder web2 belongs to no node, did you mean wbe2?
22:20: the ha service reads /etc/keepalived/keepalived.conf, but there is no wbe2/etc/keepalived/keepalived.conf`},
		{"hostname", "web1.example.org", "web1..org", `7:15: "web1..org" is no host name`},
		{"hostname too long", "web1.example.org", strings.Repeat("a.", 32) + "b", `7:15: "` + strings.Repeat("a.", 32) + `b" is no host name`},
		{"hostname of another node", "web1.example.org", "WEB2", `18:3: node web1 is already known as "web2"`},
		{"extra host name", "{gw: ", "{g_w: ", `14:13: "g_w" is no host name`},
		{"extra host without address", "{gw: 192.168.0.254}", "{gw: router}", `14:17: "router" is no IP address`},
		{"interface name too long", "      eth0: {network: lan, addresses: [192.168.0.4/24]}", "      enp0s31f6abcdefg: {network: lan}", `20:7: interface name "enp0s31f6abcdefg" has 16 bytes, Linux allows 15`},
		{"interface name with colon", "      eth0: {network: lan, addresses: [192.168.0.4/24]}", "      \"eth0:1\": {network: lan}", `20:7: "eth0:1" is no interface name`},
		{"interface without network", "eth0: {network: lan, addresses: [192.168.0.4/24]}", "eth0: {addresses: [192.168.0.4/24]}", `20:7: interface eth0 has no network (only lo and dummies do without)`},
		{"lo in a network", "lo: {addresses", "lo: {network: lan, addresses", `10:21: lo cannot be put into a network`},
		{"unknown network", "network: lan, addresses: [192.168.0.4/24]", "network: lam", `20:23: unknown network "lam", did you mean lan?`},
		{"address without length", "192.168.0.4/24", "192.168.0.4", `20:40: "192.168.0.4" has no prefix length, write 192.168.0.4/24`},
		{"address of two nodes", "192.168.0.4/24", "192.168.0.3/24", `20:40: web1:eth0 already has address 192.168.0.3`},
		{"address of two nodes, other length", "192.168.0.4/24", "192.168.0.3/16", `20:40: web1:eth0 already has address 192.168.0.3`},
		{"address twice", "192.168.0.4/24", "192.168.0.4/24, 192.168.0.4/24", `20:56: address 192.168.0.4/24 is there twice`},
		{"network address", "192.168.0.4/24", "192.168.0.0/24", `20:40: 192.168.0.0/24 is the address of the network itself, not of a host`},
		{"broadcast address", "192.168.0.4/24", "192.168.0.255/24", `20:40: 192.168.0.255/24 is the broadcast address of its network`},
		{"broadcast address across bytes", "192.168.0.4/24", "192.168.1.255/23", `20:40: 192.168.1.255/23 is the broadcast address of its network`},
		{"IPv6 address without quotes in braces", "192.168.0.4/24", "fd00::4/64", `20:40: addresses[0] must be an address with prefix length, not a mapping (quote what holds a colon)`},
		{"multicast address", "192.168.0.4/24", "224.0.0.18/24", `20:40: 224.0.0.18 is a multicast address`},
		{"unspecified address", "192.168.0.4/24", "0.0.0.0/0", `20:40: 0.0.0.0 is no host's address`},
		{"label of no address", `{10.9.9.9/32: "lo:0"}`, `{10.9.9.8/32: "lo:0"}`, `10:47: label for "10.9.9.8/32", which is none of the addresses, did you mean 10.9.9.9/32?`},
		{"label of another interface", `"lo:0"`, `"eth0:0"`, `10:60: label "eth0:0" must begin with "lo:"`},
		{"label too long", `"lo:0"`, `"lo:0123456789abc"`, `10:60: label "lo:0123456789abc" has 16 bytes, Linux allows 15`},
		{"label of an IPv6 address", `lo: {addresses: [10.9.9.9/32], labels: {10.9.9.9/32: "lo:0"}}`, `lo: {addresses: ["fd00::1/128"], labels: {"fd00::1/128": "lo:0"}}`, `10:49: IPv6 addresses have no labels`},
		{"no MAC address", "02:00:00:00:00:03", "02:00:00:00:00", `9:62: "02:00:00:00:00" is no MAC address, such as 02:00:00:00:00:01`},
		{"long MAC address", "02:00:00:00:00:03", "02:00:00:00:00:03:04:05", `9:62: "02:00:00:00:00:03:04:05" is no MAC address, such as 02:00:00:00:00:01`},
		{"group MAC address", "02:00:00:00:00:03", "01:00:5e:00:00:12", `9:62: MAC address 01:00:5e:00:00:12 is a group address (lowest bit of the first byte set)`},
		{"MAC address of lo", "lo: {", `lo: {mac: "02:00:00:00:00:09", `, `10:17: lo has no MAC address`},
		{"MAC address of two nodes", "addresses: [192.168.0.4/24]", "addresses: [192.168.0.4/24], mac: 02-00-00-00-00-03", `20:62: web1:eth0 already has MAC address 02-00-00-00-00-03`},
		{"route to nowhere", "to: default", "to: defualt", `12:14: "defualt" is neither a prefix (10.0.0.0/8) nor default`},
		{"route to an address in a network", "to: default", "to: 10.0.0.1/8", `12:14: 10.0.0.1/8 is an address within a network, not a network, did you mean 10.0.0.0/8?`},
		{"route without to", "{to: default, ", "{", `12:9: routes[0] field "to" is missing`},
		{"route by nothing", ", via: 192.168.0.254", "", `12:9: a route needs via or dev`},
		{"route by a bad next hop", "via: 192.168.0.254", "via: gw", `12:28: "gw" is no IP address`},
		{"route by a far next hop", "via: 192.168.0.254", "via: 192.168.1.254", `12:28: next hop 192.168.1.254 is on no network of this node`},
		{"route of mixed families", "to: default", "to: fd00::/64", `12:14: destination fd00::/64 and next hop 192.168.0.254 are of different families`},
		{"route by an unknown interface", "via: 192.168.0.254", "dev: eth1", `12:28: unknown interface "eth1", did you mean eth0?`},
		{"no kernel parameter", "net.ipv4.conf.eth0.arp_ignore", "arp_ignore", `13:15: "arp_ignore" is no kernel parameter, write it with dots: net.ipv4.ip_forward`},
		{"kernel parameter of the system", "net.ipv4.conf.eth0.arp_ignore", "vm.swappiness", `13:15: vm.swappiness belongs to no node: setting it would change the whole system`},
		{"kernel parameter of no interface", "conf.eth0.arp_ignore", "conf.eth9.arp_ignore", `13:15: unknown interface "eth9" in net.ipv4.conf.eth9.arp_ignore, did you mean eth0?`},
		{"service of no kind", "mail: {mail: {}}", "mail: {}", `23:7: service mail does not say what it is: ha, http, mail, hostile, nginx or command`},
		{"service of two kinds", "mail: {mail: {}}", "mail: {mail: {}, command: [cat]}", `23:7: service mail is mail and command at once, a service is one program`},
		{"service name too long", "mail: {mail: {}}", "a-very-long-name: {command: [cat]}", `23:7: service name "a-very-long-name" must be a process name of at most 15 bytes`},
		{"service name with a slash", "mail: {mail: {}}", "bin/cat: {command: [cat]}", `23:7: service name "bin/cat" must be a process name of at most 15 bytes`},
		{"two ha services", "mail: {mail: {}}", "vrrpd: {ha: {}}", `23:7: node web2 already runs the ha service keepalived`},
		{"ha without configuration", "ha: {}", "ha: {config: /etc/keepalived/keepalive.conf}", `16:33: the ha service reads /etc/keepalived/keepalive.conf, but there is no web1/etc/keepalived/keepalive.conf, did you mean web1/etc/keepalived/keepalived.conf?`},
		{"ha with a folder as configuration", "ha: {}", "ha: {config: /etc/keepalived}", `16:33: the ha service reads /etc/keepalived, but there is no web1/etc/keepalived`},
		{"relative configuration", "ha: {}", "ha: {config: etc/keepalived/keepalived.conf}", `16:33: "etc/keepalived/keepalived.conf" must be an absolute path on the node, did you mean /etc/keepalived/keepalived.conf?`},
		{"relative root", "pages: {/: web1}", "root: www", `17:28: "www" must be an absolute path on the node, did you mean /www?`},
		{"page without slash", "pages: {/: web1}", "pages: {index.html: web1}", `17:30: page "index.html" must begin with a slash, did you mean /index.html?`},
		{"no address to listen on", "pages: {/: web1}", "listen: [\"80\"]", `17:31: "80" is no address to listen on, such as :80 or 127.0.0.1:8080`},
		{"no port to listen on", "pages: {/: web1}", "listen: [\":http\"]", `17:31: ":http" is no address to listen on, such as :80 or 127.0.0.1:8080`},
		{"name to listen on", "mail: {mail: {}}", "mail: {mail: {listen: \"localhost:25\"}}", `23:29: "localhost:25" is no address to listen on, such as :80 or 127.0.0.1:8080`},
		{"two services on one port", "mail: {mail: {}}", "a: {http: {}}\n      b: {http: {listen: [\":8080\", \":80\"]}}", `24:36: service a already listens on :80`},
		{"relative nginx configuration", "mail: {mail: {}}", "nginx: {nginx: {config: nginx.conf}}", `23:31: "nginx.conf" must be an absolute path on the node, did you mean /nginx.conf?`},
		{"hostile in an unknown language", "mail: {mail: {}}", "bad: {hostile: {speaks: htpp}}", `23:31: unknown protocol "htpp", want one of dns, http, https, ping, smtp, tcp, udp, did you mean http?`},
		{"hostile without a port", "mail: {mail: {}}", "bad: {hostile: {speaks: udp}}", `23:13: "" is no address to listen on, such as :80 or 127.0.0.1:8080`},
		{"hostile on a port that is taken", "mail: {mail: {}}", "a: {http: {}}\n      bad: {hostile: {speaks: http}}", `24:13: service a already listens on :80`},
		{"hostile ping with a port", "mail: {mail: {}}", "bad: {hostile: {speaks: ping, listen: \":7\"}}", `23:37: ping has no port to listen on`},
		{"hostile mail with pages", "mail: {mail: {}}", "bad: {hostile: {speaks: smtp, pages: {/: x}}}", `23:37: pages belong to http and https, not to smtp`},
		{"manner of another protocol", "mail: {mail: {}}", "bad: {hostile: {speaks: ping, as: {do: reset}}}", `23:46: ping cannot "reset", but serve, refuse, drop, silent, garbage, slow, mistaken`},
		{"manner with a typo", "mail: {mail: {}}", "bad: {hostile: {speaks: http, as: {do: silnet}}}", `23:46: http cannot "silnet", but serve, refuse, drop, silent, vanish, hang-up, reset, status, reset-late, cut, garbage, slow, drip, body, endless, gigantic, did you mean silent?`},
		{"status of another manner", "mail: {mail: {}}", "bad: {hostile: {speaks: http, as: {do: silent, status: 503}}}", `23:54: status belongs to status`},
		{"status without one", "mail: {mail: {}}", "bad: {hostile: {speaks: http, as: {do: status}}}", `23:37: status says no status`},
		{"delay of another manner", "mail: {mail: {}}", "bad: {hostile: {speaks: http, as: {do: silent, delay: 1s}}}", `23:54: delay belongs to reset, slow, drip, endless, gigantic`},
		{"negative delay", "mail: {mail: {}}", "bad: {hostile: {speaks: http, as: {do: slow, delay: -1s}}}", `23:59: delay must not be negative`},
		{"question where there is none", "mail: {mail: {}}", "bad: {hostile: {speaks: ping, as: {do: slow, on: x}}}", `23:52: ping has no questions to tell apart`},
		{"flap to nothing else", "mail: {mail: {}}", "bad: {hostile: {speaks: http, as: {flap: [1s]}}}", `23:42: flap needs a manner to change to`},
		{"flap at once", "mail: {mail: {}}", "bad: {hostile: {speaks: http, as: {do: refuse, flap: [1s, 0s]}}}", `23:65: an interval must be longer than 0`},
		{"empty command", "mail: {mail: {}}", "cat: {command: []}", `23:13: command is empty`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if !strings.Contains(demo, tc.from) {
				t.Fatalf("demo has no %q", tc.from)
			}
			_, err := Load(demoFiles(strings.Replace(demo, tc.from, tc.to, 1)), "demo")
			got := strings.ReplaceAll(errorText(err), "demo/topology.yaml:", "")
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLoadAllows(t *testing.T) {
	for _, tc := range []struct{ name, from, to string }{
		{"VIP on lo of several nodes", "eth0: {network: lan, addresses: [192.168.0.4/24]}", "eth0: {network: lan}\n      lo: {addresses: [10.9.9.9/32]}"},
		{"dummy without network", "eth0: {network: lan, addresses: [192.168.0.4/24]}", "dummy0: {addresses: [10.0.0.1/32]}"},
		{"host prefix on a network", "192.168.0.4/24", "192.168.0.4/32"},
		{"point-to-point prefix", "192.168.0.4/24", "192.168.0.4/31"},
		{"label without number", `"lo:0"`, "lo"},
		{"route by device", "via: 192.168.0.254", "dev: eth0"},
		{"kernel parameter of all interfaces", "conf.eth0.arp_ignore", "conf.all.arp_ignore"},
		{"command", "mail: {mail: {}}", "sleep: {command: [sleep, infinity]}"},
		{"two addresses of one port", "pages: {/: web1}", `listen: ["127.0.0.1:80", "192.168.0.3:80"]`},
		{"same link-local address on two nodes", "192.168.0.4/24", `"fe80::1/64"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if !strings.Contains(demo, tc.from) {
				t.Fatalf("demo has no %q", tc.from)
			}
			src := strings.Replace(demo, tc.from, tc.to, 1)
			src = strings.Replace(src, "[192.168.0.3/24]", `[192.168.0.3/24, "fe80::1/64"]`, 1)
			if _, err := Load(demoFiles(src), "demo"); err != nil {
				t.Error(err)
			}
		})
	}
}

// unreadable is a directory that cannot be listed.
type unreadable struct{ fstest.MapFS }

func (unreadable) ReadDir(string) ([]fs.DirEntry, error) { return nil, fs.ErrPermission }

func TestLoadFromADirectoryThatCannotBeListed(t *testing.T) {
	_, err := Load(unreadable{demoFiles(demo)}, "demo")
	want := "demo/topology.yaml:5:1: the topology's directory cannot be read: permission denied"
	if diff := cmp.Diff(want, errorText(err)); diff != "" {
		t.Error(diff)
	}
}

func TestValidateOfATopologyMadeInGo(t *testing.T) {
	top := &Topology{
		Name: "go", Title: "made in Go",
		Networks: map[string]*Network{"lan": nil},
		Nodes: map[string]*Node{
			"a": {Interfaces: map[string]*Interface{"eth0": {Network: "lam"}, "eth1": nil}},
			"b": nil,
			"c": {Services: map[string]*Service{"x": nil}},
		},
		Files: fstest.MapFS{"c/etc/file": {}},
	}
	want := `nodes.a.interfaces.eth0.network: unknown network "lam", did you mean lan?
nodes.a.interfaces.eth1: interface eth1 has no network (only lo and dummies do without)
nodes.c.services.x: service x does not say what it is: ha, http, mail, hostile, nginx or command`
	if diff := cmp.Diff(want, errorText(top.Validate())); diff != "" {
		t.Error(diff)
	}
	top.Nodes["a"].Interfaces = map[string]*Interface{"eth0": {Network: "lan", Addresses: []netip.Prefix{netip.MustParsePrefix("10.0.0.1/8")}}}
	top.Nodes["c"].Services = nil
	if err := top.Validate(); err != nil {
		t.Errorf("without mistakes: %v", err)
	}
	top.FillDefaults()
	if top.Nodes["b"] == nil || top.Nodes["b"].Hostname != "b" || top.Networks["lan"].MTU != DefaultMTU {
		t.Error("nil nodes and networks did not get their defaults")
	}
	if diff := cmp.Diff("name: name is empty\ntitle: title is empty\nnodes: a lab needs at least one node", errorText((&Topology{}).Validate())); diff != "" {
		t.Error(diff)
	}
}
