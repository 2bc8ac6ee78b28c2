package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/lab/kernel"
)

func TestMain(m *testing.M) {
	kernel.Main()
	Main()
	if filepath.Base(os.Args[0]) == "httpd" {
		fmt.Println("I am", os.Args[0])
		os.Exit(0)
	}
	if _, inside := kernel.Current(); !inside && os.Geteuid() != 0 {
		os.Exit(kernel.RunTests())
	}
	os.Unsetenv(executableVariable) // nodes run this executable, which is what is tested
	goleak.VerifyTestMain(m)
}

// start makes a node.
func start(t *testing.T, spec Spec) *Node {
	t.Helper()
	n, err := Start(context.Background(), "n1", spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

// output runs a program to its end.
func output(t *testing.T, n *Node, args ...string) (out string, status int) {
	t.Helper()
	var buf bytes.Buffer
	p, err := n.Start(Command{Args: args, Stdout: &buf, Stderr: &buf})
	if err != nil {
		t.Fatal(err)
	}
	<-p.Done()
	status, _ = p.Status()
	return strings.TrimSpace(buf.String()), status
}

func TestNodeIsAHostOfItsOwn(t *testing.T) {
	n := start(t, Spec{Hostname: "web1.example"})
	for _, tc := range []struct{ name, script, want string }{
		{"host name", "uname -n", "web1.example"},
		{"PID namespace", "test $$ -lt 100 && echo small", "small"},
		{"network", "ls -d /sys/class/net/*/", "/sys/class/net/lo/"},
		{"loopback is up", "cat /proc/net/fib_trie | grep -c 127.0.0.1", "2"},
		{"no strangers", "ls -d /proc/[0-9]* | wc -l | awk '$1 < 9 {print \"few\"}'", "few"},
		{"empty /run", "ls /run", "lock"},
		{"logs are empty", "find /var/log -type f", ""},
		{"devices", "echo x >/dev/null && head -c1 /dev/zero | wc -c", "1"},
		{"terminals", "test -c /dev/ptmx && echo yes", "yes"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got, _ := output(t, n, "/bin/sh", "-c", tc.script); got != tc.want {
				t.Errorf("%s: got %q, want %q", tc.script, got, tc.want)
			}
		})
	}
}

func TestWritesVanishWithTheNode(t *testing.T) {
	n := start(t, Spec{Hostname: "n1"})
	const path = "/etc/viplab-test-file"
	if _, status := output(t, n, "/bin/sh", "-c", "echo here >"+path); status != 0 {
		t.Fatalf("write on the node: exit status %d", status)
	}
	if got, _ := output(t, n, "/bin/cat", path); got != "here" {
		t.Errorf("read back: got %q", got)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is on this system too: %v", err)
	}
}

func TestBinariesAppearUnderTheirNames(t *testing.T) {
	script := filepath.Join(t.TempDir(), "tool")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho I am $0\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	n := start(t, Spec{Hostname: "n1", Binaries: map[string]string{"/usr/sbin/httpd": script}})
	if got, _ := output(t, n, "httpd"); got != "I am /usr/sbin/httpd" {
		t.Errorf("got %q", got)
	}
}

func TestOwnExecutableAppearsUnderAName(t *testing.T) {
	n := start(t, Spec{Hostname: "n1", Binaries: map[string]string{"/usr/sbin/httpd": ""}})
	if got, _ := output(t, n, "/usr/sbin/httpd"); got != "I am /usr/sbin/httpd" {
		t.Errorf("got %q", got)
	}
}

func TestProcessTellsHowItEnded(t *testing.T) {
	n := start(t, Spec{Hostname: "n1"})
	for _, tc := range []struct {
		name, script, signal string
		status               int
	}{
		{"exit status", "exit 7", "", 7},
		{"signal", "kill -9 $$", "SIGKILL", 137},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, err := n.Start(Command{Args: []string{"sh", "-c", tc.script}})
			if err != nil {
				t.Fatal(err)
			}
			<-p.Done()
			if status, sig := p.Status(); status != tc.status || sig != tc.signal {
				t.Errorf("got %d %q, want %d %q", status, sig, tc.status, tc.signal)
			}
		})
	}
	if _, err := n.Start(Command{Args: []string{"no-such-program"}}); !errors.Is(err, ErrNotFound) {
		t.Errorf("missing program: got %v, want ErrNotFound", err)
	}
}

// family starts a shell with two children and waits until they are there.
func family(t *testing.T, n *Node) (*Process, []int) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	p, err := n.Start(Command{Args: []string{"sh", "-c", "sleep 1000 & sleep 1000 & echo; wait"}, Stdout: w})
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	tree, err := p.Tree()
	if err != nil {
		t.Fatal(err)
	}
	if len(tree) != 3 || tree[0] != p.PID() {
		t.Fatalf("tree is %v, want the shell %d and two children", tree, p.PID())
	}
	return p, tree
}

func TestKillTreeLeavesNobody(t *testing.T) {
	n := start(t, Spec{Hostname: "n1"})
	p, _ := family(t, n)
	if err := p.KillTree(); err != nil {
		t.Fatal(err)
	}
	<-p.Done()
	if got, _ := output(t, n, "sh", "-c", "cat /proc/[0-9]*/comm 2>/dev/null | grep -c sleep"); got != "0" {
		t.Errorf("%s sleeps are left", got)
	}
}

func TestCloseEndsEverything(t *testing.T) {
	n := start(t, Spec{Hostname: "n1"})
	_, tree := family(t, n)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	for _, pid := range tree {
		if err := unix.Kill(pid, 0); !errors.Is(err, unix.ESRCH) {
			t.Errorf("process %d is left: %v", pid, err)
		}
	}
	if err := n.Do(func() error { return nil }); !errors.Is(err, ErrClosed) {
		t.Errorf("Do after Close: got %v, want ErrClosed", err)
	}
}

func TestInitOutlivesSignalsFromTheNode(t *testing.T) {
	n := start(t, Spec{Hostname: "n1"})
	output(t, n, "sh", "-c", "kill -TERM 1; kill -INT 1; kill -HUP 1; kill -KILL 1")
	if got, _ := output(t, n, "echo", "alive"); got != "alive" {
		t.Errorf("got %q", got)
	}
}
