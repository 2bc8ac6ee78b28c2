package kernel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRunPassesExitStatuses(t *testing.T) {
	tests := []struct {
		name    string
		args    []string
		status  int
		errSays string
	}{
		{"success", []string{"true"}, 0, ""},
		{"failure", []string{"sh", "-c", "exit 7"}, 7, ""},
		{"the largest", []string{"sh", "-c", "exit 255"}, 255, ""},
		{"a signal", []string{"sh", "-c", "kill -KILL $$"}, 128 + 9, ""},
		{"not found", []string{"no-such-command"}, 127, "no-such-command"},
		{"not found at a path", []string{"/no/such/command"}, 127, "/no/such/command"},
		{"not executable", []string{"/etc/passwd"}, 126, "/etc/passwd"},
	}
	onEach(t, func(t *testing.T, k Kernel) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				_, _, status, err := runText(t, k, Command{Args: tt.args})
				if status != tt.status {
					t.Errorf("status %d, want %d", status, tt.status)
				}
				if tt.errSays == "" && err != nil || tt.errSays != "" && (err == nil || !strings.Contains(err.Error(), tt.errSays)) {
					t.Errorf("error %v, want one with %q", err, tt.errSays)
				}
			})
		}
	})
}

func TestRunKeepsOutputApartAndWhole(t *testing.T) {
	const times = 2000
	forward, backward := allBytes()
	onEach(t, func(t *testing.T, k Kernel) {
		stdout, stderr, status, err := runText(t, k, Command{Self: true, Args: []string{helperFlag, "all-bytes", "2000"}})
		if err != nil || status != 0 {
			t.Fatalf("status %d, error %v, stderr %.200q", status, err, stderr)
		}
		if stdout != strings.Repeat(string(forward), times) {
			t.Errorf("stdout is not what was written: %d bytes", len(stdout))
		}
		if stderr != strings.Repeat(string(backward), times) {
			t.Errorf("stderr is not what was written: %d bytes", len(stderr))
		}
	})
}

func TestRunPassesInput(t *testing.T) {
	large := strings.Repeat("0123456789abcde\n", 1<<16) // more than any buffer on the way
	onEach(t, func(t *testing.T, k Kernel) {
		for name, input := range map[string]string{"empty": "", "small": "hello", "large": large} {
			t.Run(name, func(t *testing.T) {
				stdout, _, status, err := runText(t, k, Command{Args: []string{"cat"}, Stdin: strings.NewReader(input)})
				if err != nil || status != 0 || stdout != input {
					t.Errorf("status %d, error %v, %d of %d bytes came back", status, err, len(stdout), len(input))
				}
			})
		}
	})
}

func TestRunPassesInputThatComesLate(t *testing.T) {
	onEach(t, func(t *testing.T, k Kernel) {
		reader, writer, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer reader.Close()
		answers := make(chan string)
		var status int
		done := make(chan error)
		go func() {
			var err error
			status, err = k.Run(t.Context(), Command{Args: []string{"cat"}, Stdin: struct{ *os.File }{reader}, Deadline: -1,
				Stdout: &lineWriter{take: func(line string) { answers <- line }}})
			done <- err
		}()
		for _, line := range []string{"one", "two"} {
			if _, err := writer.WriteString(line + "\n"); err != nil {
				t.Fatal(err)
			}
			if got := <-answers; got != line {
				t.Errorf("got %q, want %q", got, line)
			}
		}
		writer.Close()
		if err := <-done; err != nil || status != 0 {
			t.Errorf("status %d, error %v", status, err)
		}
	})
}

func TestRunEndsThoughInputDoesNot(t *testing.T) {
	onEach(t, func(t *testing.T, k Kernel) {
		reader, writer, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer reader.Close()
		defer writer.Close()
		if _, _, status, err := runText(t, k, Command{Args: []string{"true"}, Stdin: struct{ *os.File }{reader}}); status != 0 || err != nil {
			t.Errorf("status %d, error %v", status, err)
		}
	})
}

func TestRunPassesSignals(t *testing.T) {
	onEach(t, func(t *testing.T, k Kernel) {
		for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGUSR1, syscall.SIGHUP} {
			t.Run(sig.String(), func(t *testing.T) {
				signals := make(chan os.Signal, 1)
				var said []string
				status, err := k.Run(t.Context(), Command{
					Self: true, Args: []string{helperFlag, "signal"}, Signals: signals, Deadline: -1, Stderr: os.Stderr,
					Stdout: &lineWriter{take: func(line string) {
						said = append(said, line)
						if line == "ready" {
							signals <- sig
						}
					}},
				})
				if diff := cmp.Diff([]string{"ready", sig.String()}, said); diff != "" || status != 0 || err != nil {
					t.Errorf("status %d, error %v, said (-want +got):\n%s", status, err, diff)
				}
			})
		}
	})
}

func TestRunEndsAtTheDeadline(t *testing.T) {
	onEach(t, func(t *testing.T, k Kernel) {
		var progress []string
		status, err := k.Run(t.Context(), Command{
			Self: true, Args: []string{helperFlag, "sleep", "1000h"}, Deadline: 300 * time.Millisecond,
			Progress: func(what string) { progress = append(progress, what) },
		})
		var deadline *DeadlineError
		if status != ExitDeadline || !errors.As(err, &deadline) || deadline.Limit != 300*time.Millisecond {
			t.Errorf("status %d, error %v", status, err)
		}
		if err == nil || !strings.Contains(err.Error(), "deadline of 300ms lab time passed while running") {
			t.Errorf("the error does not say what was running: %v", err)
		}
	})
}

func TestRunEndsWhatIgnoresTheDeadline(t *testing.T) {
	onEach(t, func(t *testing.T, k Kernel) {
		_, _, status, err := runText(t, k, Command{Args: []string{"sh", "-c", "trap '' TERM; while :; do sleep 1000; done"}, Deadline: 200 * time.Millisecond})
		if status != ExitDeadline || !errors.Is(err, ErrDeadline) {
			t.Errorf("status %d, error %v", status, err)
		}
	})
}

func TestRunLetsGoOfWhatTheCommandLeft(t *testing.T) {
	onEach(t, func(t *testing.T, k Kernel) {
		// The process left behind holds the command's output open.
		stdout, _, status, err := runText(t, k, Command{Args: []string{"sh", "-c", "setsid sleep 100000 & echo done"}})
		if stdout != "done\n" || status != 0 || err != nil {
			t.Errorf("stdout %q, status %d, error %v", stdout, status, err)
		}
	})
}

func TestRunPassesATerminalsSignalsToTheGroup(t *testing.T) {
	const script = `trap 'exit 5' INT
sh -c 'trap "echo child; exit 0" INT; echo ready; while :; do sleep 0.05; done'
exit 6`
	onEach(t, func(t *testing.T, k Kernel) {
		signals := make(chan os.Signal, 1)
		var said []string
		_, err := k.Run(t.Context(), Command{
			Args: []string{"sh", "-c", script}, Signals: signals, Deadline: -1,
			Stdout: &lineWriter{take: func(line string) {
				said = append(said, line)
				if line == "ready" {
					signals <- syscall.SIGINT
				}
			}},
		})
		if diff := cmp.Diff([]string{"ready", "child"}, said); diff != "" || err != nil {
			t.Errorf("error %v, said (-want +got):\n%s", err, diff)
		}
	})
}

func TestRunIsCancelled(t *testing.T) {
	onEach(t, func(t *testing.T, k Kernel) {
		for name, tt := range map[string]struct {
			script string
			want   []string
		}{
			"a command that ends":   {"trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done", []string{"ready", "bye"}},
			"a command that stays":  {"trap '' TERM; echo ready; while :; do sleep 1000; done", []string{"ready"}},
			"a command that stands": {"echo ready; kill -STOP $$", []string{"ready"}},
		} {
			t.Run(name, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var said []string
				_, err := k.Run(ctx, Command{Args: []string{"sh", "-c", tt.script}, Deadline: -1, Stdout: &lineWriter{take: func(line string) {
					said = append(said, line)
					cancel()
				}}})
				if diff := cmp.Diff(tt.want, said); diff != "" || !errors.Is(err, context.Canceled) {
					t.Errorf("error %v, said (-want +got):\n%s", err, diff)
				}
			})
		}
	})
}

func TestRunIsCancelledBeforeItBegins(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, k := range testKernels(t) {
		if _, err := k.Run(ctx, Command{Args: []string{"true"}}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v", k, err)
		}
	}
}

func TestRunTellsTheWorkWhereItIs(t *testing.T) {
	onEach(t, func(t *testing.T, k Kernel) {
		k.Release, k.Features = "some release", []Feature{FeatureIPVS}
		stdout, stderr, status, err := runText(t, k, Command{Self: true, Args: []string{helperFlag, "current"}})
		if status != 0 || err != nil {
			t.Fatalf("status %d, error %v, stderr %q", status, err, stderr)
		}
		var got Runner
		if err := json.Unmarshal([]byte(stdout), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(k, got.Kernel); diff != "" || got.Run == "" {
			t.Errorf("run %q, kernel (-want +got):\n%s", got.Run, diff)
		}
	})
}

func TestRunnersAreTheirOwnHosts(t *testing.T) {
	name := fmt.Sprintf("viplab-own-host-%d", os.Getpid())
	script := `id -u
cd /sys/class/net && ls -d */ && cat lo/operstate lo/carrier
ls /run
touch /run/` + name + ` /tmp/` + name + ` && echo writable
mount -t tmpfs none /mnt && echo may mount
test $(ls /proc | grep -c '^[0-9]') -lt 100 && echo own processes
hostname`
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	want := "0\nlo/\nunknown\n1\nviplab\nwritable\nmay mount\nown processes\n" + host + "\n"
	onEach(t, func(t *testing.T, k Kernel) {
		stdout, stderr, _, err := runText(t, k, Command{Args: []string{"sh", "-c", script}})
		if diff := cmp.Diff(want, stdout); diff != "" || err != nil {
			t.Errorf("error %v, stderr %q, stdout (-want +got):\n%s", err, stderr, diff)
		}
		for _, path := range []string{"/run/" + name, "/tmp/" + name} {
			if _, err := os.Lstat(path); err == nil {
				t.Errorf("%s is on the host", path)
			}
		}
	})
}

func TestRunnersHaveProgramsThatLieInRun(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root may write to /run")
	}
	dir, err := os.MkdirTemp("/run", "viplab-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	program := filepath.Join(dir, "program")
	if err := os.WriteFile(program, []byte("#!/bin/sh\npwd\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	onEach(t, func(t *testing.T, k Kernel) {
		stdout, stderr, status, err := runText(t, k, Command{Args: []string{program}, Dir: dir})
		if stdout != dir+"\n" || status != 0 || err != nil {
			t.Errorf("stdout %q, stderr %q, status %d, error %v", stdout, stderr, status, err)
		}
	})
}

func TestRunnersWriteThroughSharesOnly(t *testing.T) {
	onEach(t, func(t *testing.T, k Kernel) {
		dir := t.TempDir() // below /tmp, which is private
		shared, private := filepath.Join(dir, "shared"), filepath.Join(dir, "private")
		for _, path := range []string{shared, private} {
			if err := os.Mkdir(path, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(private, "seen"), []byte("the host's\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		stdout, stderr, _, err := runText(t, k, Command{
			Args:  []string{"sh", "-c", "cat private/seen; echo mine > private/seen; echo mine > private/new; echo result > shared/out; cat private/seen"},
			Dir:   dir,
			Share: []string{shared},
		})
		if stdout != "the host's\nmine\n" || err != nil {
			t.Errorf("stdout %q, stderr %q, error %v", stdout, stderr, err)
		}
		if diff := cmp.Diff([]string{filepath.Join(private, "seen")}, entries(t, private)); diff != "" {
			t.Errorf("private folder (-want +got):\n%s", diff)
		}
		for path, want := range map[string]string{filepath.Join(private, "seen"): "the host's\n", filepath.Join(shared, "out"): "result\n"} {
			if got, err := os.ReadFile(path); err != nil || string(got) != want {
				t.Errorf("%s: %q, error %v", path, got, err)
			}
		}
	})
}

func TestRunInAFolderThatIsNotThere(t *testing.T) {
	onEach(t, func(t *testing.T, k Kernel) {
		_, _, status, err := runText(t, k, Command{Args: []string{"true"}, Dir: "/no/such/folder"})
		if status == 0 || err == nil || !strings.Contains(err.Error(), "true") {
			t.Errorf("status %d, error %v", status, err)
		}
	})
}

func TestRunDiscardsWhatNobodyWants(t *testing.T) {
	onEach(t, func(t *testing.T, k Kernel) {
		if status, err := k.Run(t.Context(), Command{Args: []string{"sh", "-c", "echo out; echo err >&2"}}); status != 0 || err != nil {
			t.Errorf("status %d, error %v", status, err)
		}
		failing := writerFunc(func([]byte) (int, error) { return 0, errors.New("disk full") })
		if k.Backend == BackendUML { // on the host, os/exec writes it
			if _, err := k.Run(t.Context(), Command{Args: []string{"echo", "out"}, Stdout: failing}); err == nil || !strings.Contains(err.Error(), "disk full") {
				t.Errorf("a writer that fails: error %v", err)
			}
		}
	})
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestRunOnNoKernel(t *testing.T) {
	tests := []struct {
		name string
		k    Kernel
		is   error
		says string
	}{
		{"no backend", Kernel{}, nil, "no such backend"},
		{"no guest kernel", Kernel{Backend: BackendUML, Clock: ClockIdeal}, ErrEnvironment, mendBuild},
		{"a clock that the host has not", Kernel{Backend: BackendHost, Clock: ClockIdeal}, ErrEnvironment, "real clock only"},
		{"a guest kernel that is none", Kernel{Backend: BackendUML, Clock: ClockIdeal, Path: "/bin/false"}, nil, "exit status 1"},
		{"a guest kernel that is not there", Kernel{Backend: BackendUML, Clock: ClockIdeal, Path: "/no/such/kernel"}, nil, "no such file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.k.Path != "" {
				needGuest(t) // for a machine that could run one
			}
			_, err := tt.k.Run(t.Context(), Command{Args: []string{"true"}})
			if err == nil || !strings.Contains(err.Error(), tt.says) || tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("error %v, want one with %q", err, tt.says)
			}
		})
	}
}

func TestRunShowsTheGuestsLastWords(t *testing.T) {
	k := needGuest(t)
	_, _, status, err := runText(t, k, Command{Args: []string{"sh", "-c", "echo c > /proc/sysrq-trigger"}})
	if status != exitRunnerFailed || err == nil || !strings.Contains(err.Error(), "Kernel panic - not syncing: sysrq triggered crash") {
		t.Errorf("status %d, error %v", status, err)
	}
}

func TestWatchdogEndsABusyLoopOnTheIdealClock(t *testing.T) {
	k := needGuest(t)
	// Long enough for a guest to start on a machine that is busy with other things.
	const watchdog = 5 * time.Second
	var progress []string
	status, err := k.Run(t.Context(), Command{
		Self: true, Args: []string{helperFlag, "busy", "counting", "sheep"}, Watchdog: watchdog,
		Progress: func(what string) { progress = append(progress, what) },
	})
	var stuck *StuckError
	if !errors.As(err, &stuck) || status != ExitDeadline {
		t.Fatalf("status %d, error %v", status, err)
	}
	if diff := cmp.Diff(StuckError{Watchdog: watchdog, What: "counting sheep", Kernel: k}, *stuck); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"counting sheep"}, progress); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
}

func TestBusyLoopEndsAtTheDeadlineOnOtherClocks(t *testing.T) {
	for _, k := range testKernels(t) {
		if k.Clock == ClockIdeal {
			continue
		}
		t.Run(k.String(), func(t *testing.T) {
			status, err := k.Run(t.Context(), Command{
				Self: true, Args: []string{helperFlag, "busy", "counting", "sheep"}, Watchdog: time.Minute, Deadline: 2 * time.Second,
			})
			if status != ExitDeadline || err == nil || err.Error() != "deadline of 2s lab time passed while counting sheep" {
				t.Errorf("status %d, error %v", status, err)
			}
		})
	}
}

func TestWaitingIsFreeAndExact(t *testing.T) {
	k := needGuest(t)
	for clock, tolerance := range map[Clock]time.Duration{ClockIdeal: 10 * time.Microsecond, ClockVirtual: time.Millisecond} {
		t.Run(string(clock), func(t *testing.T) {
			k := k
			k.Clock = clock
			stdout, stderr, status, err := runText(t, k, Command{Self: true, Args: []string{helperFlag, "calibrate"}})
			if status != 0 || err != nil {
				t.Fatalf("status %d, error %v, stderr %q", status, err, stderr)
			}
			var c Calibration
			if err := json.Unmarshal([]byte(stdout), &c); err != nil {
				t.Fatal(err)
			}
			if c.Waits != calibrationWaits || c.Max < c.Median || c.Median > tolerance {
				t.Errorf("calibration is %+v, want a median below %s", c, tolerance)
			}
			if clock == ClockIdeal && c.Max > tolerance {
				t.Errorf("the largest lateness is %s, want at most %s", c.Max, tolerance)
			}
		})
	}
}

func TestProbeFindsWhatIsThere(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", cacheWithKernel(t))
	for round := range 2 { // the second one remembers
		status, err := Probe(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range status.Kernels {
			if c.Usable == (c.Why != "") {
				t.Errorf("round %d: %s: usable %t, why %q", round, c.Name, c.Usable, c.Why)
			}
			if c.Usable && (c.Release == "" || len(c.lacks(FeatureVeth, FeatureBridge, FeatureOverlay)) > 0) {
				t.Errorf("round %d: %+v", round, c)
			}
			if c.Name == "built" && c.Usable {
				if diff := cmp.Diff(Features(), c.Features); diff != "" {
					t.Errorf("round %d: the built kernel's features (-want +got):\n%s", round, diff)
				}
			}
		}
	}
}

// cacheWithKernel is a cache folder with the built kernel and no memory of it.
func cacheWithKernel(t *testing.T) string {
	t.Helper()
	cache := t.TempDir()
	k, ok := builtKernel(t)
	if !ok {
		return cache
	}
	place := filepath.Join(cache, "viplab", "kernels", "test")
	if err := os.MkdirAll(place, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, from := range map[string]string{"linux": k.Path, "build.json": filepath.Join(filepath.Dir(k.Path), "build.json")} {
		if err := copyFile(filepath.Join(place, name), from, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return cache
}

func TestPackagedKernelRuns(t *testing.T) {
	needGuest(t)
	c := packagedCandidate()
	if c.Why != "" {
		t.Skip(c.Why)
	}
	k, err := c.Kernel(ClockReal).Try(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []Feature{FeatureIPVS, FeatureNetem, FeatureMacvlan, FeatureVLAN, FeatureOverlay} {
		if !k.Has(f) {
			t.Errorf("it has no %s", f)
		}
	}
	stdout, _, status, err := runText(t, k, Command{Args: []string{"uname", "-r"}})
	if stdout != k.Release+"\n" || status != 0 || err != nil {
		t.Errorf("stdout %q, want %q; status %d, error %v", stdout, k.Release, status, err)
	}
}
