package kernel

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"os"
)

// Names in the environment and the file system of runners.
const (
	envRole   = "VIPLAB_KERNEL_ROLE" // what Main is to do in this process
	envJob    = "VIPLAB_KERNEL_JOB"  // the job's file, on a guest kernel's command line
	envRunner = "VIPLAB_RUNNER"      // JSON of Runner, for the work in a runner
	envRunID  = "VIPLAB_RUN_ID"      // in the environment of every process of a run

	runnerDir    = "/run/viplab"
	runnerSocket = runnerDir + "/runner.sock"
)

// Runner is what the work in a runner can know about it.
type Runner struct {
	Kernel
	// Run is the run's unique id. Every process of the run has it as VIPLAB_RUN_ID
	// in its environment.
	Run string `json:"run"`
}

// Current returns the runner that this process works in, and whether it works in
// one at all.
func Current() (Runner, bool) {
	text := os.Getenv(envRunner)
	if text == "" {
		return Runner{}, false
	}
	var r Runner
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return Runner{}, false
	}
	return r, true
}

// Report says what is being done now. Whoever started the runner gets it as
// progress, and names it if the watchdog or the deadline ends the run. It returns
// after the host has it. Outside a runner it does nothing.
func Report(what string) error {
	if os.Getenv(envRunner) == "" {
		return nil
	}
	conn, err := net.Dial("unixpacket", runnerSocket)
	if err != nil {
		return fmt.Errorf("report progress: %w", err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte(what)); err != nil {
		return fmt.Errorf("report progress: %w", err)
	}
	// On an ideal clock nothing interrupts a process that computes, so the answer
	// is the only sign that the report has left the guest.
	if _, err := conn.Read(make([]byte, 1)); err != nil {
		return fmt.Errorf("report progress: %w", err)
	}
	return nil
}

// newRunID returns 16 random hexadecimal digits.
func newRunID() string {
	b := make([]byte, 8)
	rand.Read(b) // never fails, see its documentation
	return hex.EncodeToString(b)
}

// runEnv is the environment of a job's command.
func runEnv(j job) ([]string, error) {
	about, err := json.Marshal(Runner{Kernel: j.Kernel, Run: j.Run})
	if err != nil {
		return nil, fmt.Errorf("describe the runner: %w", err)
	}
	env := withoutOwn(j.Env)
	return append(env, envRunID+"="+j.Run, envRunner+"="+string(about)), nil
}

// withoutOwn drops this package's own variables, so that nested runs see only
// the innermost.
func withoutOwn(env []string) []string {
	var kept []string
	for _, entry := range env {
		if !hasName(entry, envRole, envJob, envRunner, envRunID) {
			kept = append(kept, entry)
		}
	}
	return kept
}

func hasName(entry string, names ...string) bool {
	for _, name := range names {
		if len(entry) > len(name) && entry[:len(name)] == name && entry[len(name)] == '=' {
			return true
		}
	}
	return false
}
