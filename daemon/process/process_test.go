package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
)

// beChild names what a process started again is to do.
const beChild = "PROCESS_TEST"

func TestMain(m *testing.M) {
	if what := os.Getenv(beChild); what != "" {
		if err := inChild(what); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// inChild changes a process that is good for nothing else.
func inChild(what string) error {
	busy, stop := threads(8)
	defer stop()
	p := conf.Process{Nice: 3, CPUs: []int{0}, RTTime: 10 * time.Millisecond}
	if what == "rt" {
		p.RTPriority, p.NoSwap = 7, true
	}
	if err := Apply(&conf.Process{}, &p); err != nil {
		return err
	}
	fresh, stop2 := threads(8) // those that come later
	defer stop2()
	for _, tid := range append(busy, fresh...) {
		if err := check(tid, &p); err != nil {
			return err
		}
	}
	runtime.LockOSThread()
	if err := Plain(); err != nil {
		return err
	}
	if err := check(unix.Gettid(), &conf.Process{Nice: 3, CPUs: []int{0}}); err != nil {
		return fmt.Errorf("plain thread: %w", err)
	}
	old := p
	p = conf.Process{Nice: 4}
	if err := Apply(&old, &p); err != nil {
		return err
	}
	return check(fresh[0], &p)
}

// threads starts n threads, which live until stop.
func threads(n int) (tids []int, stop func()) {
	ids, end := make(chan int), make(chan struct{})
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			runtime.LockOSThread()
			ids <- unix.Gettid()
			<-end
		})
	}
	for range n {
		tids = append(tids, <-ids)
	}
	return tids, func() { close(end); all.Wait() }
}

func check(tid int, want *conf.Process) error {
	attr, err := unix.SchedGetAttr(tid, 0)
	if err != nil {
		return err
	}
	nice, err := niceness(tid)
	if err != nil {
		return err
	}
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(tid, &set); err != nil {
		return err
	}
	if int(attr.Priority) != want.RTPriority || nice != want.Nice || len(want.CPUs) == 1 != (set.Count() == 1) && runtime.NumCPU() > 1 {
		return fmt.Errorf("thread %d has %+v, nice %d, %d CPUs; want %+v", tid, attr, nice, set.Count(), want)
	}
	if want.NoSwap {
		text, err := os.ReadFile("/proc/self/status")
		if err != nil {
			return err
		}
		if strings.Contains(string(text), "VmLck:\t       0 kB") {
			return errors.New("no memory is locked")
		}
	}
	return nil
}

func run(t *testing.T, what string) (string, error) {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), beChild+"="+what)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestApply(t *testing.T) {
	if out, err := run(t, "nice"); err != nil {
		t.Errorf("%v %s", err, out)
	}
}

// TestRealTime needs what containers may not have.
func TestRealTime(t *testing.T) {
	out, err := run(t, "rt")
	if err != nil && strings.Contains(out, "(it takes CAP_") {
		t.Skipf("not permitted here: %s", out)
	}
	if err != nil {
		t.Errorf("%v %s", err, out)
	}
}

func TestFailed(t *testing.T) {
	err := failed("set nice value", SysNice, unix.EACCES)
	if err == nil || !errors.Is(err, fs.ErrPermission) || !strings.HasSuffix(err.Error(), "(it takes CAP_SYS_NICE)") {
		t.Error(err)
	}
	if err := failed("set nice value", SysNice, unix.EINVAL); strings.Contains(err.Error(), "CAP_") {
		t.Error(err)
	}
}

func TestCapabilities(t *testing.T) {
	all := []Capability{NetAdmin, NetRaw, IPCLock, SysNice, SetUID, SetGID, SysAdmin}
	lacking, err := Lacking(all...)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	var have uint64
	_, rest, _ := strings.Cut(string(text), "CapEff:\t")
	if _, err := fmt.Sscanf(rest, "%x", &have); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, c := range all {
		if have&(1<<c) == 0 {
			n++
		}
	}
	if len(lacking) != n {
		t.Errorf("lacking %v; have %x", lacking, have)
	}
	if got := Names(all[:3]); got != "CAP_NET_ADMIN, CAP_NET_RAW and CAP_IPC_LOCK" {
		t.Error(got)
	}
	if got := Names(all[:1]) + Names(nil) + Capability(99).String(); got != "CAP_NET_ADMINcapability 99" {
		t.Error(got)
	}
}

func TestName(t *testing.T) {
	old, err := os.ReadFile("/proc/self/comm")
	if err != nil {
		t.Fatal(err)
	}
	if err := SetName("a name"); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile("/proc/self/comm"); string(got) != "a name\n" {
		t.Errorf("%q", got)
	}
	if err := SetName(strings.TrimSpace(string(old))); err != nil {
		t.Error(err)
	}
}
