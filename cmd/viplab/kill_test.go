package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/procfs"
	"github.com/vishvananda/netlink"

	"github.com/viplab/viplab/lab/kernel"
)

// goneWithin is how long after viplab's end something of it may still be seen.
const goneWithin = 2 * time.Second

// TestKilledViplabLeavesNothing kills viplab with SIGKILL at ten random moments of
// a run, from its first milliseconds on, and looks for what is left: processes,
// mounts, links, temporary files.
func TestKilledViplabLeavesNothing(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for i := range 10 {
		backend := []kernel.Backend{kernel.BackendUML, kernel.BackendHost}[i%2]
		delay := time.Duration(random.Int64N(int64(1500 * time.Millisecond)))
		t.Run(fmt.Sprintf("%s after %s", backend, delay.Round(time.Millisecond)), func(t *testing.T) {
			killOnce(t, backend, delay)
		})
	}
}

func killOnce(t *testing.T, backend kernel.Backend, delay time.Duration) {
	if _, _, err := kernel.Choose(t.Context(), backend, kernel.ClockAuto); err != nil {
		t.Skip(err)
	}
	before := observe(t)
	mark := fmt.Sprintf("VIPLAB_TEST_MARK=%d-%d", os.Getpid(), time.Now().UnixNano())
	temp := t.TempDir()
	cmd := exec.Command("/proc/self/exe", "run", "--daemon", "keepalived", "--kernel", string(backend),
		"--out", filepath.Join(t.TempDir(), "out"), "master-backup")
	cmd.Env = append(os.Environ(), asViplab+"=1", mark, "TMPDIR="+temp)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	runs := make(map[string]bool)
	for end := time.Now().Add(delay); time.Now().Before(end); {
		noteRuns(t, mark, runs)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	killed := time.Now()
	_ = cmd.Wait() // killed, or ended before: both are fine
	for {
		left := remains(t, mark, runs, temp, before)
		if len(left) == 0 {
			t.Logf("nothing is left %s after the kill (runs seen: %d)", time.Since(killed).Round(time.Millisecond), len(runs))
			return
		}
		if time.Since(killed) > goneWithin {
			t.Fatalf("left behind: %s\noutput:\n%s", strings.Join(left, "\n"), out.String())
		}
	}
}

// state is what a run could leave on the system besides processes and files.
type state struct{ mounts, links int }

func observe(t *testing.T) state {
	t.Helper()
	mounts, err := procfs.GetMounts()
	if err != nil {
		t.Fatal(err)
	}
	links, err := netlink.LinkList()
	if err != nil {
		t.Fatal(err)
	}
	return state{len(mounts), len(links)}
}

// noteRuns collects the IDs of the runs that processes with our mark belong to:
// processes on nodes have an environment of their own, but carry the ID.
func noteRuns(t *testing.T, mark string, runs map[string]bool) {
	t.Helper()
	eachEnvironment(t, func(_ int, env []string) {
		if !slices.Contains(env, mark) {
			return
		}
		for _, e := range env {
			if strings.HasPrefix(e, "VIPLAB_RUN_ID=") {
				runs[e] = true
			}
		}
	})
}

// remains says what is left of a run.
func remains(t *testing.T, mark string, runs map[string]bool, temp string, before state) []string {
	t.Helper()
	var left []string
	eachEnvironment(t, func(pid int, env []string) {
		ours := slices.Contains(env, mark)
		for run := range runs {
			ours = ours || slices.Contains(env, run)
		}
		if ours {
			line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
			left = append(left, fmt.Sprintf("process %d: %q", pid, line))
		}
	})
	files, err := os.ReadDir(temp)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		left = append(left, "file "+filepath.Join(temp, f.Name()))
	}
	if now := observe(t); now.mounts > before.mounts || now.links > before.links {
		left = append(left, fmt.Sprintf("mounts and links: %+v, before: %+v", now, before))
	}
	return left
}

// eachEnvironment calls f with the environment of every process that can be seen.
func eachEnvironment(t *testing.T, f func(pid int, env []string)) {
	t.Helper()
	procs, err := procfs.AllProcs()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range procs {
		if env, err := p.Environ(); err == nil && p.PID != os.Getpid() {
			f(p.PID, env)
		}
	}
}
