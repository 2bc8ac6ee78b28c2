package notify

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"unsafe"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

// helperEnv makes the test binary one of the helpers.
const helperEnv = "NOTIFY_TEST_HELPER"

func TestMain(m *testing.M) {
	if os.Getenv(helperEnv) == "forgetful" {
		beForgetful()
		os.Exit(0)
	}
	Main()
	_ = os.Setenv("GORACE", "atexit_sleep_ms=0") // or each launcher takes a second to end
	switch os.Getenv(helperEnv) {
	case "":
	case "look":
		lookAround()
		os.Exit(0)
	case "parent":
		beParent()
	}
	code := m.Run()
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	// The init of a namespace gets everybody's orphans.
	if n, err := unix.Wait4(-1, nil, unix.WNOHANG, nil); code == 0 && err != unix.ECHILD && os.Getpid() != 1 {
		fmt.Fprintf(os.Stderr, "children are left behind: %d, %v\n", n, err)
		code = 1
	}
	os.Exit(code)
}

// surroundings are what a command finds.
type surroundings struct {
	Args            []string
	PID, SID, PGID  int
	Parent          int
	UID, GID        int
	Groups          []int
	DeathSignal     int
	Stdin, Dir      string
	Files, Blocked  string
	Nice            int
	Umask           int
	Path, Something string
}

// lookAround is a command that prints what it finds.
func lookAround() {
	var s surroundings
	s.Args = os.Args[1:]
	s.PID = os.Getpid()
	s.SID, _ = unix.Getsid(0)
	s.PGID = unix.Getpgrp()
	s.Parent = os.Getppid()
	s.UID, s.GID = os.Getuid(), os.Getgid()
	s.Groups, _ = os.Getgroups()
	var sig int32
	_, _, _ = unix.RawSyscall(unix.SYS_PRCTL, unix.PR_GET_PDEATHSIG, uintptr(unsafe.Pointer(&sig)), 0)
	s.DeathSignal = int(sig)
	s.Stdin, _ = os.Readlink("/proc/self/fd/0")
	s.Dir, _ = os.Getwd()
	s.Files = inheritable()
	prio, _ := unix.Getpriority(unix.PRIO_PROCESS, 0)
	s.Nice = 20 - prio
	s.Umask = syscall.Umask(0)
	status, _ := os.ReadFile("/proc/self/status")
	for l := range strings.Lines(string(status)) {
		if mask, ok := strings.CutPrefix(l, "SigBlk:"); ok {
			s.Blocked = strings.TrimSpace(mask)
		}
	}
	s.Path, s.Something = os.Getenv("PATH"), os.Getenv("SOMETHING")
	if err := json.NewEncoder(os.Stdout).Encode(s); err != nil {
		os.Exit(1)
	}
}

// inheritable lists the files that a child would find open.
func inheritable() string {
	var list []string
	open, _ := filepath.Glob("/proc/self/fd/*")
	for _, path := range open {
		fd, _ := strconv.Atoi(filepath.Base(path))
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil && flags&unix.FD_CLOEXEC == 0 {
			list = append(list, filepath.Base(path))
		}
	}
	return strings.Join(list, " ")
}

// record is a Logger that tests look at and wait on.
type record struct {
	t     testing.TB
	mu    sync.Mutex
	more  *sync.Cond
	lines []string
}

func newRecord(t testing.TB) *record {
	r := &record{t: t}
	r.more = sync.NewCond(&r.mu)
	return r
}

func (r *record) Printf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, fmt.Sprintf(format, args...))
	r.more.Broadcast()
}

// until waits for a line with text and returns it. It ends with the test
// binary's own time-out, if the line never comes.
func (r *record) until(text string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		for _, l := range r.lines {
			if strings.Contains(l, text) {
				return l
			}
		}
		r.more.Wait()
	}
}

// count is how many lines contain text.
func (r *record) count(text string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Count(strings.Join(r.lines, "\n"), text)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.lines, "\n")
}
