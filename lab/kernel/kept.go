package kernel

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// keptPaths are paths that a runner's private mounts would hide, held open so
// that they can be bound to their names again.
type keptPaths []keptPath

type keptPath struct {
	path string
	fd   int
	dir  bool
}

// needed are the paths that the job itself needs to see.
func (j job) needed() []string {
	paths := []string{j.Dir}
	if j.Path != "" {
		paths = append(paths, j.Path)
	}
	if len(j.Args) > 0 {
		paths = append(paths, j.Args[0])
	}
	return paths
}

// open opens those of paths, seen below root, that lie below one of the hidden
// prefixes. A path that is not there is left to its user, who can say more.
func (k *keptPaths) open(root string, paths []string, hidden ...string) error {
	for _, path := range paths {
		if !hasPrefix(path, hidden) {
			continue
		}
		fd, err := unix.Open(root+path, unix.O_PATH|unix.O_CLOEXEC, 0)
		if errors.Is(err, unix.ENOENT) {
			continue
		}
		if err != nil {
			return fmt.Errorf("open %s: %w", path, err)
		}
		var stat unix.Stat_t
		if err := unix.Fstat(fd, &stat); err != nil {
			unix.Close(fd)
			return fmt.Errorf("stat %s: %w", path, err)
		}
		*k = append(*k, keptPath{path, fd, stat.Mode&unix.S_IFMT == unix.S_IFDIR})
	}
	return nil
}

// bind mounts the kept paths at their names below root.
func (k *keptPaths) bind(root string) error {
	for _, p := range *k {
		target := root + p.path
		if err := makeMountPoint(target, p.dir); err != nil {
			return fmt.Errorf("keep %s: %w", p.path, err)
		}
		if err := mount(fmt.Sprintf("%s/proc/self/fd/%d", root, p.fd), target, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
			return err
		}
	}
	return nil
}

func (k *keptPaths) close() {
	for _, p := range *k {
		unix.Close(p.fd)
	}
}

// makeMountPoint makes a folder or an empty file to mount on, if there is none.
func makeMountPoint(path string, dir bool) error {
	if dir {
		return os.MkdirAll(path, 0o755)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDONLY, 0o644)
	if err != nil {
		return err
	}
	return file.Close()
}

func hasPrefix(path string, prefixes []string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}
