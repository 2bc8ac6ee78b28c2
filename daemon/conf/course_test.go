package conf

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCoursePrintedMistakes reads configurations as course texts on high
// availability print them, mistakes and all, and compares what a student is
// told, at which place and with which advice.
//
// The courses have mistakes that no keepalived.conf shows by itself, and that
// are no business of this package: a wrong word of systemctl ("enabled" for
// "enable"), the order of lines in the ha.cf of heartbeat, and a real_server
// with the address of no host of the laboratory (192.168.0.2 in
// tcp-check-retry).
func TestCoursePrintedMistakes(t *testing.T) {
	const helpShell = "write a script, or /bin/sh -c '...' [shell-in-command]"
	rows := []struct {
		file string
		want []string
	}{
		{"interface-capital", []string{
			"13:1: fatal: vrrp_instance VI_1 has no interface; write interface with the name of a network interface [missing-interface]",
			"15:5: note: this is not taken for interface",
			`15:5: error: unknown keyword "Interface" in vrrp_instance; keywords are case sensitive: write "interface" [unknown-keyword]`,
		}},
		{"same-address", []string{
			"40:9: warning: 172.16.15.99 is an address of vrrp_instance VI_1 too: two hosts may hold it at a time; give each instance addresses of its own [duplicate-address]",
			"25:9: note: first given here",
		}},
		{"glued-brace", nil}, // "VI_2{" is as good as "VI_2 {"
		{"tcp-check-retry", []string{
			`12:13: error: "nb_get_retry" does not stand in TCP_CHECK; write retry [misplaced-keyword]`,
			`21:13: error: "nb_get_retry" does not stand in TCP_CHECK; write retry [misplaced-keyword]`,
		}},
		{"http-get-retry", []string{"15:13: error: nb_get_retry is deprecated; write retry [deprecated-keyword]"}},
		{"master-nopreempt", []string{
			"6:9: error: eth0 is the instance's own interface, which it tracks anyway; leave it out [own-interface-tracked]",
			"21:27: fatal: there is no interface eth2 on this host; ip link shows those that there are [unknown-interface]",
			"23:5: error: nopreempt has no effect with state MASTER; write state BACKUP on all hosts: the priority decides who becomes Master [preempt-with-master]",
			"24:5: error: preempt_delay has no effect with state MASTER; write state BACKUP on all hosts: the priority decides who becomes Master [preempt-with-master]",
		}},
		{"shell-script", []string{
			`2:12: warning: script: no shell reads the command: "&&" is argument 3 of killall; ` + helpShell,
			"10:12: warning: script: no shell reads the command, and if is a word of the shell, no program; " + helpShell,
		}},
	}
	for _, row := range rows {
		t.Run(row.file, func(t *testing.T) {
			text, err := os.ReadFile("testdata/course/" + row.file + ".conf")
			if err != nil {
				t.Fatal(err)
			}
			host := &Host{Interfaces: []string{"lo", "eth0", "eth1", "enp0s3"}}
			cfg, _ := Loader{Host: host}.Read(strings.NewReader(string(text)), "")
			var got []string
			for _, d := range cfg.Diagnostics {
				got = append(got, d.Error())
				for _, n := range d.Notes {
					got = append(got, n.Pos.String()+": note: "+n.Text)
				}
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("diagnostics (-want +got)\n%s", diff)
			}
		})
	}
}
