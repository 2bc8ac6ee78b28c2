package service

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/lab/topology"
)

// controlled is a socket whose node has httpd, which runs, and keepalived, which
// does not and fails to stop. It returns what was asked.
func controlled(t *testing.T) (socket string, asked *[]Request) {
	t.Helper()
	socket = filepath.Join(t.TempDir(), "control")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	asked = new([]Request)
	done := make(chan error, 1)
	go func() {
		done <- Control(l, func(r Request) Answer {
			*asked = append(*asked, r)
			switch {
			case r.Unit == "nginx":
				return Answer{Unknown: true}
			case r.Verb == "stop" && r.Unit == "keepalived":
				return Answer{Error: "still there"}
			}
			return Answer{Active: r.Unit == "httpd"}
		})
	}()
	t.Cleanup(func() {
		l.Close()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return socket, asked
}

func TestSystemctl(t *testing.T) {
	for _, tc := range []struct {
		name          string
		args          []string
		status        int
		out, complain string
		asked         []Request
	}{
		{"start", []string{"start", "httpd.service", "keepalived"}, 0, "", "", []Request{{"start", "httpd"}, {"start", "keepalived"}}},
		{"status", []string{"--no-pager", "status", "httpd"}, 0, "httpd.service: active\n", "", []Request{{"status", "httpd"}}},
		{"inactive", []string{"is-active", "keepalived"}, 3, "inactive\n", "", []Request{{"status", "keepalived"}}},
		{"active", []string{"is-active", "httpd"}, 0, "active\n", "", []Request{{"status", "httpd"}}},
		{"enable", []string{"enable", "keepalived"}, 0, "", "", []Request{{"status", "keepalived"}}},
		{"enable what is not there", []string{"enable", "nginx"}, 5, "", "Failed to enable nginx.service: Unit nginx.service not found.\n", []Request{{"status", "nginx"}}},
		{"the course's mistake", []string{"enabled", "keepalived"}, 1, "", "Unknown command verb enabled.\n", nil},
		{"failure", []string{"stop", "httpd", "keepalived"}, 1, "", "Job for keepalived.service failed: still there\n", []Request{{"stop", "httpd"}, {"stop", "keepalived"}}},
		{"unknown", []string{"restart", "nginx"}, 5, "", "Failed to restart nginx.service: Unit nginx.service not found.\n", []Request{{"restart", "nginx"}}},
		{"no unit", []string{"start"}, 1, "", "Too few arguments.\n", nil},
		{"nothing", nil, 1, "", "usage: systemctl VERB UNIT ...\n", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			socket, asked := controlled(t)
			var out, complain bytes.Buffer
			if got := systemctl(tc.args, &out, &complain, socket); got != tc.status || out.String() != tc.out || complain.String() != tc.complain {
				t.Errorf("status %d, printed %q, complained %q", got, out.String(), complain.String())
			}
			if diff := cmp.Diff(tc.asked, *asked); diff != "" {
				t.Errorf("asked (-want +got)\n%s", diff)
			}
		})
	}
}

func TestSystemctlOutsideOfALab(t *testing.T) {
	var out, complain bytes.Buffer
	if got := systemctl([]string{"start", "httpd"}, &out, &complain, filepath.Join(t.TempDir(), "none")); got != 1 || complain.Len() == 0 {
		t.Errorf("status %d, complained %q", got, complain.String())
	}
}

func TestControlPassesOverWhatIsNoRequest(t *testing.T) {
	socket, asked := controlled(t)
	conn, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write([]byte("hello\n")); err != nil {
		t.Fatal(err)
	}
	if n, _ := conn.Read(make([]byte, 1)); n != 0 || len(*asked) != 0 {
		t.Error("it was answered")
	}
	conn.Close()
	if _, err := ask(Request{"status", "httpd"}, socket); err != nil {
		t.Error(err)
	}
}

func TestPrograms(t *testing.T) {
	_, content, err := Programs(map[string]string{"keepalived": "vipd"})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "programs")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(t.TempDir(), "broken")
	if err := os.WriteFile(broken, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ name, file, want string }{
		{"keepalived", file, "vipd"}, {"httpd", file, "httpd"}, {"keepalived", file + "x", "keepalived"}, {"keepalived", broken, "keepalived"},
	} {
		if got := programOf(tc.name, tc.file); got != tc.want {
			t.Errorf("%s by %s is %s, want %s", tc.name, filepath.Base(tc.file), got, tc.want)
		}
	}
}

func TestCommands(t *testing.T) {
	ha := &topology.Service{HA: &topology.HA{}}
	mail := &topology.Service{Mail: &topology.Mail{}}
	for _, tc := range []struct {
		name     string
		services map[string]*topology.Service
		want     []string
	}{
		{"director", map[string]*topology.Service{"keepalived": ha, "mail": mail}, []string{"systemctl", "mail", "mailx", "killall"}},
		{"router", map[string]*topology.Service{"keepalived": ha}, []string{"systemctl", "killall"}},
	} {
		if diff := cmp.Diff(tc.want, Commands(&topology.Node{Services: tc.services})); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tc.name, diff)
		}
	}
}
