package track

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/internal/testnet"
	"github.com/viplab/viplab/daemon/vrrp"
)

// program makes a program of its own that sleeps, so that no other process of the
// host is found.
func program(t *testing.T) string {
	t.Helper()
	sleep, err := exec.LookPath("sleep")
	must(t, err)
	text, err := os.ReadFile(sleep)
	must(t, err)
	path := filepath.Join(t.TempDir(), fmt.Sprintf("slp%d", os.Getpid()))
	must(t, os.WriteFile(path, text, 0o700))
	return path
}

func sleeper(t *testing.T, path string, args ...string) (end func()) {
	t.Helper()
	cmd := exec.Command(path, args...)
	must(t, cmd.Start())
	done := false
	end = func() {
		if !done {
			done = true
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}
	t.Cleanup(end)
	return end
}

// Both ways to know of processes find the same.
func TestProcess(t *testing.T) {
	for _, way := range []string{"as it comes", "by polling"} {
		t.Run(way, func(t *testing.T) {
			path := program(t)
			quorum := func(name string, min, max int, process string, args ...string) *conf.TrackProcess {
				return &conf.TrackProcess{Name: name, Process: process, Args: args, Quorum: min, QuorumMax: max, FullCommand: len(args) > 0}
			}
			r := newRecord(t)
			m := New(Options{Log: r, Report: r.report})
			if way == "by polling" {
				m.processes.without(errors.New("not this time"))
			}
			end := sleeper(t, path, "1000")
			cfg := configured(quorum("one", 1, -1, filepath.Base(path)), quorum("two", 2, -1, path), quorum("args", 1, -1, path, "1001"), quorum("none", 0, 0, filepath.Base(path)))
			must(t, m.Start(cfg))
			results := func(n int) string {
				var list []string
				for range n {
					x := r.take()
					word := "down"
					if x.Up {
						word = "up"
					}
					list = append(list, x.Name+" "+word)
				}
				return strings.Join(list, ", ")
			}
			expect(t, "at first", results(4), "one up, two down, args down, none down")
			second := sleeper(t, path, "1001")
			expect(t, "second", results(2), "two up, args up")
			must(t, m.Reload(cfg))
			end()
			expect(t, "first gone", results(1), "two down")
			second()
			expect(t, "second gone", results(3), "one down, args down, none up")
			r.until("Quorum gained for tracked process two")
			r.until("Quorum lost for tracked process two")
			m.Repeat()
			expect(t, "repeated", results(4), "one down, two down, args down, none up")
			must(t, m.Reload(configured(quorum("none", 0, 0, filepath.Base(path)), quorum("two", 0, 2, path))))
			expect(t, "reloaded", []vrrp.Result{r.take(), r.take(), r.take()}, []vrrp.Result{
				{Tracker: vrrp.Tracker{Kind: vrrp.Process, Name: "one"}}, {Tracker: vrrp.Tracker{Kind: vrrp.Process, Name: "args"}},
				{Tracker: vrrp.Tracker{Kind: vrrp.Process, Name: "two"}, Known: true, Up: true, Text: "has 0 processes"}})
			must(t, m.Close(context.Background()))
			expect(t, "left", r.rest(), nil)
		})
	}
}

// Of a program that runs another one, the name and the command line are other
// ones, and a process that has ended is none, though nobody has reaped it.
func TestProcessThatBecomesAnother(t *testing.T) {
	path := program(t)
	p := &conf.TrackProcess{Name: "p", Process: filepath.Base(path), Quorum: 1, QuorumMax: -1}
	r, _ := started(t, configured(p))
	expect(t, "at first", r.take(), vrrp.Result{Tracker: processP, Known: true, Text: "has 0 processes, 1 or more wanted"})
	in, out, err := os.Pipe()
	must(t, err)
	cmd := exec.Command("/bin/sh", "-c", `read x; exec "$0" 1000`, path)
	cmd.Stdin = in
	must(t, cmd.Start())
	must(t, in.Close())
	expect(t, "not yet", r.rest(), nil)
	must(t, out.Close())
	expect(t, "exec", r.take(), vrrp.Result{Tracker: processP, Known: true, Up: true, Text: "has 1 process"})
	must(t, cmd.Process.Kill())
	expect(t, "zombie", r.take(), vrrp.Result{Tracker: processP, Known: true, Text: "has 0 processes, 1 or more wanted"})
	_ = cmd.Wait()
}

// Lost events are made up for by a look at /proc.
func TestProcessAfterALoss(t *testing.T) {
	path := program(t)
	r, m := started(t, configured(&conf.TrackProcess{Name: "p", Process: path, Quorum: 1, QuorumMax: -1}))
	r.take()
	s := m.processes
	s.mu.Lock()
	sleeper(t, path, "1000")
	time.Sleep(10 * time.Millisecond)
	keep := s.list
	s.list = nil // the event finds nobody
	s.mu.Unlock()
	time.Sleep(50 * time.Millisecond)
	s.mu.Lock()
	s.list = keep
	s.mu.Unlock()
	s.lost()
	expect(t, "found", r.take().Up, true)
}

func TestProcRead(t *testing.T) {
	var p proc
	if !p.read(os.Getpid(), true) {
		t.Fatal("cannot see itself")
	}
	want, err := os.ReadFile("/proc/self/cmdline")
	must(t, err)
	expect(t, "command", string(p.command), string(want))
	comm, err := os.ReadFile("/proc/self/comm")
	must(t, err)
	expect(t, "comm", string(p.comm)+"\n", string(comm))
	if p.read(1<<30, false) {
		t.Error("found a process that is none")
	}
	seen := false
	must(t, everyProcess(func(pid int) { seen = seen || pid == os.Getpid() }))
	expect(t, "in the list", seen, true)
}

func TestProcNames(t *testing.T) {
	for _, name := range []string{") Z 1 (", "a b", "x)"} {
		done := make(chan string)
		release := make(chan struct{})
		go func() {
			runtime.LockOSThread() // its name goes with it
			must(t, os.WriteFile(fmt.Sprintf("/proc/self/task/%d/comm", unix.Gettid()), []byte(name), 0))
			var p proc
			text, err := p.file(fmt.Sprintf("/proc/self/task/%d/stat", unix.Gettid()))
			must(t, err)
			comm, ended, _ := parseStat(text)
			done <- fmt.Sprint(string(comm), " ", ended)
			<-release
		}()
		expect(t, "name", <-done, name+" false")
		close(release)
	}
	for text, want := range map[string]string{"": "false", "1 (a": "false", "1 (a)": "false", "1 (a) ": "false", "1 (a) Z 2": "a true true", "1 (a) X": "a true true", "1 (a) S": "a false true"} {
		comm, ended, ok := parseStat([]byte(text))
		got := fmt.Sprint(ok)
		if ok {
			got = fmt.Sprint(string(comm), " ", ended, " ", ok)
		}
		expect(t, text, got, want)
	}
}

// message is what the kernel sends of an event.
func message(w what, data ...uint32) []byte {
	m := make([]byte, minMessage)
	binary.NativeEndian.PutUint32(m[atWhat:], uint32(w))
	for n, d := range data {
		binary.NativeEndian.PutUint32(m[atData+4*n:], d)
	}
	return m
}

var messages = []struct {
	name   string
	m      []byte
	want   change
	ok     bool
	passes bool // the filter
}{
	{"fork", message(forked, 1, 2, 7, 7), change{forked, 7, 2}, true, true},
	{"thread", message(forked, 1, 2, 8, 7), change{}, false, false},
	{"exec", message(execed, 7, 7), change{execed, 7, 0}, true, true},
	{"name", message(renamed, 7, 7), change{renamed, 7, 0}, true, true},
	{"name of a thread", message(renamed, 8, 7), change{}, false, false},
	{"exit", message(exited, 7, 7), change{exited, 7, 0}, true, true},
	{"end of a thread", message(exited, 8, 7), change{}, false, false},
	{"another user", message(4, 7, 7), change{}, false, false},
	{"answer", message(acknowledged, 0), change{}, false, true},
}

func TestParseChange(t *testing.T) {
	for _, tt := range messages {
		got, ok := parseChange(tt.m)
		if ok != tt.ok || ok && got != tt.want {
			t.Errorf("%s: %+v, %v", tt.name, got, ok)
		}
		for n := range tt.m {
			if _, ok := parseChange(tt.m[:n]); ok {
				t.Errorf("%s: %d bytes are enough", tt.name, n)
			}
		}
	}
}

// The kernel runs the filter on other sockets as well.
func TestFilter(t *testing.T) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	must(t, err)
	defer unix.Close(fds[0])
	defer unix.Close(fds[1])
	must(t, unix.SetsockoptSockFprog(fds[1], unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, filter()))
	for _, tt := range messages {
		must(t, errors.Join(unix.Sendto(fds[0], tt.m, 0, nil)))
		n, err := unix.Read(fds[1], make([]byte, 4096))
		if passes := err == nil && n == len(tt.m); passes != tt.passes {
			t.Errorf("%s: passes is %v, %d, %v", tt.name, passes, n, err)
		}
	}
}

// In another network namespace the kernel has no connector; what there is comes
// from the first one, or from /proc.
func TestProcessInAnotherNetwork(t *testing.T) {
	path := program(t)
	h := testnet.New(t)
	r := newRecord(t)
	m := New(Options{Log: r, Report: r.report})
	h.Do(func() error {
		return m.Start(configured(&conf.TrackProcess{Name: "p", Process: path, Quorum: 1, QuorumMax: -1}))
	})
	expect(t, "at first", r.take().Up, false)
	sleeper(t, path, "1000")
	expect(t, "found", r.take().Up, true)
	must(t, m.Close(context.Background()))
	for _, l := range r.log() {
		if !strings.HasPrefix(l, "Quorum gained") && !strings.HasSuffix(l, ": looking at /proc once a second") {
			t.Error(l)
		}
	}
}

// The first namespace may be entered for it.
func TestConnectorOfAnotherNamespace(t *testing.T) {
	runtime.LockOSThread() // the process's first thread may have become another test's host
	defer runtime.UnlockOSThread()
	outside := fmt.Sprintf("/proc/self/task/%d/ns/net", unix.Gettid())
	c, want := newConnector(conf.Buffer{}, outside)
	if want == nil {
		c.close()
	} else if initial() && errors.Is(want, errNoAnswer) {
		t.Errorf("root of the host: %v", want)
	}
	testnet.New(t).Do(func() error {
		if _, err := newConnector(conf.Buffer{}, "/nowhere"); err == nil {
			t.Error("there is one in every namespace")
		}
		c, err := newConnector(conf.Buffer{Bytes: 1 << 16}, outside)
		if (err == nil) != (want == nil) {
			t.Errorf("error %v, outside %v", err, want)
		}
		if err == nil {
			c.close()
		}
		return nil
	})
}

// initial reports whether this process is in the PID and user namespaces that the
// kernel began with (their numbers are in linux/proc_ns.h).
func initial() bool {
	pid, _ := os.Readlink("/proc/self/ns/pid")
	user, _ := os.Readlink("/proc/self/ns/user")
	return pid == "pid:[4026531836]" && user == "user:[4026531837]" && os.Geteuid() == 0
}
