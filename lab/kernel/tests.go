package kernel

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// Environment variables that choose where RunTests runs the tests.
const (
	envKernel = "VIPLAB_KERNEL" // auto, host, uml
	envClock  = "VIPLAB_CLOCK"  // auto, real, virtual, ideal
)

// Exit statuses of RunTests, as the viplab command has them.
const (
	exitUsage       = 2
	exitEnvironment = 3
)

// RunTests runs this test binary again, with the same arguments, in a runner
// whose kernel has the given features, and returns the exit status to end with:
// the tests' own, 124 if their time ran out, 3 if no kernel here will do, which
// it says on standard error together with what would mend it.
//
// VIPLAB_KERNEL and VIPLAB_CLOCK choose the kernel and the clock, else it takes
// the best there is. If the choice was its own and the tests get stuck on the
// ideal clock, it runs them once more on the virtual one.
func RunTests(needs ...Feature) int {
	backend, clock := Backend(envOr(envKernel, string(BackendAuto))), Clock(envOr(envClock, string(ClockAuto)))
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	defer signal.Stop(signals)
	status, err := runTests(context.Background(), backend, clock, needs, signals)
	if errors.Is(err, ErrStuck) && clock == ClockAuto {
		fmt.Fprintln(os.Stderr, "viplab:", err)
		fmt.Fprintln(os.Stderr, "viplab: running the tests again on the virtual clock")
		status, err = runTests(context.Background(), backend, ClockVirtual, needs, signals)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "viplab:", err)
	}
	return statusFor(status, err)
}

func runTests(ctx context.Context, backend Backend, clock Clock, needs []Feature, signals <-chan os.Signal) (int, error) {
	if self, err := os.Executable(); err == nil {
		backend = BackendFor(backend, clock, self)
	}
	k, reason, err := Choose(ctx, backend, clock, needs...)
	if err != nil {
		return exitRunnerFailed, err
	}
	args := os.Args[1:]
	if slices.Contains(args, "-test.v=true") || slices.Contains(args, "-test.v=test2json") {
		fmt.Fprintln(os.Stderr, "viplab:", reason)
	}
	return k.Run(ctx, Command{
		Self: true, Args: args, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Signals: signals, Share: TestOutputs(args, os.Environ()),
	})
}

// statusFor is the exit status for what Run returned.
func statusFor(status int, err error) int {
	switch {
	case errors.Is(err, ErrEnvironment):
		return exitEnvironment
	case errors.Is(err, ErrUsage):
		return exitUsage
	case err != nil && status == 0:
		return exitRunnerFailed
	default:
		return status
	}
}

func envOr(name, value string) string {
	if set := os.Getenv(name); set != "" {
		return set
	}
	return value
}

// TestOutputs finds the folders that a Go test binary writes its results to:
// those of its profiles and logs (-test.coverprofile and others), and the ones
// for coverage data. They must be shared, or go test finds nothing there.
func TestOutputs(args, env []string) []string {
	var files, folders []string
	outputDir := false
	for _, arg := range args {
		flag, isTest := strings.CutPrefix(strings.TrimLeft(arg, "-"), "test.")
		name, value, hasValue := strings.Cut(flag, "=")
		if !isTest || !hasValue {
			continue
		}
		switch name {
		case "coverprofile", "cpuprofile", "memprofile", "blockprofile", "mutexprofile", "trace", "testlogfile":
			files = append(files, value)
		case "outputdir":
			outputDir = true
			folders = append(folders, value)
		case "gocoverdir", "fuzzcachedir":
			folders = append(folders, value)
		}
	}
	for _, file := range files {
		if !outputDir || filepath.IsAbs(file) {
			folders = append(folders, filepath.Dir(file))
		}
	}
	for _, entry := range env {
		if folder, ok := strings.CutPrefix(entry, "GOCOVERDIR="); ok && folder != "" {
			folders = append(folders, folder)
		}
	}
	return existing(folders)
}

// existing keeps the folders that exist, each once.
func existing(folders []string) []string {
	var kept []string
	for _, folder := range folders {
		info, err := os.Stat(folder)
		if err == nil && info.IsDir() && !slices.Contains(kept, folder) {
			kept = append(kept, folder)
		}
	}
	return kept
}
