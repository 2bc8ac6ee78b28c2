package kbuild

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// source is a kernel's source as Debian packs it.
type source struct {
	tarball string // /usr/src/linux-source-6.1.tar.xz
	series  string // 6.1
	version string // of the package: 6.1.192-2
}

var tarballName = regexp.MustCompile(`^linux-source-(\d+)\.(\d+)\.tar\.xz$`)

// errNoSource says that no linux-source package is installed.
var errNoSource = errors.New("no kernel source in /usr/src")

// findSource finds the newest kernel source in a folder.
func findSource(ctx context.Context, dir string) (source, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return source{}, fmt.Errorf("look for kernel source: %w", err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	name := newestTarball(names)
	if name == "" {
		return source{}, errNoSource
	}
	s := source{tarball: filepath.Join(dir, name), series: strings.TrimSuffix(strings.TrimPrefix(name, "linux-source-"), ".tar.xz")}
	s.version, err = packageVersion(ctx, s)
	return s, err
}

// newestTarball returns the name with the highest version, none if there is no
// kernel source among the names.
func newestTarball(names []string) string {
	newest, major, minor := "", -1, -1
	for _, name := range names {
		m := tarballName.FindStringSubmatch(name)
		if m == nil {
			continue
		}
		a, errA := strconv.Atoi(m[1])
		b, errB := strconv.Atoi(m[2])
		if errA == nil && errB == nil && (a > major || a == major && b > minor) {
			newest, major, minor = name, a, b
		}
	}
	return newest
}

// packageVersion asks dpkg for the version. A tarball that dpkg does not know is
// told from others by its size and date.
func packageVersion(ctx context.Context, s source) (string, error) {
	out, err := exec.CommandContext(ctx, "dpkg-query", "--show", "--showformat", "${Version}", "linux-source-"+s.series).Output()
	if err == nil && len(out) > 0 {
		return string(out), nil
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}
	info, err := os.Stat(s.tarball)
	if err != nil {
		return "", fmt.Errorf("look at the kernel source: %w", err)
	}
	return fmt.Sprintf("%s-%d-%d", s.series, info.Size(), info.ModTime().Unix()), nil
}

// key names a build: another source, configuration or patch gives another key.
func (s source) key() string { return s.version + "-" + configHash() }

// configHash stands for all that viplab decides about a build.
func configHash() string {
	sum := sha256.New()
	fmt.Fprint(sum, fragment, patches())
	return hex.EncodeToString(sum.Sum(nil))[:12]
}
