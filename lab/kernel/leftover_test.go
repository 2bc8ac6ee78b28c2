package kernel

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// killedCalls is how many callers are killed on each kernel.
const killedCalls = 10

func TestNothingIsLeftOfAKilledCaller(t *testing.T) {
	onEach(t, func(t *testing.T, k Kernel) {
		random := rand.New(rand.NewPCG(1, 2))
		for range killedCalls {
			// From before the warden is there to well into the command.
			moment := time.Duration(random.Int64N(int64(500 * time.Millisecond)))
			if k.Backend == BackendHost {
				moment /= 20
			}
			t.Run(moment.Round(time.Millisecond).String(), func(t *testing.T) {
				c := startCaller(t, k, nil, "sh", "-c", "setsid sleep 100001 & sleep 100002")
				c.untilLine("calling")
				time.Sleep(moment) // the moment is what is tested, nothing waits for it
				c.kill(unix.SIGKILL)
				c.untilNothingIsLeft()
			})
		}
	})
}

func TestNothingIsLeftOfAKilledGroup(t *testing.T) {
	onEach(t, func(t *testing.T, k Kernel) {
		c := startCaller(t, k, nil, "sh", "-c", "echo up; setsid sleep 100001 & sleep 100002")
		c.untilLine("up")
		if err := unix.Kill(-c.cmd.Process.Pid, unix.SIGKILL); err != nil {
			t.Fatal(err)
		}
		c.untilNothingIsLeft()
	})
}

func TestNothingIsLeftOfAKilledWarden(t *testing.T) {
	k := needGuest(t)
	c := startCaller(t, k, nil, "sh", "-c", "echo up; sleep 100002")
	c.untilLine("up")
	c.killWarden()
	c.untilLine("status 125") // the caller does the warden's work
	c.wait()
	c.untilNothingIsLeft()
}

func TestNothingRunsWhenCallerAndWardenAreKilled(t *testing.T) {
	k := needGuest(t)
	c := startCaller(t, k, nil, "sh", "-c", "echo up; sleep 100002")
	c.untilLine("up")
	if err := c.cmd.Process.Signal(unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	c.killWarden()
	c.kill(unix.SIGKILL)
	for len(c.processes()) > 0 {
		if t.Context().Err() != nil {
			t.Fatalf("left: processes %v", c.processes())
		}
		time.Sleep(5 * time.Millisecond) // the interval of looking
	}
	// The folder stays until the next warden comes by.
	next := launchCaller(t, "/proc/self/exe", k, nil, []string{"TMPDIR=" + c.dir}, []string{"true"})
	next.untilLine("status 0")
	next.wait()
	c.untilNothingIsLeft()
}

func TestNothingIsLeftOfARunnerThatStandsStill(t *testing.T) {
	c := startCaller(t, Kernel{Backend: BackendHost, Clock: ClockReal}, nil, "sh", "-c", "echo up; sleep 100002")
	c.untilLine("up")
	for _, pid := range c.processes() {
		if strings.HasPrefix(cmdline(pid), "viplab-init") {
			if err := unix.Kill(pid, unix.SIGSTOP); err != nil {
				t.Fatal(err)
			}
		}
	}
	c.kill(unix.SIGKILL)
	c.untilNothingIsLeft()
}

func TestNothingIsLeftOfARun(t *testing.T) {
	onEach(t, func(t *testing.T, k Kernel) {
		c := startCaller(t, k, nil, "sh", "-c", "setsid sleep 100001 & exit 3")
		c.untilLine("status 3")
		c.wait()
		if left := c.processes(); len(left) > 0 {
			t.Errorf("processes %v are left", left)
		}
		c.untilNothingIsLeft()
	})
}

func TestRunnersServeAnOrdinaryUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can become somebody else")
	}
	const nobody = 65534
	for _, k := range testKernels(t) {
		t.Run(fmt.Sprintf("%s-%s", k.Backend, k.Clock), func(t *testing.T) {
			if k.Backend == BackendUML {
				path := filepath.Join(openDir(t), "linux")
				if err := copyFile(path, k.Path, 0o755); err != nil {
					t.Fatal(err)
				}
				k.Path = path
			}
			c := startCallerAs(t, k, &syscall.Credential{Uid: nobody, Gid: nobody}, "sh", "-c", "id -u; ip link add v0 type veth && echo admin; touch /etc/x 2>/dev/null; true")
			for _, want := range []string{"0", "admin", "status 0"} {
				c.untilLine(want)
			}
			c.wait()
			c.untilNothingIsLeft()
			if _, err := os.Lstat("/etc/x"); err == nil {
				t.Error("/etc/x is on the host")
			}
			killed := startCallerAs(t, k, c.cmd.SysProcAttr.Credential, "sh", "-c", "echo up; setsid sleep 100001 & sleep 100002")
			killed.untilLine("up")
			killed.kill(unix.SIGKILL)
			killed.untilNothingIsLeft()
		})
	}
}

// caller is a process that calls Run.
type caller struct {
	t      *testing.T
	cmd    *exec.Cmd
	dir    string // its TMPDIR, by which its processes are known
	lines  *bufio.Scanner
	ended  bool
	mounts int
}

func startCaller(t *testing.T, k Kernel, env []string, args ...string) *caller {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return launchCaller(t, self, k, nil, env, args)
}

// startCallerAs starts a caller for another user, who needs a copy of this
// executable that he may run.
func startCallerAs(t *testing.T, k Kernel, who *syscall.Credential, args ...string) *caller {
	t.Helper()
	path := filepath.Join(openDir(t), "test")
	if err := copyFile(path, "/proc/self/exe", 0o755); err != nil {
		t.Fatal(err)
	}
	return launchCaller(t, path, k, who, nil, args)
}

func launchCaller(t *testing.T, self string, k Kernel, who *syscall.Credential, env, args []string) *caller {
	t.Helper()
	dir := openDir(t)
	output, theirs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close()
	c := &caller{t: t, dir: dir, lines: bufio.NewScanner(output), mounts: mounts(t)}
	c.cmd = exec.Command(self, append([]string{helperFlag, "call", string(k.Backend), string(k.Clock), k.Path}, args...)...)
	c.cmd.Dir = "/"
	c.cmd.Env = append(append(os.Environ(), "TMPDIR="+dir), env...)
	c.cmd.Stdout, c.cmd.Stderr = theirs, os.Stderr
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: who}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.kill(unix.SIGKILL)
		output.Close()
	})
	return c
}

// openDir is a temporary folder that every user may write to.
func openDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, path := range []string{filepath.Dir(dir), dir} {
		if err := os.Chmod(path, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// untilLine waits until the caller prints a line.
func (c *caller) untilLine(want string) {
	c.t.Helper()
	for c.lines.Scan() {
		if c.lines.Text() == want {
			return
		}
	}
	c.t.Fatalf("the caller ended without the line %q", want)
}

// killWarden kills the caller's warden.
func (c *caller) killWarden() {
	c.t.Helper()
	for _, pid := range c.processes() {
		if strings.HasPrefix(cmdline(pid), "lab-warden") {
			if err := unix.Kill(pid, unix.SIGKILL); err != nil {
				c.t.Fatal(err)
			}
			return
		}
	}
	c.t.Fatal("there is no warden")
}

func (c *caller) kill(sig syscall.Signal) {
	if !c.ended {
		_ = c.cmd.Process.Signal(sig) // it may have ended
		c.wait()
	}
}

func (c *caller) wait() {
	if !c.ended {
		c.ended = true
		_ = c.cmd.Wait() // how it ended is what the tests are about
	}
}

// untilNothingIsLeft waits until no process, file or mount of the caller is left,
// and says how long that took. A test that never ends here is one that failed.
func (c *caller) untilNothingIsLeft() {
	c.t.Helper()
	start := time.Now()
	for len(c.processes()) > 0 || len(entries(c.t, c.dir)) > 0 || mounts(c.t) > c.mounts {
		if c.t.Context().Err() != nil {
			c.t.Fatalf("left: processes %v, files %v", c.processes(), entries(c.t, c.dir))
		}
		time.Sleep(5 * time.Millisecond) // the interval of looking
	}
	c.t.Logf("nothing left after %s", time.Since(start).Round(time.Millisecond))
}

// processes finds what belongs to the caller: its TMPDIR is in the command line
// of its guest kernels and in the environment of all else.
func (c *caller) processes() []int {
	var found []int
	for _, path := range entries(c.t, "/proc") {
		var pid int
		if _, err := fmt.Sscan(filepath.Base(path), &pid); err != nil || pid == os.Getpid() {
			continue
		}
		environ, _ := os.ReadFile(path + "/environ") // it may have ended
		if bytes.Contains(environ, []byte(c.dir)) || strings.Contains(cmdline(pid), c.dir) {
			found = append(found, pid)
		}
	}
	return found
}

func cmdline(pid int) string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)) // it may have ended
	return strings.ReplaceAll(string(text), "\x00", " ")
}

// mounts counts the mounts that this process sees.
func mounts(t *testing.T) int {
	t.Helper()
	file, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(text, []byte("\n"))
}
