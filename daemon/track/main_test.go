package track

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/internal/testnet"
	"github.com/viplab/viplab/daemon/notify"
	"github.com/viplab/viplab/daemon/vrrp"
)

func TestMain(m *testing.M) {
	notify.Main()
	_ = os.Setenv("GORACE", "atexit_sleep_ms=0") // or each launcher takes a second to end
	before := openFiles()
	code := testnet.Main(m)
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	if n, err := unix.Wait4(-1, nil, unix.WNOHANG, nil); code == 0 && err != unix.ECHILD && os.Getpid() != 1 {
		fmt.Fprintf(os.Stderr, "children are left behind: %d, %v\n", n, err)
		code = 1
	}
	if after := openFiles(); code == 0 && after > before {
		fmt.Fprintf(os.Stderr, "files are left open: %d, %d before the tests\n", after, before)
		code = 1
	}
	os.Exit(code)
}

// openFiles counts those that are neither the runtime's (epoll, eventfd) nor there
// from the start.
func openFiles() (n int) {
	list, _ := os.ReadDir("/proc/self/fd")
	for _, e := range list {
		if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && !strings.Contains(to, "eventpoll") && !strings.Contains(to, "eventfd") {
			n++
		}
	}
	return n
}

// record takes what trackers log and report, and waits for it.
type record struct {
	t       testing.TB
	mu      sync.Mutex
	more    *sync.Cond
	lines   []string
	results []vrrp.Result
	at      []time.Time // of results
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

func (r *record) report(x vrrp.Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.results, r.at = append(r.results, x), append(r.at, time.Now())
	r.more.Broadcast()
}

// until waits for a line with text. It ends with the test binary's own time-out,
// if the line never comes.
func (r *record) until(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for !strings.Contains(strings.Join(r.lines, "\n"), text) {
		r.more.Wait()
	}
}

// take waits for the next result and removes it.
func (r *record) take() vrrp.Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.results) == 0 {
		r.more.Wait()
	}
	x := r.results[0]
	r.results, r.at = r.results[1:], r.at[1:]
	return x
}

// rest removes the results that are there.
func (r *record) rest() []vrrp.Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	x := r.results
	r.results, r.at = nil, nil
	if len(x) == 0 {
		return nil
	}
	return x
}

// log returns the lines so far, and forgets them.
func (r *record) log() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	x := r.lines
	r.lines = nil
	return x
}

// configured is a configuration in which one instance tracks all there is.
func configured(trackers ...any) *conf.Config {
	i := &conf.Instance{Name: "V"}
	cfg := &conf.Config{Instances: []*conf.Instance{i}}
	for _, x := range trackers {
		switch x := x.(type) {
		case *conf.Script:
			cfg.Scripts = append(cfg.Scripts, x)
			i.TrackScripts = append(i.TrackScripts, conf.Track{Name: x.Name})
		case *conf.TrackFile:
			cfg.TrackFiles = append(cfg.TrackFiles, x)
			i.TrackFiles = append(i.TrackFiles, conf.Track{Name: x.Name})
		case *conf.TrackProcess:
			cfg.TrackProcesses = append(cfg.TrackProcesses, x)
			i.TrackProcesses = append(i.TrackProcesses, conf.Track{Name: x.Name})
		}
	}
	return cfg
}

// script is a vrrp_script with the defaults of the file.
func scriptOf(name string, change ...func(*conf.Script)) *conf.Script {
	s := &conf.Script{Name: name, Command: conf.Command{Line: "/bin/true " + name, Args: []string{"/bin/true", name}},
		Interval: time.Second, Timeout: time.Second, Rise: 1, Fall: 1}
	for _, f := range change {
		f(s)
	}
	return s
}
