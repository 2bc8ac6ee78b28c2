package daemon

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/internal/testnet"
)

// beVipd makes the test binary vipd itself.
const beVipd = "VIPD_TEST_MAIN"

// reloadEnv is how long a child of the test's vipd may take to reload.
const reloadEnv = "VIPD_TEST_RELOAD"

func TestMain(m *testing.M) {
	if os.Getenv(beVipd) != "" {
		limits := defaultLimits()
		if d, err := time.ParseDuration(os.Getenv(reloadEnv)); err == nil {
			limits.reload = d
		}
		os.Exit(execute(os.Args, os.Stdout, os.Stderr, limits))
	}
	code := testnet.Main(m)
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// node is a host with a folder for the daemon's files.
type node struct {
	*testnet.Host
	t   *testing.T
	dir string
	env []string // more of the environment
}

func newNode(t *testing.T) *node {
	t.Parallel()
	return addNode(t)
}

// addNode makes one more for a test.
func addNode(t *testing.T) *node {
	sw, h := testnet.New(t), testnet.New(t)
	sw.Switch()
	h.Plug(sw, "p1", "10.0.0.1/24")
	return &node{Host: h, t: t, dir: t.TempDir()}
}

func (n *node) file(name string) string { return filepath.Join(n.dir, name) }

func (n *node) write(name, text string) {
	n.t.Helper()
	if err := os.WriteFile(n.file(name), []byte(text), 0o644); err != nil {
		n.t.Fatal(err)
	}
}

// config is a sound configuration, with lines added to its instance.
func config(lines ...string) string {
	return "vrrp_instance VI_1 {\n  interface eth0\n  virtual_router_id 51\n  down_timer_adverts 1\n  virtual_ipaddress {\n    10.0.0.100/24\n  }\n  " +
		strings.Join(lines, "\n  ") + "\n}\n"
}

// command is vipd in the node, with its files there.
func (n *node) command(args ...string) *exec.Cmd {
	if slices.Contains(args, "-p") {
		args = append(args, "-r", "vrrp.pid", "-c", "checkers.pid")
	}
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Args[0] = "vipd"
	cmd.Env = append(append(os.Environ(), beVipd+"=1"), n.env...)
	cmd.Dir = n.dir
	// It ends in order when the test does, however that ends.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: unix.SIGTERM}
	return cmd
}

// run runs vipd to its end.
func (n *node) run(args ...string) (status int, output string) {
	n.t.Helper()
	cmd := n.command(args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	n.Do(func() error {
		var exit *exec.ExitError
		if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
			return err
		}
		return nil
	})
	return cmd.ProcessState.ExitCode(), out.String()
}

// running is vipd in the foreground.
type running struct {
	*exec.Cmd
	t   *testing.T
	log *bufio.Scanner
}

func (n *node) start(flags ...string) *running {
	n.t.Helper()
	p := &running{Cmd: n.command(append(flags, "-f", "k.conf", "-p", "k.pid")...), t: n.t}
	pipe, err := p.StderrPipe()
	if err != nil {
		n.t.Fatal(err)
	}
	p.log = bufio.NewScanner(pipe)
	n.Do(p.Cmd.Start)
	n.t.Cleanup(func() {
		if p.ProcessState == nil {
			_ = p.Process.Kill()
			_ = p.Wait()
		}
	})
	return p
}

// until waits for a line that contains text and returns the lines before it.
func (p *running) until(text string) string {
	p.t.Helper()
	var before []string
	for p.log.Scan() {
		if strings.Contains(p.log.Text(), text) {
			return strings.Join(before, "\n")
		}
		before = append(before, p.log.Text())
	}
	p.t.Fatalf("no line with %q in\n%s", text, strings.Join(before, "\n"))
	return ""
}

// end sends a signal and returns the exit status and the last lines.
func (p *running) end(sig os.Signal) (int, string) {
	p.t.Helper()
	if err := p.Process.Signal(sig); err != nil {
		p.t.Fatal(err)
	}
	var rest []string
	for p.log.Scan() {
		rest = append(rest, p.log.Text())
	}
	_ = p.Wait()
	return p.ProcessState.ExitCode(), strings.Join(rest, "\n")
}

func TestLife(t *testing.T) {
	n := newNode(t)
	n.write("k.conf", config("priority 200")+"virtual_server 10.0.0.100 80 {\nlb_algo rr\nlb_kind DR\nprotocol TCP\nreal_server 10.0.0.7 80 {\n}\n}\n")
	p := n.start("-nlDP")
	before := p.until("Startup complete")
	if strings.Contains(before, "virtual_server") {
		t.Errorf("-P speaks of virtual servers:\n%s", before)
	}
	p.until("Entering MASTER STATE")
	p.until("gratuitous ARPs")
	if pid, err := os.ReadFile(n.file("k.pid")); err != nil || string(pid) != fmt.Sprintln(p.Process.Pid) {
		t.Errorf("pid file %q, %v; want %d", pid, err, p.Process.Pid)
	}
	if status, out := n.run("-nl", "-f", "k.conf", "-p", "k.pid"); status != 1 || !strings.Contains(out, "daemon is already running") {
		t.Errorf("second daemon: status %d\n%s", status, out)
	}
	if len(n.Labels()) != 2 {
		t.Errorf("addresses %v after the second daemon", n.Labels())
	}
	status, last := p.end(unix.SIGTERM)
	for _, phrase := range []string{"Stopping", "(VI_1) sent 0 priority", "(VI_1) removing VIPs.", "Stopped"} {
		if !strings.Contains(last, phrase) {
			t.Errorf("no %q in\n%s", phrase, last)
		}
	}
	if _, err := os.Stat(n.file("k.pid")); status != 0 || !errors.Is(err, os.ErrNotExist) || len(n.Labels()) != 1 {
		t.Errorf("status %d, pid file %v, addresses %v", status, err, n.Labels())
	}
}

func TestReload(t *testing.T) {
	n := newNode(t)
	n.write("k.conf", config("priority 200", "typo_of_old"))
	p := n.start("-nlDP")
	p.until("Entering MASTER STATE")
	reload := func(text, until string) string {
		n.write("k.conf", text)
		if err := p.Process.Signal(unix.SIGHUP); err != nil {
			t.Fatal(err)
		}
		return p.until(until)
	}
	if out := reload(config("priority 100", "typo_of_old"), "Reload complete"); strings.Contains(out, "Entering") {
		t.Errorf("transition by reload:\n%s", out)
	}
	for name, bad := range map[string]string{
		"new mistake":    config("prioritty 50"),
		"cannot run":     "vrrp_instance VI_1 {\ninterface eth0\n}\n",
		"nothing":        "! nothing is left\n",
		"lost interface": strings.Replace(config(), "eth0", "eth7", 1),
	} {
		out := reload(bad, "Reload refused")
		if name != "nothing" && !strings.Contains(out, "k.conf:") || strings.Contains(out, "Entering") {
			t.Errorf("%s:\n%s", name, out)
		}
	}
	if len(n.Labels()) != 2 {
		t.Errorf("addresses %v", n.Labels())
	}
	if status, _ := p.end(unix.SIGINT); status != 0 {
		t.Errorf("status %d", status)
	}
}

// vrrpPID waits until a VRRP process other than old has its id in the pid file.
func (n *node) vrrpPID(old int) int {
	n.t.Helper()
	for { // ends with the process, or with the test binary's own time-out
		text, err := os.ReadFile(n.file("vrrp.pid"))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			n.t.Fatal(err)
		}
		if pid, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil && pid != old {
			return pid
		}
		time.Sleep(time.Millisecond)
	}
}

// TestParentKilled: when the parent is killed, its children stop in order.
func TestParentKilled(t *testing.T) {
	n := newNode(t)
	n.write("k.conf", config())
	p := n.start("-nlDP")
	p.until("gratuitous ARPs")
	_, last := p.end(unix.SIGKILL) // the log ends with its last writer
	for _, phrase := range []string{"(VI_1) sent 0 priority", "(VI_1) removing VIPs."} {
		if !strings.Contains(last, phrase) {
			t.Errorf("no %q in\n%s", phrase, last)
		}
	}
	if len(n.Labels()) != 1 {
		t.Errorf("addresses %v", n.Labels())
	}
	p = n.start("-nlDP") // over what is left of the pid files
	p.until("Entering BACKUP STATE (init)")
	p.end(unix.SIGTERM)
}

// TestChildKilled: a VRRP process that is killed leaves its addresses, and the one
// that is started in its place takes them over.
func TestChildKilled(t *testing.T) {
	n := newNode(t)
	n.write("k.conf", config())
	p := n.start("-nlDP")
	p.until("gratuitous ARPs")
	first := n.vrrpPID(0)
	if err := unix.Kill(first, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	p.until(fmt.Sprintf("pid %d exited due to signal 9 (SIGKILL)", first))
	p.until(fmt.Sprintf("VRRP child process(%d) died: Respawning", first))
	p.until("Restart of VRRP process delayed 0 seconds")
	p.until("removing residual address 10.0.0.100/24")
	p.until("Entering BACKUP STATE (init)")
	p.until("gratuitous ARPs")
	second := n.vrrpPID(first)
	if err := unix.Kill(second, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	// No other process removes them for a second: the parent does.
	out := p.until("Restart of VRRP process delayed 1 seconds")
	out += p.until("removing residual address 10.0.0.100/24")
	if strings.Contains(out, "Starting VRRP child process") || len(n.Labels()) != 1 {
		t.Errorf("addresses %v after\n%s", n.Labels(), out)
	}
	p.until("Entering BACKUP STATE (init)")
	p.until("gratuitous ARPs")
	if len(n.Labels()) != 2 {
		t.Errorf("addresses %v", n.Labels())
	}
	if status, _ := p.end(unix.SIGTERM); status != 0 || len(n.Labels()) != 1 {
		t.Errorf("status %d, addresses %v", status, n.Labels())
	}
}

// TestBackground: without -n the command returns when the daemon is up, in a
// session of its own.
func TestBackground(t *testing.T) {
	n := newNode(t)
	n.write("k.conf", config())
	if status, out := n.run("-G", "-f", "k.conf", "-p", "k.pid"); status != 0 {
		t.Fatalf("status %d\n%s", status, out)
	}
	text, err := os.ReadFile(n.file("k.pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0) // gone already, if all went well
		unix.Close(fd)
	})
	if sid, err := unix.Getsid(pid); err != nil || sid != pid {
		t.Errorf("session %d of process %d, %v", sid, pid, err)
	}
	if cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid)); err != nil || cwd != "/" {
		t.Errorf("works in %s, %v", cwd, err)
	}
	if status, out := n.run("-G", "-f", "k.conf", "-p", "k.pid"); status != 1 {
		t.Errorf("second daemon: status %d\n%s", status, out)
	}
	if err := unix.PidfdSendSignal(fd, unix.SIGTERM, nil, 0); err != nil {
		t.Fatal(err)
	}
	for err = unix.EINTR; err == unix.EINTR; {
		_, err = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, -1)
	}
	if _, err := os.Stat(n.file("k.pid")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("pid file: %v", err)
	}
}

func TestUndone(t *testing.T) {
	n := newNode(t)
	n.write("k.conf", "global_defs {\nenable_dbus\nenable_traps\n}\n"+config()+
		"virtual_server 10.0.0.100 80 {\nlb_algo rr\nlb_kind DR\nprotocol TCP\nreal_server 10.0.0.7 80 {\n}\n}\nvirtual_server fwmark 7 {\nlb_algo rr\nlb_kind DR\nreal_server 10.0.0.7 {\n}\n}\n")
	p := n.start("-nl")
	text := p.until("Startup complete")
	for _, want := range []string{
		"k.conf:2:1: enable_dbus is accepted, but vipd will not yet ",
		"k.conf:3:1: enable_traps is accepted, but vipd will not yet ",
		"Starting VRRP child process, pid=",
		"Starting Healthcheck child process, pid=",
	} {
		if strings.Count(text, want) != 1 {
			t.Errorf("want once %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "lb_algo is accepted") {
		t.Errorf("what is acted on is not said to be:\n%s", text)
	}
	p.end(unix.SIGTERM)
	p = n.start("-nlP")
	if text := p.until("Startup complete"); strings.Contains(text, "virtual_server") || strings.Contains(text, "Healthcheck") {
		t.Errorf("-P tells of virtual servers:\n%s", text)
	}
	p.end(unix.SIGTERM)
	p = n.start("-nlC")
	if text := p.until("Startup complete"); strings.Contains(text, "VRRP child") || !strings.Contains(text, "Healthcheck") {
		t.Errorf("-C:\n%s", text)
	}
	if status, _ := p.end(unix.SIGTERM); status != 0 {
		t.Errorf("-C ends with %d", status)
	}
}
