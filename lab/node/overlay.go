package node

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// overlay mounts lower, writable, at its place under root. Its upper layer is
// in work, which is on a tmpfs: syncing it would only cost time.
func overlay(root, lower, work string) error {
	target := filepath.Join(root, lower)
	upper, scrap := filepath.Join(work, "upper"), filepath.Join(work, "work")
	for _, dir := range []string{target, upper, scrap} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("make overlay of %s: %w", lower, err)
		}
	}
	if inUserNamespace() {
		if err := mirror(lower, upper, mirrorDepth); err != nil {
			return err
		}
	}
	options := fmt.Sprintf("lowerdir=%s,upperdir=%s,workdir=%s,volatile", lower, upper, scrap)
	if inUserNamespace() {
		// trusted.* attributes need the initial user namespace.
		options += ",userxattr"
	}
	if err := unix.Mount("overlay", target, "overlay", 0, options); err != nil {
		return fmt.Errorf("mount overlay of %s: %w", lower, err)
	}
	return nil
}

// mirrorDepth is how deep folders can be written to in a user namespace:
// /etc/keepalived/conf.d, /var/www/html, /usr/local/sbin.
const mirrorDepth = 3

// mirror makes the folders of lower in upper too. There they are ours: the root of
// a user namespace may not write into the system's own, whose owner it has no
// name for.
func mirror(lower, upper string, depth int) error {
	entries, err := os.ReadDir(lower)
	if err != nil && !errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("list %s: %w", lower, err)
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		below := filepath.Join(upper, e.Name())
		if err := os.Mkdir(below, 0o755); err != nil {
			return fmt.Errorf("mirror folder: %w", err)
		}
		if depth > 1 {
			if err := mirror(filepath.Join(lower, e.Name()), below, depth-1); err != nil {
				return err
			}
		}
	}
	return nil
}

// inUserNamespace reports whether this process' root is not the system's: the
// initial user namespace maps all of its IDs to themselves.
func inUserNamespace() bool {
	f, err := os.Open("/proc/self/uid_map")
	if err != nil {
		return false
	}
	defer f.Close()
	line := bufio.NewScanner(f)
	return line.Scan() && strings.Join(strings.Fields(line.Text()), " ") != "0 0 4294967295"
}
