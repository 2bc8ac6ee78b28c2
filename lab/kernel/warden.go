package kernel

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// A warden stands between a caller and a guest kernel. It owns the run's
// temporary folder and, as subreaper, every process of the run. When the caller
// ends, however it ends, its end of the leash closes: the warden then kills them
// all, removes the folder and ends.

// Inherited file descriptors of a warden.
const (
	fdLeash   = 3 // from the caller: wardenOrder, as JSON; its end means tear down
	fdAnswers = 4 // to the caller: wardenAnswer, as JSON lines
	fdLine    = 5 // the guest's control line
	fdConsole = 6 // the guest's console
)

// wardenOrder tells a warden what to start.
type wardenOrder struct {
	Path string   `json:"path"` // the guest kernel
	Args []string `json:"args"`
	Env  []string `json:"env"`
}

// wardenAnswer is what a warden tells its caller. One field is set.
type wardenAnswer struct {
	Dir    string `json:"dir,omitempty"`    // the temporary folder, made
	Exited string `json:"exited,omitempty"` // how the guest ended
	Failed string `json:"failed,omitempty"` // why it cannot do its work
}

// tempPrefix begins the name of every temporary folder.
const tempPrefix = "viplab-guest-"

func wardenMain() int {
	// A parent death signal comes when the parent's thread ends, and the guest is
	// started from this one.
	runtime.LockOSThread()
	// Signals to the caller's group or session are the caller's to handle.
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGPIPE)
	answers := json.NewEncoder(os.NewFile(fdAnswers, "answers"))
	if err := wardenRun(answers); err != nil {
		_ = answers.Encode(wardenAnswer{Failed: err.Error()}) // the caller may be gone
		return exitRunnerFailed
	}
	return 0
}

func wardenRun(answers *json.Encoder) (err error) {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("become the guest's subreaper: %w", err)
	}
	unix.CloseOnExec(fdLeash)
	unix.CloseOnExec(fdAnswers)
	base := tempBase()
	removeStale(base)
	dir, err := makeTemp(base)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.remove()) }()
	if err := answers.Encode(wardenAnswer{Dir: dir.path}); err != nil {
		return nil // the caller is gone
	}
	leash := bufio.NewReader(os.NewFile(fdLeash, "leash"))
	var order wardenOrder
	if line, err := leash.ReadBytes('\n'); err != nil {
		return nil
	} else if err := json.Unmarshal(line, &order); err != nil {
		return fmt.Errorf("read the order: %w", err)
	}
	return guard(order, dir.path, leash, answers)
}

// guard starts the guest kernel and stays until it ends or the leash does.
func guard(order wardenOrder, dir string, leash io.Reader, answers *json.Encoder) error {
	console := os.NewFile(fdConsole, "console")
	guest := &exec.Cmd{
		Path: order.Path, Args: order.Args, Env: order.Env, Dir: dir,
		Stdout: console, Stderr: console, ExtraFiles: []*os.File{os.NewFile(fdLine, "line")},
		SysProcAttr: &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL},
	}
	if err := guest.Start(); err != nil {
		return fmt.Errorf("start the guest kernel: %w", err)
	}
	exited := make(chan string, 1)
	go func() { exited <- fmt.Sprint(describeExit(guest.Wait())) }()
	released := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, leash) // until its end, whatever that is
		close(released)
	}()
	select {
	case how := <-exited:
		killDescendants()
		return answers.Encode(wardenAnswer{Exited: how})
	case <-released:
		// The guest kernel traces the processes that run the guest's programs: were
		// it to die first, they would run on as programs of the host.
		_ = guest.Process.Signal(syscall.SIGSTOP)
		killDescendants()
		return nil
	}
}

func describeExit(err error) string {
	if err == nil {
		return "exit status 0"
	}
	return err.Error()
}

// tempBase is where temporary folders are made: where programs usually make
// them, unless the guest sees something else there.
func tempBase() string {
	base, err := filepath.EvalSymlinks(os.TempDir())
	if err != nil || !filepath.IsAbs(base) || hasPrefix(base+"/", []string{"/run/", "/dev/", "/proc/", "/sys/"}) {
		return "/tmp"
	}
	return base
}

// tempDir is a folder whose lock says that its maker is alive.
type tempDir struct {
	path string
	lock *os.File
}

func makeTemp(base string) (*tempDir, error) {
	path, err := os.MkdirTemp(base, tempPrefix)
	if err != nil {
		return nil, fmt.Errorf("make a temporary folder: %w", err)
	}
	lock, err := os.Open(path)
	if err == nil {
		err = unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock the temporary folder: %w", err), os.RemoveAll(path))
	}
	return &tempDir{path, lock}, nil
}

func (d *tempDir) remove() error {
	return errors.Join(os.RemoveAll(d.path), d.lock.Close())
}

// removeStale removes the folders of wardens that were killed themselves. It is a
// courtesy: what it cannot remove stays.
func removeStale(base string) {
	entries, err := os.ReadDir(base)
	if err != nil {
		return
	}
	for _, entry := range entries {
		if !entry.IsDir() || !strings.HasPrefix(entry.Name(), tempPrefix) {
			continue
		}
		path := filepath.Join(base, entry.Name())
		lock, err := os.Open(path)
		if err != nil {
			continue
		}
		if unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil {
			_ = os.RemoveAll(path)
		}
		lock.Close()
	}
}
