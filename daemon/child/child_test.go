package child

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
)

func spawn(t *testing.T, role string) *Process {
	t.Helper()
	s, err := NewSpawner(nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	p, err := s.Start(Spec{Role: role, Args: []string{"vipd", "-x"}, Env: os.Environ(), Stderr: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Signal(unix.SIGKILL) })
	return p
}

func memory(t *testing.T, names ...string) *os.File {
	t.Helper()
	var text strings.Builder
	for n, name := range names {
		text.WriteString("vrrp_instance " + name + " {\ninterface eth0\nvirtual_router_id " + string(rune('1'+n)) + "\nvirtual_ipaddress {\n10.0.0.1\n}\n}\n")
	}
	cfg, err := conf.Read(strings.NewReader(text.String()), "k.conf")
	if err != nil {
		t.Fatal(err)
	}
	f, err := Memory(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestCalls(t *testing.T) {
	ctx := t.Context()
	p := spawn(t, "x")
	if _, err := p.Status(ctx); !errors.Is(err, ErrMethod) {
		t.Errorf("status before the start: %v", err)
	}
	text := memory(t, "A", "B")
	if err := p.Reload(ctx, text); !errors.Is(err, ErrMethod) {
		t.Errorf("reload before the start: %v", err)
	}
	if err := p.Start(ctx, Settings{}, nil); !errors.Is(err, ErrMethod) && !strings.Contains(err.Error(), "no configuration") {
		t.Errorf("start without a file: %v", err)
	}
	if err := p.Start(ctx, Settings{Log: Log{Ident: "x"}}, text); err != nil {
		t.Fatal(err)
	}
	if err := p.Reload(ctx, memory(t, "bad")); !errors.Is(err, ErrConfig) || err.Error() != "instance bad: "+ErrConfig.Error() {
		t.Errorf("bad reload: %v", err)
	}
	if err := p.Reload(ctx, text); err != nil { // the same file once more
		t.Error(err)
	}
	if err := p.ReopenLogs(ctx); err != nil {
		t.Error(err)
	}
	st, err := p.Status(ctx)
	if err != nil || len(st.Instances) != 5 || st.Instances[4].Name != "B" || st.Lost.Lines != 1 || st.Version != "x" {
		t.Errorf("%v %+v", err, st)
	}
	if err := p.Switchover(ctx, "unknown"); !errors.Is(err, ErrUnknownInstance) {
		t.Error(err)
	}
	if err := p.Maintenance(ctx, "A", true); err == nil || err.Error() != "maintenance A true" {
		t.Error(err)
	}
	if err := p.ClearStats(ctx); err != nil {
		t.Error(err)
	}
	p.Signal(unix.SIGTERM)
	if end := p.Wait(); end != (End{Code: 10}) {
		t.Errorf("ended with %+v", end)
	}
	if _, err := p.Status(ctx); !errors.Is(err, ErrGone) {
		t.Errorf("status of what has ended: %v", err)
	}
}

// TestTextCannotChange: who has read the file may read it again.
func TestTextCannotChange(t *testing.T) {
	f := memory(t, "A")
	if _, err := f.Write([]byte("x")); !errors.Is(err, unix.EPERM) {
		t.Errorf("write: %v", err)
	}
	if err := f.Truncate(0); !errors.Is(err, unix.EPERM) {
		t.Errorf("truncate: %v", err)
	}
}

// TestTempDir: the file can be on a disk instead.
func TestTempDir(t *testing.T) {
	dir := t.TempDir()
	cfg, err := conf.Read(strings.NewReader("global_defs {\ntmp_config_directory "+dir+"\n}\nvrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n10.0.0.1\n}\n}\n"), "k.conf")
	if err != nil {
		t.Fatal(err)
	}
	f, err := Memory(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if at, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", f.Fd())); err != nil || !strings.HasPrefix(at, dir) {
		t.Errorf("at %s, %v", at, err)
	}
	if back, err := readMemory(f); err != nil || len(back.Instances) != 1 {
		t.Error(err)
	}
	cfg.Global.Files.TempDir = dir + "/none"
	if _, err := Memory(cfg); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestCallEnds(t *testing.T) {
	p := spawn(t, "x")
	if err := p.Start(t.Context(), Settings{}, memory(t, "A")); err != nil {
		t.Fatal(err)
	}
	// When its caller does.
	ctx, cancel := context.WithCancel(t.Context())
	hang := make(chan error)
	go func() { hang <- p.Switchover(ctx, "hang") }()
	time.Sleep(time.Millisecond)
	cancel()
	if err := <-hang; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	// When the child stands still.
	ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := p.Switchover(ctx, "stop"); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	p.Signal(unix.SIGCONT)
	// When the child dies.
	if err := p.Switchover(t.Context(), "exit"); !errors.Is(err, ErrGone) {
		t.Error(err)
	}
	if end := p.Wait(); end != (End{Code: 7}) {
		t.Errorf("ended with %+v", end)
	}
}

// TestTooManyCalls: what hangs does not pile up.
func TestTooManyCalls(t *testing.T) {
	p := spawn(t, "x")
	if err := p.Start(t.Context(), Settings{}, memory(t, "A")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	hang := make(chan error)
	for range maxCalls + 1 {
		go func() { hang <- p.Switchover(ctx, "hang") }()
	}
	if err := <-hang; err == nil || err.Error() != errBusy.Error() {
		t.Error(err)
	}
	cancel()
	for range maxCalls {
		// Start's place may not have been free yet: then there is another one too many.
		if err := <-hang; !errors.Is(err, context.Canceled) && (err == nil || err.Error() != errBusy.Error()) {
			t.Error(err)
		}
	}
	for { // the child hears of it one by one
		if _, err := p.Status(t.Context()); err == nil {
			break
		} else if err.Error() != errBusy.Error() {
			t.Fatal(err)
		}
	}
	p.Signal(unix.SIGKILL)
	if end := p.Wait(); end != (End{Code: -1, Signal: unix.SIGKILL}) {
		t.Errorf("ended with %+v", end)
	}
}

// TestHangUp: a child ends when its parent hangs up.
func TestHangUp(t *testing.T) {
	p := spawn(t, "x")
	p.close()
	if end := p.Wait(); end != (End{Code: 11}) {
		t.Errorf("ended with %+v", end)
	}
}

// TestParentKilled: a child ends with its parent, whatever kills that.
func TestParentKilled(t *testing.T) {
	p := spawn(t, "parent")
	if err := p.Start(t.Context(), Settings{}, memory(t, "A")); err != nil {
		t.Fatal(err)
	}
	st, err := p.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.PidfdOpen(st.PID, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	p.Signal(unix.SIGKILL)
	p.Wait()
	for err = unix.EINTR; err == unix.EINTR; { // until it has ended, or the test binary's own time-out
		_, err = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, -1)
	}
}

// TestSpawnerFails: what cannot be entered is known at once.
func TestSpawnerFails(t *testing.T) {
	if _, err := NewSpawner(func() error { return unix.EPERM }); !errors.Is(err, unix.EPERM) {
		t.Error(err)
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "/x")
	t.Setenv("WATCHDOG_USEC", "1")
	t.Setenv("OTHER", "y")
	list := strings.Join(Environment(), "\n")
	if strings.Contains(list, "NOTIFY_SOCKET") || strings.Contains(list, "WATCHDOG") || !strings.Contains(list, "OTHER=y") {
		t.Error(list)
	}
}

// TestCrash: the parent gets what a child prints that crashes.
func TestCrash(t *testing.T) {
	s, err := NewSpawner(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	p, err := s.Start(Spec{Role: "x", Args: []string{"vipd"}, Env: os.Environ()})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(t.Context(), Settings{}, memory(t, "A")); err != nil {
		t.Error(err)
	}
	if err := p.Switchover(t.Context(), "panic"); !errors.Is(err, ErrGone) {
		t.Error(err)
	}
	if end := p.Wait(); end.Code != 2 || !strings.Contains(end.Crash, "on purpose") || !strings.Contains(end.Crash, "Switchover") {
		t.Errorf("ended with %+v", end)
	}
}
