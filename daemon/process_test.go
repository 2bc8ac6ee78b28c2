package daemon

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/child"
)

// signal sends sig to the daemon's parent.
func (p *running) signal(sig unix.Signal) {
	p.t.Helper()
	if err := p.Process.Signal(sig); err != nil {
		p.t.Fatal(err)
	}
}

func TestDontRespawn(t *testing.T) {
	n := newNode(t)
	n.write("k.conf", config())
	p := n.start("-nlDR")
	p.until("Entering BACKUP STATE")
	pid := n.vrrpPID(0)
	if err := unix.Kill(pid, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	p.until(fmt.Sprintf("VRRP child process(%d) died: Exiting", pid))
	p.until("Stopped vipd")
	if _ = p.Wait(); p.ProcessState.ExitCode() != 1 {
		t.Errorf("status %d", p.ProcessState.ExitCode())
	}
}

// TestPermanent: a child that cannot run is not started again.
func TestPermanent(t *testing.T) {
	n := newNode(t)
	n.write("k.conf", config())
	if err := os.Mkdir(n.file("vrrp.pid"), 0o755); err != nil {
		t.Fatal(err)
	}
	if status, out := n.run("-nl", "-f", "k.conf", "-p", "k.pid"); status != 1 || !strings.Contains(out, "open pid file") {
		t.Errorf("status %d\n%s", status, out)
	}
	if _, err := os.Stat(n.file("k.pid")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("pid file: %v", err)
	}
	for code, name := range map[int]string{exitFatal: "FATAL", exitConfig: "CONFIG", exitPermission: "missing permission", exitOK: "", 3: ""} {
		if got := verdict(end(code, "")); got != name {
			t.Errorf("status %d is %q", code, got)
		}
	}
	if got := verdict(end(exitConfig, "panic: x")); got != "" {
		t.Errorf("a crash is %q", got)
	}
}

// TestPidFilesKeepOut: a daemon with other pid files, but for the child's, is a
// second one.
func TestPidFilesKeepOut(t *testing.T) {
	n := newNode(t)
	n.write("k.conf", config())
	p := n.start("-nl")
	p.until("Entering BACKUP STATE")
	if status, out := n.run("-nl", "-f", "k.conf", "-p", "other.pid"); status != 1 || !strings.Contains(out, "daemon is already running: it holds vrrp.pid") {
		t.Errorf("status %d\n%s", status, out)
	}
	if _, err := os.Stat(n.file("other.pid")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("pid file: %v", err)
	}
	p.end(unix.SIGTERM)
}

// TestReloadOfDying: a child that dies while it reloads is started again with the
// configuration of before.
func TestReloadOfDying(t *testing.T) {
	n := newNode(t)
	n.write("k.conf", config())
	p := n.start("-nlDP")
	p.until("gratuitous ARPs")
	pid := n.vrrpPID(0)
	if err := unix.Kill(pid, unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	n.write("k.conf", strings.Replace(config(), "10.0.0.100/24", "10.0.0.200/24", 1))
	p.signal(unix.SIGHUP)
	p.until("Reloading ...")
	if err := unix.Kill(pid, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	out := p.until("gratuitous ARPs on eth0 for 10.0.0.100")
	if !strings.Contains(out, "Reload refused") {
		t.Errorf("the reload was not refused:\n%s", out)
	}
	p.signal(unix.SIGHUP) // and the next one is as good as ever
	p.until("gratuitous ARPs on eth0 for 10.0.0.200")
	p.end(unix.SIGTERM)
}

// TestReloadOfHung: so is one that does not answer.
func TestReloadOfHung(t *testing.T) {
	n := newNode(t)
	n.env = []string{reloadEnv + "=300ms"}
	n.write("k.conf", config())
	p := n.start("-nlDP")
	p.until("gratuitous ARPs")
	pid := n.vrrpPID(0)
	if err := unix.Kill(pid, unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	n.write("k.conf", strings.Replace(config(), "10.0.0.100/24", "10.0.0.200/24", 1))
	p.signal(unix.SIGHUP)
	p.until(fmt.Sprintf("process %d does not answer: it was killed", pid))
	p.until("Reload refused")
	p.until("gratuitous ARPs on eth0 for 10.0.0.100")
	p.end(unix.SIGTERM)
}

// TestReloadMeanwhile: a reload that is asked for during another comes after it.
func TestReloadMeanwhile(t *testing.T) {
	n := newNode(t)
	n.write("k.conf", config())
	p := n.start("-nlDP")
	p.until("gratuitous ARPs")
	pid := n.vrrpPID(0)
	if err := unix.Kill(pid, unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	p.signal(unix.SIGHUP)
	p.until("Reloading ...")
	n.write("k.conf", strings.Replace(config(), "10.0.0.100/24", "10.0.0.200/24", 1))
	p.signal(unix.SIGHUP)
	p.signal(unix.SIGHUP) // as good as one
	if err := unix.Kill(pid, unix.SIGCONT); err != nil {
		t.Fatal(err)
	}
	p.until("Reload complete")
	p.until("Reloading ...")
	p.until("Reload complete")
	for n.Labels()[netip.MustParsePrefix("10.0.0.200/24")] == "" {
		time.Sleep(time.Millisecond)
	}
	p.end(unix.SIGTERM)
}

// TestAllSignalled: what killall sends to every process of the daemon does no
// harm, and stops it in order.
func TestAllSignalled(t *testing.T) {
	n := newNode(t)
	n.write("k.conf", config())
	p := n.start("-nlDP")
	p.until("gratuitous ARPs")
	child := n.vrrpPID(0)
	for _, sig := range []unix.Signal{unix.SIGHUP, unix.SIGUSR1, unix.SIGUSR2, unix.SIGINT, sigJSON, sigStatsClear} {
		if err := unix.Kill(child, sig); err != nil {
			t.Fatal(err)
		}
	}
	p.signal(unix.SIGHUP)
	p.until("Reload complete")
	if err := unix.Kill(child, unix.SIGTERM); err != nil {
		t.Fatal(err)
	}
	status, out := p.end(unix.SIGTERM)
	if status != 0 || strings.Count(out, "(VI_1) sent 0 priority") != 1 || len(n.Labels()) != 1 {
		t.Errorf("status %d, addresses %v\n%s", status, n.Labels(), out)
	}
}

func TestKeep(t *testing.T) {
	n := newNode(t)
	n.write("k.conf", config())
	p := n.start("-nlDPV")
	p.until("gratuitous ARPs")
	if _, out := p.end(unix.SIGTERM); strings.Contains(out, "sent 0 priority") || len(n.Labels()) != 2 {
		t.Errorf("addresses %v\n%s", n.Labels(), out)
	}
}

// TestScripts: one runs before the children, one after them.
func TestScripts(t *testing.T) {
	n := newNode(t)
	script := "/bin/sh -c 'cat vrrp.pid >/dev/null 2>&1; echo %s $(wc -c < vrrp.pid 2>/dev/null) >> out'"
	n.write("k.conf", "global_defs {\nscript_user "+strconv.Itoa(os.Getuid())+"\nstartup_script \""+fmt.Sprintf(script, "first")+
		"\"\nshutdown_script \""+fmt.Sprintf(script, "last")+"\"\n}\n"+config())
	p := n.start("-nl")
	p.until("Running startup_script")
	p.until("Starting VRRP child process")
	p.until("Entering BACKUP STATE")
	if out, err := os.ReadFile(n.file("out")); err != nil || string(out) != "first 0\n" {
		t.Errorf("%q, %v", out, err)
	}
	_, last := p.end(unix.SIGTERM)
	if out, err := os.ReadFile(n.file("out")); err != nil || string(out) != "first 0\nlast 0\n" {
		t.Errorf("%q, %v\n%s", out, err, last)
	}
	n.write("k.conf", "global_defs {\nscript_user "+strconv.Itoa(os.Getuid())+"\nstartup_script \"/bin/sleep 1000\"\n}\n"+config())
	p = n.start("-nl")
	p.until("Running startup_script")
	if status, out := p.end(unix.SIGTERM); status != 0 || strings.Contains(out, "child process") {
		t.Errorf("status %d\n%s", status, out)
	}
}

// TestNamespace: the children are where -s says, by a path here; so is the host
// that the configuration is read for.
func TestNamespace(t *testing.T) {
	n, out := newNode(t), addNode(t)
	pin := filepath.Join(n.dir, "net")
	var ns *os.File
	n.Do(func() (err error) { ns, err = os.Open("/proc/thread-self/ns/net"); return err })
	defer ns.Close()
	if err := os.Symlink(fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), ns.Fd()), pin); err != nil {
		t.Fatal(err)
	}
	out.Link("eth0", false)
	out.write("k.conf", config())
	p := out.start("-nlDP", "-s", pin)
	p.until("gratuitous ARPs")
	if len(n.Labels()) != 2 || len(out.Labels()) != 1 {
		t.Errorf("addresses %v within, %v without", n.Labels(), out.Labels())
	}
	p.end(unix.SIGTERM)
	if status, text := out.run("-nl", "-s", "no-such-namespace", "-f", "k.conf", "-p", "k.pid"); status != 2 || !strings.Contains(text, "enter network namespace no-such-namespace") {
		t.Errorf("status %d\n%s", status, text)
	}
}

func TestLogFiles(t *testing.T) {
	n := newNode(t)
	n.write("k.conf", config())
	if err := os.Mkdir(n.file("log.d"), 0o755); err != nil {
		t.Fatal(err)
	}
	p := n.start("-nG", "--log-json", "-g=log.d/k.log")
	for !n.exists("log.d/k_vrrp.log") {
		time.Sleep(time.Millisecond)
	}
	p.end(unix.SIGTERM)
	for name, want := range map[string]string{"k.log": `"text":"Stopped vipd v` + Version, "k_vrrp.log": `"process":"Keepalived_vrrp","text":"Stopped"`} {
		text, err := os.ReadFile(n.file("log.d/" + name))
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
}

// TestSystemd: the service manager hears of each step.
func TestSystemd(t *testing.T) {
	n := newNode(t)
	n.write("k.conf", config())
	path := filepath.Join(os.TempDir(), fmt.Sprintf("vipd-test-%d", os.Getpid())) // a short one
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(path)
	defer conn.Close()
	n.env = []string{"NOTIFY_SOCKET=" + path, "WATCHDOG_USEC=60000"}
	until := func(text string) {
		t.Helper()
		buf := make([]byte, 4096)
		for {
			size, err := conn.Read(buf)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(buf[:size]), text) {
				return
			}
		}
	}
	p := n.start("-nl")
	until("READY=1\nSTATUS=1 VRRP instances")
	until("WATCHDOG=1")
	p.signal(unix.SIGHUP)
	until("RELOADING=1\nMONOTONIC_USEC=")
	until("READY=1")
	n.write("k.conf", "x")
	p.signal(unix.SIGHUP)
	until("the last reload was refused")
	if err := p.Process.Signal(unix.SIGTERM); err != nil {
		t.Fatal(err)
	}
	until("STOPPING=1")
	p.end(unix.SIGTERM)
}

func end(code int, crash string) child.End { return child.End{Code: code, Crash: crash} }

func (n *node) exists(name string) bool {
	_, err := os.Stat(n.file(name))
	return err == nil
}
