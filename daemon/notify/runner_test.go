package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// newRunner returns a Runner that the test's end closes.
func newRunner(t *testing.T, change ...func(*Options)) (*Runner, *record) {
	log := newRecord(t)
	o := Options{Log: log, Launcher: true}
	for _, f := range change {
		f(&o)
	}
	r := NewRunner(o)
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := r.Close(ctx); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("log:\n%v", log)
		}
	})
	return r, log
}

// both runs a test with the launcher and without it.
func both(t *testing.T, test func(t *testing.T, way func(*Options))) {
	for _, launcher := range []bool{true, false} {
		t.Run(fmt.Sprintf("launcher %v", launcher), func(t *testing.T) {
			test(t, func(o *Options) { o.Launcher = launcher })
		})
	}
}

// shell is a command that a shell runs, as the test's own user.
func shell(text string) Command {
	return Command{Label: "(V) test", Source: "V", Args: []string{"/bin/sh", "-c", text}, Account: Own()}
}

// script writes a script and returns its path.
func script(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "script")
	// Written under another name: a file that some fork of another test still has
	// open for writing cannot be run.
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := exec.Command("cp", path+".new", path).Run(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

// eventually waits until ok. It ends with the test binary's own time-out.
func eventually(ok func() bool) {
	for !ok() {
		time.Sleep(time.Millisecond)
	}
}

// content waits until the file has some and returns it.
func content(path string) string {
	var text []byte
	eventually(func() bool {
		text, _ = os.ReadFile(path)
		return len(text) > 0 && text[len(text)-1] == '\n'
	})
	return strings.TrimSpace(string(text))
}

// runs reports whether a process runs: zombies of others do not.
func runs(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, state, _ := strings.Cut(string(text), ") ")
	return !strings.HasPrefix(state, "Z") && !strings.HasPrefix(state, "X")
}

func number32(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRun(t *testing.T) { both(t, testRun) }

func testRun(t *testing.T, way func(*Options)) {
	r, log := newRunner(t, way)
	folder := t.TempDir()
	rows := []struct {
		name   string
		args   []string
		status Status
		err    error
	}{
		{"success", []string{"/bin/sh", "-c", "exit 0"}, Status{}, nil},
		{"failure", []string{"/bin/sh", "-c", "exit 253"}, Status{Code: 253}, nil},
		{"in PATH", []string{"true"}, Status{}, nil},
		{"signal", []string{"/bin/sh", "-c", "kill -KILL $$"}, Status{Code: -1, Signal: syscall.SIGKILL}, nil},
		{"missing", []string{folder + "/nothing"}, Status{Code: -1}, os.ErrNotExist},
		{"missing in PATH", []string{"no-such-program"}, Status{Code: -1}, exec.ErrNotFound},
		{"a folder", []string{folder}, Status{Code: -1}, os.ErrPermission},
		{"not executable", []string{script(t, "#!/bin/sh\n", 0o644)}, Status{Code: -1}, os.ErrPermission},
		{"no interpreter", []string{script(t, "true\n", 0o755)}, Status{Code: -1}, unix.ENOEXEC},
		{"interpreter missing", []string{script(t, "#!/no/such/shell\n", 0o755)}, Status{Code: -1}, os.ErrNotExist},
		{"nothing", nil, Status{Code: -1}, errNoCommand},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			c := Command{Label: row.name, Args: row.args, Account: Own()}
			status, err := r.Run(t.Context(), c, 0)
			if status != row.status || !errors.Is(err, row.err) || (err == nil) != (row.err == nil) {
				t.Errorf("got %+v, %v; want %+v, %v", status, err, row.status, row.err)
			}
			r.Start(c)
			if row.status.Code != 0 {
				log.until(row.name + ": ")
			}
		})
	}
}

// TestSurroundings holds what a command finds to what keepalived gives it, but
// for the session.
func TestSurroundings(t *testing.T) { both(t, testSurroundings) }

func testSurroundings(t *testing.T, way func(*Options)) {
	t.Setenv(helperEnv, "look")
	t.Setenv("SOMETHING", "else")
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	mask := syscall.Umask(0o177)
	defer syscall.Umask(mask)
	r, log := newRunner(t, way)
	c := Command{Label: "x", Args: []string{"/proc/self/exe", "a b", "", "INSTANCE"}, Account: Own()}
	if status, err := r.Run(t.Context(), c, 0); err != nil || status.Code != 0 {
		t.Fatal(status, err)
	}
	text := strings.TrimPrefix(log.until("{"), "x: ")
	var got surroundings
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	if got.PID == 0 || got.SID != got.PID || got.PGID != got.PID {
		t.Errorf("process %d, group %d, session %d", got.PID, got.PGID, got.SID)
	}
	if launched := r.current != nil; launched == (got.Parent == os.Getpid()) {
		t.Errorf("its parent is %d, this is %d", got.Parent, os.Getpid())
	}
	got.PID, got.SID, got.PGID, got.Parent = 0, 0, 0, 0
	want := surroundings{Args: c.Args[1:], UID: os.Getuid(), GID: os.Getgid(), Groups: got.Groups, DeathSignal: int(syscall.SIGTERM), Stdin: "/dev/null",
		Dir: dir, Files: inheritable(), Blocked: "0000000000000000", Umask: 0o177, Path: os.Getenv("PATH"), Something: "else"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestDiscard: as keepalived has it for all commands.
func TestDiscard(t *testing.T) {
	for _, all := range []bool{false, true} {
		r, log := newRunner(t, func(o *Options) { o.Discard = all })
		out := filepath.Join(t.TempDir(), "out")
		c := shell("echo to the log; exec 3>" + out + "; readlink /proc/self/fd/2 >&3")
		c.Discard = !all
		if status, err := r.Run(t.Context(), c, 0); err != nil || status.Code != 0 {
			t.Fatal(status, err)
		}
		if got := content(out); got != "/dev/null" || log.String() != "" {
			t.Errorf("standard error is %s, log %q", got, log)
		}
	}
}

func TestEnvironment(t *testing.T) { both(t, testEnvironment) }

func testEnvironment(t *testing.T, way func(*Options)) {
	dir := t.TempDir()
	r, log := newRunner(t, way, func(o *Options) { o.Env, o.Dir = []string{"ONLY=this"}, dir })
	if _, err := r.Run(t.Context(), shell(`echo "$ONLY $HOME $(pwd)"`), 0); err != nil {
		t.Fatal(err)
	}
	log.until("this  " + dir)
}

// TestOnThread: what a command's thread is made to be, no other thread is.
func TestOnThread(t *testing.T) { both(t, testOnThread) }

func testOnThread(t *testing.T, way func(*Options)) {
	r, log := newRunner(t, way, func(o *Options) {
		o.OnThread = func() error { return unix.Setpriority(unix.PRIO_PROCESS, 0, 7) }
	})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := r.Run(t.Context(), shell("nice"), 0); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := r.Close(ctx); err != nil {
		t.Error(err)
	}
	if n := log.count("(V) test: 7"); n != 20 {
		t.Errorf("%d of 20 are nice:\n%v", n, log)
	}
	threads, err := filepath.Glob("/proc/self/task/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range threads {
		tid := number32(t, filepath.Base(path))
		if prio, err := unix.Getpriority(unix.PRIO_PROCESS, tid); err == nil && 20-prio == 7 {
			eventually(func() bool { _, err := os.Stat(path); return err != nil }) // it is about to end
		}
	}

	failing, _ := newRunner(t, way, func(o *Options) { o.OnThread = func() error { return unix.EHOSTDOWN } })
	if _, err := failing.Run(t.Context(), shell("true"), 0); !errors.Is(err, unix.EHOSTDOWN) {
		t.Errorf("got %v", err)
	}
}

// TestLauncherDies: what it has started ends, and the next command finds a new one.
func TestLauncherDies(t *testing.T) {
	r, log := newRunner(t)
	dir := t.TempDir()
	first := r.current.cmd.Process.Pid
	r.Start(shell("echo $$ > " + dir + "/a; exec sleep 1000"))
	result := make(chan error)
	go func() {
		_, err := r.Run(t.Context(), shell("echo $$ > "+dir+"/b; exec sleep 1000"), 0)
		result <- err
	}()
	pids := []int{number32(t, content(dir+"/a")), number32(t, content(dir+"/b"))}
	if err := syscall.Kill(first, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := <-result; !errors.Is(err, ErrLauncher) {
		t.Errorf("got %v", err)
	}
	log.until("(V) test: " + ErrLauncher.Error())
	for _, pid := range pids {
		eventually(func() bool { return !runs(pid) })
	}
	if status, err := r.Run(t.Context(), shell("exit 3"), 0); err != nil || status.Code != 3 {
		t.Errorf("%v, %v", status, err)
	}
	if second := r.current.cmd.Process.Pid; second == first {
		t.Error("it is the one that was killed")
	}
}

// beForgetful is an executable whose main does not call Main, and nevertheless
// wants a launcher.
func beForgetful() {
	log := newRecord(nil)
	o := Options{Log: log, Launcher: true}
	if os.Getenv("NOTIFY_TEST_LAST") != "" {
		o.greeting = 10 * time.Millisecond
	}
	r := NewRunner(o)
	if r.current == nil && os.Getenv("NOTIFY_TEST_LAST") != "" { // this is what should have been a launcher
		time.Sleep(time.Hour)
	}
	for {
		if status, err := r.Run(context.Background(), shell("exit 7"), 0); err == nil && status.Code == 7 {
			break
		}
	}
	if err := r.Close(context.Background()); err != nil {
		log.Printf("%v", err)
	}
	fmt.Println(log)
}

// TestNoLauncher: an executable that is no launcher does not become one, nor
// does it start more and more of itself.
func TestNoLauncher(t *testing.T) {
	for _, last := range []string{"", "yes"} { // whether it lasts, or ends soon
		cmd := exec.Command("/proc/self/exe")
		cmd.Env = append(os.Environ(), helperEnv+"=forgetful", "NOTIFY_TEST_LAST="+last)
		out, err := cmd.CombinedOutput()
		if err != nil || strings.TrimSpace(string(out)) != errNoMain.Error()+"; going on without" {
			t.Errorf("%v, %s", err, out)
		}
	}
}

// TestLauncherStandsStill: nobody waits for it.
func TestLauncherStandsStill(t *testing.T) {
	r, log := newRunner(t, func(o *Options) { o.Grace = 50 * time.Millisecond })
	launcher := r.current.cmd.Process
	if err := launcher.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out")
	for i := range 3 {
		r.Start(shell(fmt.Sprintf("echo %d >> %s", i, out)))
	}
	if _, err := r.Run(t.Context(), shell("true"), 50*time.Millisecond); !errors.Is(err, ErrTimeout) || !strings.Contains(err.Error(), "cannot be killed") {
		t.Errorf("got %v", err)
	}
	if err := launcher.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	eventually(func() bool { text, _ := os.ReadFile(out); return len(text) == 6 })
	if err := launcher.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	r.Start(shell("exec sleep 1000"))
	if err := r.Close(t.Context()); err == nil || !strings.Contains(err.Error(), "(V) test") {
		t.Errorf("got %v, log:\n%v", err, log)
	}
}

// TestLongCommand: arguments longer than a message are refused, not cut.
func TestLongCommand(t *testing.T) {
	r, _ := newRunner(t)
	c := shell("echo $#")
	c.Args = append(c.Args, strings.Repeat("x", maxMessage))
	if _, err := r.Run(t.Context(), c, 0); !errors.Is(err, unix.E2BIG) {
		t.Errorf("got %v", err)
	}
	c.Args[len(c.Args)-1] = strings.Repeat("x", maxMessage-1000)
	if status, err := r.Run(t.Context(), c, 0); err != nil || status.Code != 0 {
		t.Errorf("%v, %v", status, err)
	}
}

// TestThreadsEnd: commands live on when other threads end; the kernel signals
// the death of the thread that started them.
func TestThreadsEnd(t *testing.T) {
	r, _ := newRunner(t, func(o *Options) { o.Launcher = false })
	mark := filepath.Join(t.TempDir(), "pid")
	r.Start(shell("echo $$ > " + mark + "; exec sleep 1000"))
	pid := number32(t, content(mark))
	for range 50 {
		ended := make(chan struct{})
		go func() {
			runtime.LockOSThread() // so that the thread ends
			close(ended)
		}()
		<-ended
	}
	if status, err := r.Run(t.Context(), shell("true"), 0); err != nil || status.Code != 0 {
		t.Error(status, err)
	}
	if !runs(pid) {
		t.Error("the command is gone")
	}
}

// beParent starts a command and waits to be killed.
func beParent() {
	_ = os.Unsetenv(helperEnv)
	r := NewRunner(Options{Log: newRecord(nil), Launcher: os.Args[2] == "true"})
	r.Start(shell("echo $$ > " + os.Args[1] + "; " + os.Args[3]))
	select {}
}

// TestParentDies: a daemon that is killed takes its commands with it. The
// launcher, which lives on for a moment, even sees to those that ignore SIGTERM.
func TestParentDies(t *testing.T) { both(t, testParentDies) }

func testParentDies(t *testing.T, way func(*Options)) {
	mark := filepath.Join(t.TempDir(), "pid")
	var o Options
	way(&o)
	text := "exec sleep 1000"
	if o.Launcher {
		text = `trap "" TERM; while :; do sleep 0.1; done`
	}
	parent := exec.Command("/proc/self/exe", mark, strconv.FormatBool(o.Launcher), text)
	parent.Env = append(os.Environ(), helperEnv+"=parent")
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	pid := number32(t, content(mark))
	if !runs(pid) {
		t.Error("the command does not run")
	}
	if err := parent.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = parent.Wait()
	eventually(func() bool { return !runs(pid) })
}

// TestTimeout: TERM goes to the whole group, then KILL.
func TestTimeout(t *testing.T) { both(t, testTimeout) }

func testTimeout(t *testing.T, way func(*Options)) {
	rows := []struct {
		name, text string
		how        syscall.Signal
	}{
		{"ends at TERM", `sleep 1000 & echo $! > "$0"; wait`, syscall.SIGTERM},
		{"ignores TERM", `trap "" TERM; sleep 1000 & echo $! > "$0"; wait`, syscall.SIGKILL},
		// The shell ends at TERM; the process that it leaves does not.
		{"leaves one that ignores TERM", `(trap "" TERM; sleep 1000 & echo $! > "$0"); sleep 1000`, syscall.SIGTERM},
	}
	for _, row := range rows {
		for _, cancelled := range []bool{false, true} {
			t.Run(fmt.Sprint(row.name, cancelled), func(t *testing.T) {
				r, _ := newRunner(t, way, func(o *Options) { o.Grace = 100 * time.Millisecond })
				mark := filepath.Join(t.TempDir(), "pid")
				c := shell(row.text)
				c.Args = append(c.Args, mark)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				timeout, want := 300*time.Millisecond, ErrTimeout
				if cancelled {
					timeout, want = 0, context.Canceled
					go func() { content(mark); cancel() }()
				}
				status, err := r.Run(ctx, c, timeout)
				if !errors.Is(err, want) || status != (Status{Code: -1, Signal: row.how}) {
					t.Errorf("got %v, %v", status, err)
				}
				child := number32(t, content(mark))
				eventually(func() bool { return !runs(child) })
			})
		}
	}
}

// TestLeavesProcess: a command that leaves a process behind is not waited for,
// and the process lives on.
func TestLeavesProcess(t *testing.T) { both(t, testLeavesProcess) }

func testLeavesProcess(t *testing.T, way func(*Options)) {
	r, log := newRunner(t, way)
	mark := filepath.Join(t.TempDir(), "pid")
	status, err := r.Run(t.Context(), shell(`(echo begun; sleep 0.3; echo later; exec sleep 1000) & echo $! > `+mark), 0)
	if err != nil || status.Code != 0 {
		t.Fatal(status, err)
	}
	pid := number32(t, content(mark))
	log.until("(V) test: later")
	if err := r.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if !runs(pid) {
		t.Error("it is gone")
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Error(err)
	}
}

// TestMuchOutput: neither the log nor the command suffers.
func TestMuchOutput(t *testing.T) { both(t, testMuchOutput) }

func testMuchOutput(t *testing.T, way func(*Options)) {
	r, log := newRunner(t, way)
	const size = 100 << 20
	status, err := r.Run(t.Context(), shell(fmt.Sprintf("head -c %d /dev/zero | tr '\\0' x", size)), 0)
	if err != nil || status.Code != 0 {
		t.Fatal(status, err)
	}
	log.until(fmt.Sprintf("%d more bytes", size-maxOutput))
	if n := log.count("x"); n != maxOutput {
		t.Errorf("%d bytes in the log, want %d", n, maxOutput)
	}
}

func TestManyLines(t *testing.T) {
	r, log := newRunner(t)
	for range 3 {
		if _, err := r.Run(t.Context(), shell("seq -f 'a %g' 50"), 0); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if log.count(": a ") != maxLines || log.count("the rest is not shown") != 1 {
		t.Errorf("%d lines:\n%v", log.count(": a "), log)
	}
}

// TestBounds: each command beyond PerSource ends the oldest; those beyond twice
// as many are not run. Other sources have their own.
func TestBounds(t *testing.T) { both(t, testBounds) }

func testBounds(t *testing.T, way func(*Options)) {
	r, log := newRunner(t, way, func(o *Options) { o.PerSource, o.Grace = 2, time.Hour })
	dir := t.TempDir()
	for range 10 { // those that have ended do not count
		mark := filepath.Join(t.TempDir(), "mark")
		r.Start(shell("echo done > " + mark))
		content(mark)
		eventually(func() bool { return len(r.left()) == 0 })
	}
	if log.String() != "" {
		t.Errorf("log:\n%v", log)
	}
	start := func(source string, n int) {
		c := shell(fmt.Sprintf(`trap "echo term >> %s/%d" TERM; echo $$ > %s/pid%d; while :; do sleep 0.01; done`, dir, n, dir, n))
		c.Source, c.Label = source, fmt.Sprintf("(%s) number %d", source, n)
		r.Start(c)
	}
	for n := range 5 {
		start("V", n)
		if n < 4 {
			content(fmt.Sprintf("%s/pid%d", dir, n))
		}
	}
	start("W", 6)
	content(dir + "/pid6")
	content(dir + "/0")
	content(dir + "/1")
	for _, n := range []int{2, 3, 5, 6} {
		if _, err := os.Stat(fmt.Sprintf("%s/%d", dir, n)); err == nil {
			t.Errorf("number %d was ended", n)
		}
	}
	refused := log.until("number 4: " + ErrBusy.Error())
	if !strings.Contains(refused, "the oldest being (V) number 0 (pid ") || log.count("ending it, 2 commands") != 1 || log.count("ending it, 3 commands") != 1 {
		t.Errorf("log:\n%v", log)
	}
}

// TestCloseEnds: what runs has a limit, then TERM, then KILL.
func TestCloseEnds(t *testing.T) { both(t, testCloseEnds) }

func testCloseEnds(t *testing.T, way func(*Options)) {
	r, log := newRunner(t, way, func(o *Options) { o.StopLimit = 200 * time.Millisecond })
	dir := t.TempDir()
	texts := []string{
		`echo $$ > %s; sleep 0.05; exit 5`,
		`trap "exit 6" TERM; echo $$ > %s; while :; do sleep 0.01; done`,
		`trap "" TERM; echo $$ > %s; while :; do sleep 0.01; done`,
	}
	var pids []int
	for n, text := range texts {
		mark := filepath.Join(dir, strconv.Itoa(n))
		r.Start(shell(fmt.Sprintf(text, mark)))
		pids = append(pids, number32(t, content(mark)))
	}
	if err := r.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if slices.ContainsFunc(pids, runs) {
		t.Error("a command is left")
	}
	for _, text := range []string{"exit status 5", "exit status 6", "ended by signal 9"} {
		if log.count(text) != 1 {
			t.Errorf("%q: %d times in\n%v", text, log.count(text), log)
		}
	}
	r.Start(shell("true"))
	if _, err := r.Run(t.Context(), shell("true"), 0); !errors.Is(err, ErrClosed) || log.count(ErrClosed.Error()) != 1 {
		t.Errorf("after the end: %v, log\n%v", err, log)
	}
}
