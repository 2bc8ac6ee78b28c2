package daemon

import (
	"os"
	"strings"
	"testing"
)

func TestExitStatus(t *testing.T) {
	n := newNode(t)
	rows := []struct {
		name, text string
		args       []string
		status     int
		says       string
	}{
		{"version", "", []string{"-v"}, 0, "vipd v" + Version},
		{"help", "", []string{"-h"}, 0, "--use-file FILE"},
		{"unknown option", "", []string{"--nonsense"}, 1, "unknown flag: --nonsense"},
		{"sound", config(), []string{"-t"}, 0, ""},
		{"unknown keyword", config("priorty 3"), []string{"-t"}, 5, "k.conf:8:3: error: unknown keyword \"priorty\" in vrrp_instance [unknown-keyword]\n    8 |   priorty 3\n      |   ^~~~~~~ did you mean \"priority\"?\n1 error\n"},
		{"no VRID", "vrrp_instance V {\ninterface eth0\n}\n", []string{"-t"}, 4, "k.conf:1:1: fatal: vrrp_instance V has no virtual_router_id"},
		{"a mild error does not hide a fatal one", "vrrp_instance V {\ninterface eth0\nfoo\n}\n", []string{"-t"}, 4, "has no virtual_router_id"},
		{"no such interface", strings.Replace(config(), "eth0", "eth7", 1), []string{"-t"}, 4, "k.conf:2:3: fatal: there is no interface eth7 on this host"},
		{"no file", "", []string{"-t", "-f", "none.conf"}, 4, "none.conf: fatal: no such file or directory [unreadable-file]"},
		{"run without a file", "", []string{"-nl", "-f", "none.conf", "-p", "k.pid"}, 2, "none.conf: no such file"},
		{"run what cannot be", strings.Replace(config(), "eth0", "eth7", 1), []string{"-nl", "-p", "k.pid"}, 2, "there is no interface eth7"},
		{"run what cannot be in the background", strings.Replace(config(), "eth0", "eth7", 1), []string{"-p", "k.pid"}, 2, "there is no interface eth7"},
		{"run what cannot be, logging to syslog", strings.Replace(config(), "eth0", "eth7", 1), []string{"-nG", "-p", "k.pid"}, 2, "k.conf:2:3: fatal: there is no interface eth7"},
		{"pid file nowhere, logging to syslog", config(), []string{"-nG", "-p", "none/k.pid"}, 1, "open pid file"},
		{"pid file nowhere", config(), []string{"-nl", "-p", "none/k.pid"}, 1, "open pid file"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			n.write("k.conf", row.text)
			status, out := n.run(append([]string{"-f", "k.conf"}, row.args...)...)
			if status != row.status || !strings.Contains(out, row.says) || row.says == "" && out != "" {
				t.Errorf("status %d, want %d; output\n%s", status, row.status, out)
			}
		})
	}
	n.write("k.conf", config("foo"))
	if status, out := n.run("-t=test.log", "-f", "k.conf"); status != 5 || out != "" {
		t.Errorf("with a log file: status %d, output %q", status, out)
	}
	if text, err := os.ReadFile(n.file("test.log")); err != nil || !strings.Contains(string(text), `unknown keyword "foo"`) {
		t.Errorf("log file: %v %q", err, text)
	}
}
