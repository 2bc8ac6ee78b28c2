package kernel

import (
	"debug/buildinfo"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// guestArgs is a guest kernel's command line. init is this executable, jobFile
// reaches it as an environment variable: the kernel passes on every NAME=value
// that it does not know. Its COMMAND_LINE_SIZE is 4096 bytes (2048 before 5.18),
// which is why the job itself is in a file.
func guestArgs(clock Clock, dir, init, jobFile string, memory int64) []string {
	args := []string{
		"rootfstype=hostfs", "rootflags=/", "ro",
		fmt.Sprintf("mem=%dM", memory>>20),
		"uml_dir=" + dir + "/", "umid=guest",
		"con=null", "con0=null,fd:1", "ssl=null", "ssl0=fd:3,null",
		"quiet", "panic=-1", "dummy.numdummies=0", "bonding.max_bonds=0", "fb_tunnels=none",
		"init=" + init, envJob + "=" + jobFile,
	}
	switch clock {
	case ClockVirtual:
		args = append(args, "time-travel")
	case ClockIdeal:
		args = append(args, "time-travel=inf-cpu")
	}
	return args
}

// guestExecutable is the path under which a guest finds this executable. One that
// the guest cannot reach is copied into the run's folder.
func guestExecutable(dir string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this executable: %w", err)
	}
	_, err = os.Stat(self) // a deleted one has no path
	if err == nil && !strings.ContainsAny(self, " \"") && !hasPrefix(self, []string{"/dev/", "/proc/", "/run/", "/sys/"}) {
		return self, nil
	}
	copied := filepath.Join(dir, "init")
	if err := copyFile(copied, "/proc/self/exe", 0o700); err != nil {
		return "", fmt.Errorf("copy this executable: %w", err)
	}
	return copied, nil
}

func copyFile(to, from string, mode os.FileMode) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

// checkUML says before anything starts why a guest could not run the job.
func checkUML(j job, c Command) error {
	if runtime.GOARCH != "amd64" {
		return environmentf("user-mode Linux runs on x86-64 only, this is %s; take --kernel host", runtime.GOARCH)
	}
	if j.Kernel.Path == "" {
		return environmentf("no guest kernel; build one with: viplab kernel build")
	}
	return checkRace(programs(j, c))
}

// programs are the executables of a job whose files can be looked at.
func programs(j job, c Command) []string {
	self, err := os.Executable()
	if err != nil {
		return nil
	}
	if c.Self || len(j.Args) == 0 {
		return []string{self}
	}
	return []string{self, j.Args[0]}
}

// checkRace refuses Go programs built with -race: the race detector wants its
// shadow memory at addresses that a guest's processes do not have.
func checkRace(paths []string) error {
	for _, path := range paths {
		if builtWithRace(path) {
			return environmentf("%s is built with -race, which does not run in a guest kernel; build it without, or take --kernel host", path)
		}
	}
	return nil
}

// builtWithRace reports whether a file is a Go program built with -race.
func builtWithRace(path string) bool {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return false // not a Go program, or to be looked up in PATH
	}
	for _, setting := range info.Settings {
		if setting.Key == "-race" && setting.Value == "true" {
			return true
		}
	}
	return false
}

// BackendFor is the backend to choose for programs: want, but the host's kernel
// where the choice is free and a program is built with -race, which does not run
// in a guest.
func BackendFor(want Backend, clock Clock, programs ...string) Backend {
	if want == BackendAuto && clock == ClockAuto && slices.ContainsFunc(programs, builtWithRace) {
		return BackendHost
	}
	return want
}
