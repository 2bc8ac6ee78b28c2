package daemon

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf/diag"
)

// vipd runs Main in this process, for what ends by itself and needs no host.
func vipd(args ...string) (status int, stdout, stderr string) {
	var out, err bytes.Buffer
	status = Main(append([]string{"vipd"}, args...), &out, &err)
	return status, out.String(), err.String()
}

func TestConfigTest(t *testing.T) {
	n := newNode(t)
	n.write("sound.conf", config())
	n.write("twice.conf", config("priority 7", "priority 8"))
	n.write("empty.conf", "# nothing\n")
	n.write("global.conf", "global_defs {\nrouter_id me\n}\n")
	n.write("include.conf", config()+"include none.conf\n")
	n.write("script.conf", config("notify /bin/true"))
	n.write("where.conf", config("@here priority 7", "@^here priority 8"))
	rows := []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"-t", "-f", "sound.conf", "--strict-conf"}, 0, ""},
		{[]string{"-t", "-f", "twice.conf"}, 0, "twice.conf:9:3: warning: priority is given a second time"},
		{[]string{"-t", "-f", "twice.conf", "--strict-conf"}, 5, "twice.conf:9:3: error: priority is given a second time"},
		{[]string{"-t", "-f", "empty.conf"}, 4, "empty.conf: fatal: nothing to run is configured"},
		{[]string{"-t", "-f", "global.conf"}, 4, "nothing to run is configured"},
		{[]string{"-t", "-f", "."}, 4, "is a directory"},
		{[]string{"-t", "-f", "script.conf"}, 6, "insecure: "},
		{[]string{"-t", "-f", "include.conf"}, 0, "include.conf:10:9: warning: "},
		{[]string{"-te", "-f", "include.conf"}, 4, "include.conf:10:9: fatal: "},
		{[]string{"-nl", "-p", "k.pid", "-f", "twice.conf", "--strict-conf"}, 2, "priority is given a second time"},
		{[]string{"--dump-conf", "-f", "where.conf", "-i", "here"}, 0, "    priority 7      "},
		{[]string{"--dump-conf", "-f", "where.conf", "--config-id=there"}, 0, "    priority 8      "},
		{[]string{"--dump-conf=xml", "-f", "sound.conf"}, 1, `form "xml" of --dump-conf is neither text nor json`},
		{[]string{"--dump-conf", "-f", "none.conf"}, 4, "none.conf: fatal: no such file"},
	}
	for _, row := range rows {
		t.Run(strings.Join(row.args, " "), func(t *testing.T) {
			status, out := n.run(row.args...)
			if status != row.status || !strings.Contains(out, row.says) || row.says == "" && out != "" {
				t.Errorf("status %d, want %d; output, to have %q:\n%s", status, row.status, row.says, out)
			}
		})
	}
}

func TestConfigTestJSON(t *testing.T) {
	file := t.TempDir() + "/k.conf"
	if err := os.WriteFile(file, []byte("vrrp_instance V {\npriorty 3\n}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	status, out, text := vipd("-t", "--json", "-f", file)
	var report diag.Report
	if err := json.Unmarshal([]byte(text), &report); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if status != 4 || out != "" || report.Schema != diag.Schema || report.Summary.Fatal == 0 {
		t.Errorf("status %d, output %q, report %+v", status, out, report)
	}
	for _, d := range report.List() {
		if d.Code == diag.UnknownKeyword && d.Line == 2 && d.Column == 1 && d.Help == `did you mean "priority"?` {
			return
		}
	}
	t.Errorf("the unknown keyword is not in\n%s", text)
}

func TestDump(t *testing.T) {
	file := t.TempDir() + "/k.conf"
	if err := os.WriteFile(file, []byte("vrrp_instance V {\nvirtual_router_id 7\n}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	status, out, wrong := vipd("--dump-conf=json", "-f", file)
	var dump struct {
		Instances []struct {
			Name string
			VRID int               `json:"virtual_router_id"`
			From map[string]string `json:"_from"`
		} `json:"vrrp_instance"`
	}
	if err := json.Unmarshal([]byte(out), &dump); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if status != 4 || !strings.Contains(wrong, "has no interface") || len(dump.Instances) != 1 || dump.Instances[0].From["virtual_router_id"] != file+":2:1" {
		t.Errorf("status %d, dump %+v, said\n%s", status, dump, wrong)
	}
}

func TestListKeywords(t *testing.T) {
	status, out, _ := vipd("--list-keywords")
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if status != 0 || len(lines) < 600 || lines[0] != "block_path\tkeyword\tstatus" {
		t.Fatalf("status %d, %d lines, the first %q", status, len(lines), lines[0])
	}
	if !strings.Contains(out, "\nvrrp_instance\tpriority\timplemented\n") {
		t.Error("priority of vrrp_instance is not listed as implemented")
	}
}

func TestLogConf(t *testing.T) {
	n := newNode(t)
	n.write("k.conf", config("priority 77"))
	p := n.start("-nld")
	if text := p.until("Startup complete"); !strings.Contains(text, "    priority 77                                 # k.conf:8:3") {
		t.Errorf("the log has no effective configuration:\n%s", text)
	}
	p.end(unix.SIGTERM)
}
