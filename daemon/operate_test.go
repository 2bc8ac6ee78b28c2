package daemon

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestOperate: the commands for a running daemon.
func TestOperate(t *testing.T) {
	n := newNode(t)
	n.write("k.conf", config())
	p := n.start("-nlDP")
	p.until("gratuitous ARPs")
	rows := []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"status", "--brief"}, 0, "MASTER"},
		{[]string{"status", "--json"}, 0, `"name": "vrrp"`},
		{[]string{"switchover", "VI_2"}, 1, `no such vrrp_instance: "VI_2", did you mean "VI_1"?`},
		{[]string{"switchover", "VI_1"}, 0, "VI_1 has resigned"},
		{[]string{"switchover", "VI_1"}, 1, "VI_1: instance is not MASTER here"},
		{[]string{"maintenance", "on"}, 0, ""},
		{[]string{"status", "--brief"}, 0, "FAULT"},
		{[]string{"maintenance", "off", "VI_1"}, 0, ""},
		{[]string{"reload"}, 0, ""},
		{[]string{"completion", "bash"}, 0, "__start_vipd"},
		{[]string{"__complete", "switchover", ""}, 0, "VI_1"},
		{[]string{"__complete", "--dont-f"}, 0, "--dont-fork"},
	}
	for _, row := range rows {
		args := row.args
		if args[0] != "completion" && args[0] != "__complete" {
			args = append(args, "--control", "vipd.sock")
		} else if args[0] == "__complete" && args[1] == "switchover" {
			args = []string{"__complete", "switchover", "--control", "vipd.sock", ""}
		}
		status, out := n.run(args...)
		if status != row.status || !strings.Contains(out, row.says) {
			t.Errorf("%v: status %d, want %d with %q:\n%s", row.args, status, row.status, row.says, out)
		}
	}
	n.write("k.conf", "x")
	if status, out := n.run("reload", "--control", "vipd.sock"); status != 1 || !strings.Contains(out, "k.conf:1:1") {
		t.Errorf("bad reload: status %d\n%s", status, out)
	}
	if _, out := n.run("status", "--control", "vipd.sock"); !strings.Contains(out, "k.conf:1:1") {
		t.Errorf("status does not tell of the reload that was refused:\n%s", out)
	}
	p.end(unix.SIGTERM)
	if n.exists("vipd.sock") {
		t.Error("the socket stays")
	}
}

// TestDumps: signals write keepalived's files, whole and only for the owner.
func TestDumps(t *testing.T) {
	n := newNode(t)
	n.write("k.conf", "global_defs {\nstate_dump_file "+n.file("k.data")+"\nstats_dump_file "+n.file("k.stats")+"\njson_dump_file "+n.file("k.json")+"\n}\n"+config())
	p := n.start("-nlDP")
	p.until("gratuitous ARPs")
	for _, row := range []struct {
		sig        unix.Signal
		file, says string
	}{
		{unix.SIGUSR1, "k.data", "VI_1"},
		{unix.SIGUSR2, "k.stats", "Became master: 1"},
		{sigJSON, "k.json", `"VI_1"`},
		{sigStatsClear, "k.stats", "Became master: 1"},
		{unix.SIGUSR2, "k.stats", "Became master: 0"},
	} {
		if err := os.WriteFile(n.file(row.file), nil, 0o644); err != nil { // what was there is replaced
			t.Fatal(err)
		}
		p.signal(row.sig)
		var text []byte
		for len(text) == 0 { // ends with the file, or with the test binary's own time-out
			text, _ = os.ReadFile(n.file(row.file))
			time.Sleep(time.Millisecond)
		}
		if info, err := os.Stat(n.file(row.file)); err != nil || info.Mode().Perm() != 0o600 || !strings.Contains(string(text), row.says) {
			t.Errorf("%v: %v, %v\n%s", row.sig, info.Mode(), err, text)
		}
	}
	p.end(unix.SIGTERM)
}

// TestMetrics: they are served where --metrics says.
func TestMetrics(t *testing.T) {
	n := newNode(t)
	n.write("k.conf", config())
	p := n.start("-nlDP", "--metrics", "127.0.0.1:9650")
	p.until("gratuitous ARPs")
	n.Do(func() error {
		conn, err := net.Dial("tcp", "127.0.0.1:9650")
		if err != nil {
			return err
		}
		defer conn.Close()
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(context.Context, string, string) (net.Conn, error) { return conn, nil }}}
		resp, err := client.Get("http://vipd/metrics")
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if !strings.Contains(string(text), `instance="VI_1"`) {
			t.Errorf("metrics:\n%s", text)
		}
		return err
	})
	p.end(unix.SIGTERM)
}

// TestAddresses: -a tells of addresses.
func TestAddresses(t *testing.T) {
	n := newNode(t)
	n.write("k.conf", config())
	p := n.start("-nlPa")
	p.until("Entering BACKUP STATE")
	n.Address("10.0.0.77/24", true)
	p.until("IP 10.0.0.77 added to eth0")
	n.Address("10.0.0.77/24", false)
	p.until("IP 10.0.0.77 removed from eth0")
	p.end(unix.SIGTERM)
}
