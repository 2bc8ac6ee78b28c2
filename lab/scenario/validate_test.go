package scenario

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/lab/topology"
)

func TestLoadFindsMistake(t *testing.T) {
	for _, tc := range []struct {
		name, from, to string // what of demo is replaced
		want           string // without the file's name
	}{
		{"name of another file", "name: demo", "name: other", `1:7: the name is "other", but the file is "demo.yaml"`},
		{"topology of another folder", "topology: pair", "topology: apir", `4:11: the topology is "apir", but the file is a scenario of "pair"
4:11: unknown topology "apir", did you mean pair?`},
		{"suite name", "suite: tests", "suite: My Tests", `3:8: suite "My Tests" may hold only lower-case letters, digits and dashes`},
		{"empty title", "title: Everything at once", `title: ""`, `2:8: title must be one line of text`},
		{"unknown field", "suite: tests", "siute: tests", `1:1: field "suite" is missing
3:1: unknown field "siute", did you mean suite?`},
		{"daemon need", "[vrrp, lvs]", "[vrrp, ipvs]", `5:24: unknown need "ipvs" (there is vrrp, lvs, notify, script, smtp, sync, syslog)`},
		{"kernel need", "kernel: [ipvs]", "kernel: [ipsv]", `5:39: unknown need "ipsv" (there is ipvs, netem, macvlan, nftables, dummy, vlan, vrf, tunnels), did you mean ipvs?`},
		{"no steps", demo[strings.Index(demo, "steps:"):], "steps: []\n", `10:1: a scenario needs at least one step`},
		{"step name twice", "name: break", "name: start", `25:11: a step before has the name "start" already`},
		{"step without name", "- name: break\n    do", "- do", `25:5: steps[1] field "name" is missing`},
		{"step with an empty name", "name: break", `name: " "`, `25:11: the step has no name`},
		{"empty step", "steps:\n", "steps:\n  - name: nothing\n", `11:5: the step does nothing and expects nothing`},
		{"step without limit", "within: 20s", "within: 0s", `24:13: within must be longer than 0, not 0s`},
		{"negative limit", "within: 20s", "within: -1s", `24:13: within must be longer than 0, not -1s`},
		{"limit without unit", "within: 20s", "within: 20", `24:13: within has no unit, write 20s or 20ms`},

		{"probe from nowhere", "page: {from: client", "page: {from: cleint", `7:16: unknown node "cleint", did you mean client?`},
		{"probe that asks nothing", "echo: {from: client, ping: 192.168.0.5}", "echo: {from: client}", `8:3: echo must ask exactly one of http, ping and arp, not nothing
34:23: unknown probe "echo": neither under probes nor a request so far`},
		{"probe that asks twice", "who: {from: client, ", "who: {from: client, ping: 192.168.0.5, ", `9:3: who must ask exactly one of http, ping and arp, not ping and arp`},
		{"probe of no address", "ping: 192.168.0.5}", "ping: vip}", `8:30: "vip" is no IP address`},
		{"probe of no URL", `"http://192.168.0.5/", every`, `192.168.0.5, every`, `7:30: "192.168.0.5" is no URL such as http://192.168.0.5/`},
		{"probe of another scheme", `"http://192.168.0.5/", every`, `"ftp://192.168.0.5/", every`, `7:30: "ftp://192.168.0.5/" is no URL such as http://192.168.0.5/`},
		{"request of an unknown host", "http://web1/", "http://wbe1/", `15:52: unknown host "wbe1", did you mean web1?`},
		{"probe without pause", "every: 100ms", "every: 0s", `7:60: every must be longer than 0, not 0s`},
		{"probe without patience", "timeout: 1s", "timeout: -1s", `7:76: timeout must be longer than 0, not -1s`},
		{"request like a probe", "request: {name: visit", "request: {name: page", `15:25: a probe has the name "page" already
23:23: unknown probe "visit": neither under probes nor a request so far`},
		{"request without count", `"http://web1/", count: 3`, `"http://web1/", count: 0`, `15:75: count must be at least 1, not 0`},
		{"request without name", "request: {name: visit", `request: {name: ""`, `15:25: the name is empty
23:23: unknown probe "visit": neither under probes nor a request so far`},
		{"two requests of one name and different kinds", "- fault: {name: link-down", "- request: {name: visit, from: client, ping: 192.168.0.5}\n      - fault: {name: link-down", `27:25: "visit" asked by http before, not by ping`},

		{"two actions in one item", "      - run: {node: client, args: [ip, neigh, flush, all]}", "        run: {node: client, args: [ip, neigh, flush, all]}", `13:9: start and run are two actions in one item, give each its own dash`},
		{"empty action", "- run: {node: client, args: [ip, neigh, flush, all]}", "- {}", `14:9: the action is empty: start, stop, fault, heal, request, run, send, behave or wait`},
		{"unknown action", "- run: {node", "- rnu: {node", `14:9: unknown field "rnu", did you mean run?
14:9: the action is empty: start, stop, fault, heal, request, run, send, behave or wait`},
		{"start nothing", "start: [web1/keepalived, web2/keepalived]", "start: []", `13:9: the list of services is empty`},
		{"start on an unknown node", "web2/keepalived]", "web3/keepalived]", `13:34: unknown node "web3" in "web3/keepalived", did you mean web2/keepalived?`},
		{"start on an unknown node near one without it", "web2/keepalived]", "cliemt/keepalived]", `13:34: unknown node "cliemt" in "cliemt/keepalived"`},
		{"start with two typos", "web2/keepalived]", "wbe2/kepalived]", `13:34: unknown node "wbe2" in "wbe2/kepalived", did you mean web2/keepalived?`},
		{"start an unknown service", "web2/keepalived]", "web2/kepalived]", `13:34: node web2 has no service "kepalived", did you mean web2/keepalived?`},
		{"start a node", "web2/keepalived]", "web2]", `13:34: target "web2" must be NODE/SERVICE`},
		{"stop a role without its service", "stop: backup(51)/keepalived", "stop: backup(51)/httpd", `29:15: no node that can be backup has "httpd"`},
		{"unknown role", "stop: backup(51)/keepalived", "stop: bakcup(51)/keepalived", `29:15: role "bakcup(51)" must be master(VRID) or backup(VRID)`},
		{"role of an impossible VRID", "stop: backup(51)/keepalived", "stop: backup(256)/keepalived", `29:15: vrid 256 is out of range 1..255`},
		{"run nowhere", "run: {node: client", "run: {node: web9", `14:21: unknown node "web9", did you mean web2?`},
		{"run nothing", "args: [ip, neigh, flush, all]", "args: []", `14:29: the command is empty`},

		{"unknown fault", "fault: {name: link-down", "fault: {name: link-dwon", `27:23: unknown fault "link-dwon", did you mean link-down?
30:9: nothing to heal: no link-down on web1:eth0 is in force here, did you mean link-dwon web1:eth0?`},
		{"link fault on a service", `fault: {name: link-down, target: "web1:eth0"}`, `fault: {name: link-down, target: web1/keepalived}`, `27:42: target "web1/keepalived" must be NODE:INTERFACE
30:9: nothing to heal: no link-down on web1:eth0 is in force here`},
		{"link fault on an unknown interface", `"web1:eth0"}`, `"web1:eth1"}`, `27:42: node web1 has no interface "eth1", did you mean web1:eth0?
30:9: nothing to heal: no link-down on web1:eth0 is in force here, did you mean link-down web1:eth1?`},
		{"process fault on an interface", "target: master(51)/keepalived", `target: "web1:eth0"`, `28:41: target "web1:eth0" must be NODE/SERVICE`},
		{"priority fault without VRID", "vrid: 51, priority: 40", "priority: 40", `28:9: vrid 0 is out of range 1..255`},
		{"priority fault beyond the range", "priority: 40", "priority: 255", `28:84: priority 255 is out of range 1..254`},
		{"priority fault without priority", ", vrid: 51, priority: 40", ", vrid: 51", `28:9: priority 0 is out of range 1..254`},
		{"field of another fault", `fault: {name: link-down, target: "web1:eth0"}`, `fault: {name: link-down, target: "web1:eth0", vrid: 51, child: vrrp}`, `27:55: vrid belongs to the fault priority, not to link-down
27:65: child belongs to the fault kill-child, not to link-down`},
		{"heal before the fault", "- stop: backup(51)/keepalived", `- heal: {name: port-down, target: "web1:eth0"}`, `29:9: nothing to heal: no port-down on web1:eth0 is in force here, did you mean link-down web1:eth0?`},
		{"heal twice", "- stop: backup(51)/keepalived", `- heal: {name: link-down, target: "web1:eth0"}`, `30:9: nothing to heal: no link-down on web1:eth0 is in force here`},

		{"two expectations in one item", "      - ping: {probe: echo, count: 2}", "        ping: {probe: echo, count: 2}", `33:9: more than one expectation given: http, ping (give each expectation its own dash)`},
		{"no expectation in an item", "- ping: {probe: echo, count: 2}", "- {title: ping}", `34:9: no expectation given (give each expectation its own dash)`},
		{"unknown expectation", "- ping: {probe: echo, count: 2}", "- pnig: {probe: echo}", `34:9: unknown field "pnig", did you mean ping?
34:9: no expectation given (give each expectation its own dash)`},
		{"master of an impossible VRID", "master: {vrid: 51", "master: {vrid: 0", `20:24: vrid 0 is out of range 1..255`},
		{"master that runs no daemon", "master: {vrid: 51, node: web1}", "master: {vrid: 51, node: client}", `20:34: node "client" runs no ha service`},
		{"adverts of an unknown node", "adverts: {vrid: 51, node: web1", "adverts: {vrid: 51, node: wbe1", `19:35: unknown node "wbe1", did you mean web1?`},
		{"no adverts", "node: web1, count: 3}\n      - master", "node: web1, count: 0}\n      - master", `19:48: count must be at least 1, not 0`},
		{"adverts of an impossible priority", "adverts: {vrid: 51, node: web1, count: 3}", "adverts: {vrid: 51, node: web1, priority: 256}", `19:51: priority 256 is out of range 1..255`},
		{"adverts of two priorities", "node: web1, count: 3}\n      - master", "node: web1, priority: 80, failed: [chk]}\n      - master", `19:9: priority and failed exclude each other`},
		{"takeover with two priorities", "takeover: {vrid: 51, to: web1}", "takeover: {vrid: 51, to: web1, priority: 80, failed: [chk]}", `17:9: priority and failed exclude each other`},
		{"garp of nobody", "garp: {address: 192.168.0.5, node: web1}", "garp: {address: 192.168.0.5}", `18:9: garp field "node" is missing`},
		{"takeover from itself", "from: web1, to: web2", "from: web2, to: web2", `32:46: web2 cannot take over from itself`},
		{"takeover by a stranger", "from: web1, to: web2", "from: web1, to: client", `32:46: node "client" runs no ha service`},
		{"preemption of nobody", "takeover: {vrid: 51, to: web1}", "takeover: {vrid: 51, to: web1, preempt: true}", `17:40: preempt needs from: who is preempted`},
		{"resignation of nobody", "takeover: {vrid: 51, to: web1}", "takeover: {vrid: 51, to: web1, resigned: true}", `17:40: resigned needs from: who resigned`},
		{"preemption of one who resigned", "resigned: false", "resigned: true, preempt: true", `32:52: who is preempted does not resign`},
		{"VIP on an unknown node", "vip: {address: 192.168.0.5, node: web1", "vip: {address: 192.168.0.5, node: web7", `21:43: unknown node "web7", did you mean web2?`},
		{"VIP of nobody with a label", "vip: {address: 192.168.0.5, node: web1, prefix: 32, ignore: [client]}", "vip: {address: 192.168.0.5, label: x}", `21:9: label and prefix need a node: without one nobody owns the address`},
		{"VIP with a prefix too long", "prefix: 32", "prefix: 33", `21:57: prefix 33 is out of range 0..32`},
		{"VIP that ignores a stranger", "ignore: [client]", "ignore: [clint]", `21:70: unknown node "clint", did you mean client?`},
		{"ARP of an unknown node", "- arp: {address: 192.168.0.5, node: web1}", "- arp: {address: 192.168.0.5, node: web}", `22:43: unknown node "web", did you mean web1?`},
		{"negative allowance", "allow: 5ms", "allow: -5ms", `44:66: allow must not be negative`},
		{"single master of an impossible VRID", "single-master: {vrid: 51", "single-master: {vrid: 551", `44:55: vrid 551 is out of range 1..255`},
		{"unknown probe", "http: {probe: page", "http: {probe: paeg", `33:23: unknown probe "paeg": neither under probes nor a request so far, did you mean page?`},
		{"probe of another kind", "http: {probe: page", "http: {probe: echo", `33:23: probe "echo" asks by ping, not by http`},
		{"ping by HTTP", "ping: {probe: echo", "ping: {probe: page", `34:23: probe "page" asks by http, not by ping`},
		{"ping never", "ping: {probe: echo, count: 2}", "ping: {probe: echo, count: -2}", `34:36: count must be at least 1, not -2`},
		{"request that comes later", "probe: visit, body: web1, count: 3}\n    within: 20s\n", "probe: later}\n    within: 20s\n", `23:23: unknown probe "later": neither under probes nor a request so far`},
		{"body and share", "share: {web1: 2, web2: 1}", "share: {web1: 2}, body: x", `33:9: body and share exclude each other`},
		{"failures with a body", "body: web1, count: 3", "body: web1, fails: true", `23:9: requests that fail have no body`},
		{"no share", "share: {web1: 2", "share: {web1: 0", `33:43: a share must be at least 1, not 0`},
		{"no gap", "max-gap: 2s", "max-gap: 0s", `33:65: max-gap must be longer than 0, not 0s`},
		{"log of nothing", "phrase: MASTER STATE", `phrase: ""`, `35:35: the phrase is empty`},
		{"log to no facility", "facility: local3", "facility: loacl3", `35:69: unknown facility "loacl3", did you mean local3?`},
		{"log never and once", "count: 1, facility", "count: 1, never: true, facility", `35:9: count and never exclude each other`},
		{"log of an unknown node", "log: {node: web2", "log: {node: wbe2", `35:21: unknown node "wbe2", did you mean web2?`},
		{"mail without a sink", "mail: {node: web2", "mail: {node: web1", `36:22: node "web1" has no mail service`},
		{"file of nobody", "file: {node: web2", "file: {node: web3", `39:22: unknown node "web3", did you mean web2?`},
		{"file that is not watched", "path: /var/log/state.log", "path: /tmp/state.log", `39:34: "/tmp/state.log" is no file that is watched: a /var/log/NAME other than messages`},
		{"file in a folder", "path: /var/log/state.log", "path: /var/log/x/state.log", `39:34: "/var/log/x/state.log" is no file that is watched: a /var/log/NAME other than messages`},
		{"file without lines", `lines: ["[Master]"]`, "lines: []", `39:54: the list of lines is empty`},
		{"file with an empty line", `lines: ["[Master]"]`, `lines: [""]`, `39:62: the text is empty`},
		{"outage of no probe", "outage: {probe: page", "outage: {probe: apge", `40:25: unknown probe "apge": neither under probes nor a request so far, did you mean page?`},
		{"outage that pings", "outage: {probe: page", "outage: {probe: who", `40:25: probe "who" asks by arp, not by http`},
		{"outage of itself", "to: web2, script: chk", "to: web1, script: chk", `40:57: web1 cannot take over from itself`},
		{"outage of a stranger", "from: web1, to: web2, script", "from: client, to: web2, script", `40:47: node "client" runs no ha service`},
		{"outage of an impossible VRID", "probe: page, vrid: 51", "probe: page, vrid: 0", `40:37: vrid 0 is out of range 1..255`},
		{"script of a stranger", "script: {node: web1", "script: {node: client", `41:24: node "client" runs no ha service`},
		{"script without a name", "name: chk,", `name: "",`, `41:36: name is empty`},
		{"script after nothing", "after: keepalived", `after: ""`, `41:58: after is empty`},
		{"neighbour of nobody", "neighbour: {node: client", "neighbour: {node: cleint", `42:27: unknown node "cleint", did you mean client?`},
		{"neighbour that is none", "at: web2}", "at: web3}", `42:61: unknown node "web3", did you mean web2?`},
		{"relative configuration", "topology: pair\n", "topology: pair\nconfig: etc/x.conf\n", `5:9: "etc/x.conf" must be an absolute path on the nodes, did you mean /etc/x.conf?`},
		{"mail without subject", "subjects: [up]", "subjects: []", `36:28: the list of subjects is empty`},
		{"process of no service", "service: keepalived, running", "service: httpd, running", `37:40: node web1 has no service "httpd"`},
		{"process neither here nor there", ", running: true", "", `37:9: process field "running" is missing`},
		{"no virtual server", "TCP 192.168.0.5:80", "192.168.0.5:80", `38:37: "192.168.0.5:80" is no virtual server such as TCP 192.168.0.254:80 or FWM 1`},
		{"no mark", "TCP 192.168.0.5:80", "FWM 0", `38:37: "FWM 0" is no virtual server such as TCP 192.168.0.254:80 or FWM 1`},
		{"unknown scheduler", "scheduler: wrr", "scheduler: wwr", `38:70: unknown scheduler "wwr", did you mean wrr?`},
		{"forwarding in keepalived's words", "forward: Route", "forward: DR", `38:84: unknown way of forwarding "DR", did you mean Route?`},
		{"unknown forwarding", "forward: Route", "forward: Tunel", `38:84: unknown way of forwarding "Tunel", did you mean Tunnel?`},
		{"server without port", `{"192.168.0.3:80": 1}`, `{192.168.0.3: 1}`, `38:101: "192.168.0.3" is no real server such as 192.168.0.3:80`},
		{"negative weight", `{"192.168.0.3:80": 1}`, `{"192.168.0.3:80": -1}`, `38:119: weight -1 is negative`},
		{"unknown flag", `{"192.168.0.3:80": 1}`, `{"192.168.0.3:80": 1}, flags: [osp]`, `38:131: unknown flag "osp", did you mean ops?`},
		{"threshold of a stranger", `{"192.168.0.3:80": 1}`, `{"192.168.0.3:80": 1}, upper: {"192.168.0.4:80": 9}`, `38:131: "192.168.0.4:80" is not among servers, did you mean 192.168.0.3:80?`},
		{"one body and another", "body: web1, count: 3", "body: web1, same: true", `23:9: same stands without body, share and fails`},
		{"a kept ping", "echo: {from: client,", "echo: {from: client, keep: true,", `8:24: only http has a connection to keep`},
		{"real server of no director", "- process: {", "- server: {node: client, service: TCP 192.168.0.5:80, server: 192.168.0.3, after: web1/httpd}\n      - process: {", `37:24: node "client" runs no ha service
37:69: "192.168.0.3" is no real server such as 192.168.0.3:80
37:89: node web1 has no service "httpd"`},
		{"servers of a service that is absent", `{"192.168.0.3:80": 1}`, `{"192.168.0.3:80": 1}, absent: true`, `38:91: a service that is absent has no servers`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if !strings.Contains(demo, tc.from) {
				t.Fatalf("demo has no %q", tc.from)
			}
			_, err := loadDemo(t, strings.Replace(demo, tc.from, tc.to, 1))
			if err == nil {
				t.Fatal("no mistake found")
			}
			got := strings.ReplaceAll(err.Error(), "labs/pair/scenarios/demo.yaml:", "")
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestValidateOfAScenarioMadeInGo(t *testing.T) {
	s := &Scenario{
		Name: "go", Title: "made in Go", Suite: "tests", Topology: "other",
		Probes: map[string]*Probe{"page": nil},
		Steps: []*Step{nil, {Name: "one", Do: []Action{
			{Start: Targets{"web3/keepalived"}},
			{Request: &Request{Name: "r", From: "client"}},
		}}},
	}
	want := `topology: the scenario is for topology "other", not "pair"
steps[0]: the step is empty
steps[1].do[0].start: unknown node "web3" in "web3/keepalived", did you mean web2/keepalived?
steps[1].do[1].request: r must ask exactly one of http, ping and arp, not nothing`
	err := s.Validate(pair(t)["pair"])
	var found topology.Diagnostics
	if !errors.As(err, &found) {
		t.Fatalf("error is %T: %v", err, err)
	}
	if diff := cmp.Diff(want, found.Error()); diff != "" {
		t.Error(diff)
	}
}
