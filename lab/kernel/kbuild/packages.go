package kbuild

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"github.com/viplab/viplab/lab/kernel"
)

// packages are the Debian packages that a build needs.
func packages() []string {
	return []string{"linux-source", "gcc", "make", "flex", "bison", "bc", "libc6-dev", "libelf-dev", "libssl-dev", "xz-utils"}
}

// missingPackages returns the packages that are not installed. A linux-source-6.1
// does for linux-source, which only names the newest.
func missingPackages(ctx context.Context, haveSource bool) ([]string, error) {
	var missing []string
	for _, name := range packages() {
		if name == "linux-source" && haveSource {
			continue
		}
		out, err := exec.CommandContext(ctx, "dpkg-query", "--show", "--showformat", "${db:Status-Status}", name).Output()
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err != nil || string(out) != "installed" {
			missing = append(missing, name)
		}
	}
	return missing, nil
}

// ensurePackages installs what is missing if this is root, and says what to
// install if it is not.
func ensurePackages(ctx context.Context, root, haveSource bool, say func(string)) error {
	if _, err := exec.LookPath("dpkg-query"); err != nil {
		return environmentf("building a guest kernel takes Debian's package linux-source, and this is no Debian")
	}
	missing, err := missingPackages(ctx, haveSource)
	if err != nil || len(missing) == 0 {
		return err
	}
	install := append([]string{"apt-get", "install", "--yes", "--no-install-recommends"}, missing...)
	if !root {
		return environmentf("building a guest kernel needs packages that are not installed; as root: %s", strings.Join(install, " "))
	}
	say("installing " + strings.Join(missing, " "))
	if _, err := apt(ctx, install); err == nil {
		return nil
	}
	// A fresh machine has no lists of packages, or old ones.
	if out, err := apt(ctx, []string{"apt-get", "update"}); err != nil {
		return environmentf("install packages: %w\n%s", err, out)
	}
	if out, err := apt(ctx, install); err != nil {
		return environmentf("install packages: %w\n%s", err, out)
	}
	return nil
}

// apt runs apt-get and returns what it said. It is asked to stop, never killed: a
// killed dpkg leaves a mess.
func apt(ctx context.Context, args []string) (string, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return strings.TrimSpace(out.String()), err
}

// environmentf is an error that says what this machine lacks.
func environmentf(format string, args ...any) error {
	return fmt.Errorf("%w: %w", kernel.ErrEnvironment, fmt.Errorf(format, args...))
}
