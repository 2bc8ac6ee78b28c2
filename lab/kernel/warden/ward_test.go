package warden

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) {
	Main()
	goleak.VerifyTestMain(m)
}

// testWard is a ward below a temporary folder, whose programs' output is read.
type testWard struct {
	*Ward
	base   string
	output *os.File
}

func newTestWard(t *testing.T) *testWard {
	t.Helper()
	output, programs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer programs.Close()
	base := t.TempDir()
	w, err := New(Options{Base: base, Output: programs})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { output.Close() })
	return &testWard{w, base, output}
}

func sh(script string) Order {
	return Order{Path: "/bin/sh", Args: []string{"sh", "-c", script}, Env: []string{"PATH=/usr/bin:/bin"}}
}

func TestWardRunsOneProgramAfterTheOther(t *testing.T) {
	w := newTestWard(t)
	tests := []struct {
		name  string
		order Order
		want  Exited
		err   string
	}{
		{"success", sh("pwd > where"), Exited{Status: 0, Text: "exit status 0"}, ""},
		{"failure", sh("exit 3"), Exited{Status: 3, Text: "exit status 3"}, ""},
		{"a signal", sh("kill -KILL $$"), Exited{Status: -1, Text: "signal: killed"}, ""},
		{"not there", Order{Path: "/no/such/program"}, Exited{}, "no such file"},
		{"after one that did not start", sh("cat where"), Exited{Status: 0, Text: "exit status 0"}, ""},
		{"on one CPU", Order{Path: "/bin/true", Args: []string{"true"}, OneCPU: true}, Exited{Status: 0, Text: "exit status 0"}, ""},
		{"elsewhere", Order{Path: "/bin/pwd", Args: []string{"pwd"}, Dir: "/usr"}, Exited{Status: 0, Text: "exit status 0"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := w.Start(tt.order); err != nil {
				t.Fatal(err)
			}
			got, err := w.Wait()
			if got != tt.want || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("got %+v, error %v", got, err)
			}
		})
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	said, err := io.ReadAll(w.output)
	if want := w.Dir + "\n/usr\n"; string(said) != want || err != nil {
		t.Errorf("the programs said %q, want %q, error %v", said, want, err)
	}
	if _, err := os.Stat(w.Dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the ward's folder is left: %v", err)
	}
}

func TestWardEndsWhatItsProgramsLeave(t *testing.T) {
	// Three processes: one that lost its parent, is in a session of its own and
	// ignores what it can, a child, and the program itself, which prints the numbers.
	const script = `(setsid sh -c 'trap "" TERM HUP; echo $$ > one; while :; do sleep 1000; done' &)
sh -c 'echo $$ > two; exec sleep 1000' &
until test -s one && test -s two; do sleep 0.01; done
cat one two
echo $$`
	tests := []struct {
		name string
		wait string
		end  func(*testWard) error
	}{
		{"when the program ends", "", func(w *testWard) error {
			if _, err := w.Wait(); err != nil {
				return err
			}
			return w.Close()
		}},
		{"when the owner lets go", "; sleep 1000", func(w *testWard) error { return w.Close() }},
		{"when the warden is killed", "; sleep 1000", func(w *testWard) error {
			if err := w.cmd.Process.Kill(); err != nil {
				return err
			}
			if err := w.Close(); err == nil {
				return errors.New("nothing is said of the killed warden")
			}
			return nil
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newTestWard(t)
			if err := w.Start(sh(script + tt.wait)); err != nil {
				t.Fatal(err)
			}
			var pids []int
			lines := bufio.NewScanner(w.output)
			for len(pids) < 3 && lines.Scan() {
				var pid int
				if _, err := fmt.Sscan(lines.Text(), &pid); err != nil {
					t.Fatal(err)
				}
				pids = append(pids, pid)
			}
			if err := tt.end(w); err != nil {
				t.Error(err)
			}
			for _, pid := range pids {
				untilGone(t, pid)
			}
			if left, err := filepath.Glob(w.base + "/*"); len(left) > 0 || err != nil {
				t.Errorf("left: %q, error %v", left, err)
			}
		})
	}
}

// untilGone waits until a process is gone or a zombie: one whose warden was killed
// is collected by init, whenever that likes.
func untilGone(t *testing.T, pid int) {
	t.Helper()
	for {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if fields := statFields(stat); err != nil || len(fields) > 0 && fields[statState] == "Z" {
			return
		}
		if t.Context().Err() != nil {
			t.Fatalf("process %d is left", pid)
		}
		time.Sleep(time.Millisecond) // the interval of looking
	}
}

func TestReleaseEndsAWait(t *testing.T) {
	w := newTestWard(t)
	if err := w.Start(sh("sleep 1000")); err != nil {
		t.Fatal(err)
	}
	waited := make(chan error)
	go func() {
		_, err := w.Wait()
		waited <- err
	}()
	w.Release()
	w.Release()
	if err := <-waited; !errors.Is(err, ErrReleased) {
		t.Errorf("error %v", err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
}

func TestWardNeedsAFolder(t *testing.T) {
	_, err := New(Options{Base: "/no/such/folder", Output: os.Stderr})
	if err == nil || !strings.Contains(err.Error(), "temporary folder") {
		t.Errorf("error %v", err)
	}
}

func TestStaleFoldersAreRemoved(t *testing.T) {
	base := t.TempDir()
	alive, err := makeTemp(base)
	if err != nil {
		t.Fatal(err)
	}
	stale, err := makeTemp(base)
	if err != nil {
		t.Fatal(err)
	}
	stale.lock.Close() // as the end of its maker does
	other := filepath.Join(base, "other")
	if err := os.Mkdir(other, 0o755); err != nil {
		t.Fatal(err)
	}
	removeStale(base)
	want := []string{other, alive.path}
	left, err := filepath.Glob(base + "/*")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, left); diff != "" {
		t.Errorf("folders (-want +left):\n%s", diff)
	}
	if err := alive.remove(); err != nil {
		t.Error(err)
	}
	removeStale("/no/such/folder")
}

func TestStatFields(t *testing.T) {
	tests := []struct {
		name, stat, parent string
	}{
		{"plain", "12 (sh) S 7 12 12", "7"},
		{"a name like the rest", "12 (a) S 1 (b) R 9 12", "9"},
		{"spaces and lines", "12 (a b\nc) S 8 1", "8"},
	}
	for _, tt := range tests {
		if got := statFields([]byte(tt.stat)); len(got) < 2 || got[statParent] != tt.parent {
			t.Errorf("%s: got %q", tt.name, got)
		}
	}
	if got := statFields([]byte("12 sh S 7")); got != nil {
		t.Errorf("no name: got %q", got)
	}
}

func FuzzStatFields(f *testing.F) {
	f.Add([]byte("12 (sh) S 7 12 12"))
	f.Add([]byte(")"))
	f.Fuzz(func(t *testing.T, stat []byte) {
		for _, field := range statFields(stat) {
			if strings.ContainsAny(field, " \n") || field == "" {
				t.Errorf("field %q of %q", field, stat)
			}
		}
	})
}

func TestDescendants(t *testing.T) {
	parent := map[int]int{2: 1, 3: 2, 4: 2, 5: 4, 6: 1, 7: 6}
	got := descendants(2, parent)
	slices.Sort(got)
	if diff := cmp.Diff([]int{3, 4, 5}, got); diff != "" {
		t.Errorf("descendants (-want +got):\n%s", diff)
	}
	if got := descendants(9, parent); len(got) != 0 {
		t.Errorf("of a stranger: %v", got)
	}
}

func TestParentsKnowThisProcess(t *testing.T) {
	if got := parents()[os.Getpid()]; got != os.Getppid() {
		t.Errorf("parent %d, want %d", got, os.Getppid())
	}
}

func TestHasEntry(t *testing.T) {
	environ := []byte("A=1\x00VIPLAB_WARD_ID=ab\x00B=VIPLAB_WARD_ID=cd\x00")
	for entry, want := range map[string]bool{"VIPLAB_WARD_ID=ab": true, "A=1": true, "VIPLAB_WARD_ID=a": false, "VIPLAB_WARD_ID=cd": false} {
		if got := hasEntry(environ, entry); got != want {
			t.Errorf("%s: got %t", entry, got)
		}
	}
}

func TestProgramsStayOnOneCPU(t *testing.T) {
	if len(allowedCPUs()) < 2 {
		t.Skip("there is one CPU only")
	}
	if _, err := exec.LookPath("nproc"); err != nil {
		t.Skip(err)
	}
	w := newTestWard(t)
	order := sh("nproc; sh -c nproc")
	order.OneCPU = true
	if err := w.Start(order); err != nil {
		t.Fatal(err)
	}
	if exited, err := w.Wait(); exited.Status != 0 || err != nil {
		t.Fatalf("%+v, error %v", exited, err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if said, err := io.ReadAll(w.output); string(said) != "1\n1\n" || err != nil {
		t.Errorf("nproc said %q, error %v", said, err)
	}
}

func TestMove(t *testing.T) {
	cpus := allowedCPUs()
	if len(cpus) < 2 {
		t.Skip("there is one CPU only")
	}
	cmd := exec.Command("sh", "-c", "sleep 1000 & echo $!; wait")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var child int
	if _, err := fmt.Fscan(out, &child); err != nil {
		t.Fatal(err)
	}
	for _, cpu := range cpus[:2] {
		move(cmd.Process.Pid, cpu)
		for _, pid := range []int{cmd.Process.Pid, child} {
			var set unix.CPUSet
			if err := unix.SchedGetaffinity(pid, &set); err != nil || set.Count() != 1 || !set.IsSet(cpu) {
				t.Errorf("process %d is not on CPU %d alone, error %v", pid, cpu, err)
			}
		}
	}
	for _, pid := range []int{child, cmd.Process.Pid} {
		if err := unix.Kill(pid, unix.SIGKILL); err != nil {
			t.Error(err)
		}
	}
	_ = cmd.Wait() // it was killed
}

func TestNextCPU(t *testing.T) {
	const s = time.Second
	start := time.Unix(0, 0)
	before := glance{at: start, known: true, idle: map[int]time.Duration{0: 0, 1: 5 * s, 2: 0}}
	after := func(waited time.Duration, idle ...time.Duration) glance {
		g := glance{at: start.Add(10 * s), known: true, waited: waited, idle: map[int]time.Duration{}}
		for cpu, d := range idle {
			g.idle[cpu] = before.idle[cpu] + d
		}
		return g
	}
	tests := []struct {
		name string
		now  glance
		want int
	}{
		{"it did not wait", after(0, 0, 9*s, 10*s), 0},
		{"it waited a little", after(2*s, 0, 9*s, 10*s), 0},
		{"it waited, another is idle", after(3*s, 0, 9*s, 0), 1},
		{"it waited, the idlest is best", after(3*s, 0, 9*s, 10*s), 2},
		{"it waited, all are busy", after(9*s, 0, 5*s, s), 0},
		{"its own idle time does not count", after(3*s, 10*s, 0, 0), 0},
		{"the kernel does not say", glance{at: start.Add(10 * s)}, 0},
	}
	for _, tt := range tests {
		if got := nextCPU(0, []int{0, 1, 2}, before, tt.now); got != tt.want {
			t.Errorf("%s: CPU %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestQuietest(t *testing.T) {
	if got := quietest([]int{3, 5, 7}, map[int]int{3: 2, 5: 1, 7: 1, 9: 0}); got != 5 {
		t.Errorf("CPU %d, want 5", got)
	}
}

func TestParseCounters(t *testing.T) {
	idle := parseIdle([]byte("cpu  1 2 3 400 5\ncpu0 1 2 3 150 5\ncpu12 1 2 3 250 5\nintr 1 2 3 4 5\ncpux 1 2 3 4 5\ncpu3 1\n"))
	if diff := cmp.Diff(map[int]time.Duration{0: 1500 * time.Millisecond, 12: 2500 * time.Millisecond}, idle); diff != "" {
		t.Errorf("idle (-want +got):\n%s", diff)
	}
	if got, ok := parseWaited([]byte("100 2000 3\n")); got != 2*time.Microsecond || !ok {
		t.Errorf("waited %s, %t", got, ok)
	}
	for _, text := range []string{"", "0 0", "a b c"} {
		if _, ok := parseWaited([]byte(text)); ok {
			t.Errorf("%q was understood", text)
		}
	}
}

func TestLookSeesThisProcess(t *testing.T) {
	g := look(os.Getpid())
	if len(g.idle) == 0 {
		t.Error("no CPU has an idle time")
	}
	if got := look(-1); got.known {
		t.Error("it knows a process that is not there")
	}
}
