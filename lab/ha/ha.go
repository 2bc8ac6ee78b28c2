// Package ha knows the high-availability daemons that a lab can run: where they
// are, how they are started, and what they can do.
package ha

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/viplab/viplab/internal/suggest"
	"github.com/viplab/viplab/lab/topology"
)

// ErrMissing says that a daemon is not installed; its text says how to mend it.
var ErrMissing = errors.New("daemon is not installed")

// ErrUnknown says that there is no such daemon.
var ErrUnknown = errors.New("unknown daemon")

// Daemon is an implementation that the ha services of a lab run.
type Daemon struct {
	Name    string `json:"name"`
	Path    string `json:"path"`    // the executable, on the system
	Version string `json:"version"` // as it prints it
}

// kind is what is known of a daemon without looking.
type kind struct {
	can     []string // what a scenario's needs may ask for
	mend    string   // the command that installs it
	version *regexp.Regexp
	// env names a variable that holds the path of the executable.
	env string
}

func kinds() map[string]kind {
	return map[string]kind{
		"keepalived": {
			can:     []string{"vrrp", "lvs", "notify", "script", "smtp", "sync", "syslog"},
			mend:    "apt-get install keepalived",
			version: regexp.MustCompile(`Keepalived v([0-9][0-9.]*)`),
			env:     "VIPLAB_KEEPALIVED",
		},
		"vipd": {
			can:     []string{"vrrp", "lvs", "notify", "script", "smtp", "sync", "syslog"},
			mend:    "make build",
			version: regexp.MustCompile(`vipd v?([0-9][0-9.]*)`),
			env:     "VIPLAB_VIPD",
		},
	}
}

// Names lists the daemons, in order.
func Names() []string {
	names := make([]string, 0, 2)
	for name := range kinds() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Find finds a daemon: where its variable (VIPLAB_VIPD, VIPLAB_KEEPALIVED)
// says, beside this executable, or in PATH and the sbin folders. The error wraps
// ErrUnknown or ErrMissing.
func Find(ctx context.Context, name string) (Daemon, error) {
	k, ok := kinds()[name]
	if !ok {
		return Daemon{}, fmt.Errorf("%w %q%s", ErrUnknown, name, suggest.Among(name, Names()))
	}
	path, err := look(name, os.Getenv(k.env))
	if err != nil {
		return Daemon{}, fmt.Errorf("%s: %w; to mend it: %s", name, ErrMissing, k.mend)
	}
	// Daemons print their version to standard error, as keepalived does.
	out, err := exec.CommandContext(ctx, path, "-v").CombinedOutput()
	if err != nil {
		return Daemon{}, fmt.Errorf("ask %s for its version: %w", path, err)
	}
	d := Daemon{Name: name, Path: path}
	if m := k.version.FindSubmatch(out); m != nil {
		d.Version = string(m[1])
	}
	return d, nil
}

// look finds the executable of a daemon.
func look(name, wanted string) (string, error) {
	if wanted != "" {
		return exec.LookPath(wanted)
	}
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), name)
		if path, err := exec.LookPath(beside); err == nil {
			return path, nil
		}
	}
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	for _, dir := range []string{"/usr/sbin", "/usr/local/sbin", "/sbin"} {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, nil
		}
	}
	return "", exec.ErrNotFound
}

// Lacks returns those of needs that the daemon cannot do.
func (d Daemon) Lacks(needs []string) []string {
	can := kinds()[d.Name].can
	var lacks []string
	for _, need := range needs {
		if !slices.Contains(can, need) {
			lacks = append(lacks, need)
		}
	}
	return lacks
}

// Target is where the daemon's executable appears on nodes.
func (d Daemon) Target() string { return "/usr/sbin/" + filepath.Base(d.Name) }

// Command returns the command line that runs the daemon in the foreground.
func (d Daemon) Command(s topology.HA) []string {
	args := []string{d.Target(), "--dont-fork", "--use-file", s.Config}
	if len(s.Args) == 0 {
		return append(args, "--log-detail")
	}
	return append(args, s.Args...)
}

// String returns name and version: "keepalived 2.2.7".
func (d Daemon) String() string { return strings.TrimSpace(d.Name + " " + d.Version) }
