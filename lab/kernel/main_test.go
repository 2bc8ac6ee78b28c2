package kernel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// helperFlag as the first argument makes this test binary one of the helpers that
// tests run in runners, or as callers of runners.
const helperFlag = "-helper"

func TestMain(m *testing.M) {
	Main()
	if len(os.Args) > 2 && os.Args[1] == helperFlag {
		os.Exit(helper(os.Args[2], os.Args[3:]))
	}
	goleak.VerifyTestMain(m)
}

// helper does what a test wants to see done, and returns the exit status.
func helper(name string, args []string) int {
	helpers := map[string]func([]string) error{
		"all-bytes": helpAllBytes,
		"busy":      helpBusy,
		"calibrate": helpCalibrate,
		"call":      helpCall,
		"current":   helpCurrent,
		"signal":    helpSignal,
		"sleep":     helpSleep,
	}
	help, ok := helpers[name]
	if !ok {
		fmt.Fprintln(os.Stderr, "no such helper:", name)
		return exitUsage
	}
	if err := help(args); err != nil {
		fmt.Fprintln(os.Stderr, name+":", err)
		return 1
	}
	return 0
}

// helpAllBytes writes every byte value to stdout, and them backwards to stderr,
// as many times as the argument says.
func helpAllBytes(args []string) error {
	out, reverse := allBytes()
	var times int
	if _, err := fmt.Sscan(args[0], &times); err != nil {
		return err
	}
	for range times {
		if _, err := os.Stdout.Write(out); err != nil {
			return err
		}
		if _, err := os.Stderr.Write(reverse); err != nil {
			return err
		}
	}
	return nil
}

func allBytes() (forward, backward []byte) {
	for i := range 256 {
		forward, backward = append(forward, byte(i)), append(backward, byte(255-i))
	}
	return forward, backward
}

// helpBusy reports what it does and computes for ever, without a system call.
func helpBusy(args []string) error {
	if err := Report(strings.Join(args, " ")); err != nil {
		return err
	}
	for n := 0; ; n++ {
		if n < 0 {
			n = 0
		}
	}
}

func helpCalibrate([]string) error {
	c, err := Calibrate(context.Background())
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(c)
}

func helpCurrent([]string) error {
	r, ok := Current()
	if !ok {
		return errors.New("not in a runner")
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}

// helpSignal says that it is ready, and then which signal it got.
func helpSignal([]string) error {
	got := make(chan os.Signal, 1)
	signal.Notify(got, syscall.SIGINT, syscall.SIGTERM, syscall.SIGUSR1, syscall.SIGHUP)
	fmt.Println("ready")
	fmt.Println(<-got)
	return nil
}

func helpSleep(args []string) error {
	d, err := time.ParseDuration(args[0])
	if err != nil {
		return err
	}
	start := time.Now()
	time.Sleep(d)
	fmt.Println(time.Since(start))
	return nil
}

// helpCall is a caller of a runner, for tests that kill it or give it another
// user: call BACKEND CLOCK KERNEL COMMAND ...
func helpCall(args []string) error {
	k := Kernel{Backend: Backend(args[0]), Clock: Clock(args[1]), Path: args[2]}
	fmt.Println("calling")
	status, err := k.Run(context.Background(), Command{
		Args: args[3:], Stdout: os.Stdout, Stderr: os.Stderr, Deadline: -1, Watchdog: -1,
		Progress: func(what string) { fmt.Println(what) },
	})
	fmt.Println("status", status)
	return err
}

// testKernels are the kernels that this machine can run these tests on. A test
// binary built with -race cannot be a guest's init.
func testKernels(t *testing.T) []Kernel {
	t.Helper()
	kernels := []Kernel{{Backend: BackendHost, Clock: ClockReal}}
	if guest, ok := builtKernel(t); ok {
		for _, clock := range []Clock{ClockIdeal, ClockVirtual, ClockReal} {
			guest.Clock = clock
			kernels = append(kernels, guest)
		}
	}
	return kernels
}

// builtKernel is the built guest kernel on the ideal clock.
func builtKernel(t *testing.T) (Kernel, bool) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if builtWithRace(self) {
		t.Log("not on guest kernels: built with -race")
		return Kernel{}, false
	}
	c := builtCandidate()
	if c.Why != "" {
		t.Logf("not on guest kernels: %s; %s", c.Why, c.Mend)
		return Kernel{}, false
	}
	return c.Kernel(ClockIdeal), true
}

// needGuest is builtKernel for tests that mean nothing without one.
func needGuest(t *testing.T) Kernel {
	t.Helper()
	k, ok := builtKernel(t)
	if !ok {
		t.Skip("no guest kernel to test with")
	}
	return k
}

// onEach runs a test on each kernel.
func onEach(t *testing.T, test func(*testing.T, Kernel)) {
	for _, k := range testKernels(t) {
		t.Run(fmt.Sprintf("%s-%s", k.Backend, k.Clock), func(t *testing.T) { test(t, k) })
	}
}

// runText runs a command and returns its output.
func runText(t *testing.T, k Kernel, c Command) (stdout, stderr string, status int, err error) {
	t.Helper()
	var out, errOut strings.Builder
	c.Stdout, c.Stderr = &out, &errOut
	status, err = k.Run(t.Context(), c)
	return out.String(), errOut.String(), status, err
}

// lineWriter calls take for each line that is written to it.
type lineWriter struct {
	rest string
	take func(string)
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.rest += string(p)
	for {
		line, rest, ok := strings.Cut(w.rest, "\n")
		if !ok {
			return len(p), nil
		}
		w.rest = rest
		w.take(line)
	}
}

// entries lists a folder.
func entries(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}
