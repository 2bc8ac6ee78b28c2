package node

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"golang.org/x/sys/unix"
)

// mountKernel mounts what a host has besides its disks.
func mountKernel(root string) error {
	for _, m := range []struct{ kind, point, options string }{
		{"proc", "/proc", ""},
		{"sysfs", "/sys", ""},
		{"tmpfs", "/dev", "mode=755"},
		{"tmpfs", "/run", "mode=755"},
		{"tmpfs", "/tmp", "mode=1777"},
	} {
		if err := mount(m.kind, filepath.Join(root, m.point), m.options); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Join(root, "run/lock"), 0o755); err != nil {
		return fmt.Errorf("make /run/lock: %w", err)
	}
	if err := mountLogs(root); err != nil {
		return err
	}
	return makeDevices(filepath.Join(root, "dev"))
}

func mount(kind, point, options string) error {
	if err := os.MkdirAll(point, 0o755); err != nil {
		return fmt.Errorf("make mount point: %w", err)
	}
	if err := unix.Mount(kind, point, kind, unix.MS_NOSUID, options); err != nil {
		return fmt.Errorf("mount %s on %s: %w", kind, point, err)
	}
	return nil
}

// mountLogs makes /var/log private and empty, but for the folders in it, which
// programs expect to find (nginx does not start without /var/log/nginx).
func mountLogs(root string) error {
	point := filepath.Join(root, "var/log")
	entries, err := os.ReadDir(point)
	if err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("list /var/log: %w", err)
	}
	if err := mount("tmpfs", point, "mode=755"); err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		if err := os.Mkdir(filepath.Join(point, e.Name()), 0o777); err != nil {
			return fmt.Errorf("make log folder: %w", err)
		}
	}
	return nil
}

// makeDevices fills /dev. The devices are the system's own, bound: in a user
// namespace none can be made.
func makeDevices(dev string) error {
	for _, name := range []string{"null", "zero", "full", "random", "urandom", "tty"} {
		if err := bind(filepath.Join("/dev", name), filepath.Join(dev, name)); err != nil {
			return err
		}
	}
	if err := mount("devpts", filepath.Join(dev, "pts"), "newinstance,ptmxmode=0666,mode=620"); err != nil {
		return err
	}
	if err := mount("tmpfs", filepath.Join(dev, "shm"), "mode=1777"); err != nil {
		return err
	}
	for name, target := range map[string]string{
		"ptmx": "pts/ptmx", "fd": "/proc/self/fd",
		"stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2",
	} {
		if err := os.Symlink(target, filepath.Join(dev, name)); err != nil {
			return fmt.Errorf("link /dev/%s: %w", name, err)
		}
	}
	return nil
}

// bind makes the file source appear at target.
func bind(source, target string) error {
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return fmt.Errorf("make folder of %s: %w", target, err)
	}
	f, err := os.OpenFile(target, os.O_CREATE|os.O_RDONLY, 0o755)
	if err != nil {
		return fmt.Errorf("make %s: %w", target, err)
	}
	f.Close()
	if err := unix.Mount(source, target, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("bind %s to %s: %w", source, target, err)
	}
	return nil
}

// openBinaries opens the executables that a node wants, by their path there.
func openBinaries(binaries map[string]string) (map[string]*os.File, error) {
	files := make(map[string]*os.File, len(binaries))
	self := sync.OnceValues(ownPath)
	for target, source := range binaries {
		if source == "" {
			var err error
			if source, err = self(); err != nil {
				return nil, err
			}
		}
		fd, err := unix.Open(source, unix.O_PATH|unix.O_CLOEXEC, 0)
		if err != nil {
			return nil, &fs.PathError{Op: "open", Path: source, Err: err}
		}
		files[target] = os.NewFile(uintptr(fd), source)
	}
	return files, nil
}

// ownPath returns a path of this executable that can be bound. /proc/self/exe is
// none: it leads to the mount namespace that the executable was started in.
// Where the file is out of sight (a test's, under a /tmp that a guest has
// covered), it is a copy in memory.
func ownPath() (string, error) {
	const self = "/proc/self/exe"
	running, err := os.Stat(self)
	if err != nil {
		return "", fmt.Errorf("find this executable: %w", err)
	}
	if path, err := os.Readlink(self); err == nil {
		if there, err := os.Stat(path); err == nil && os.SameFile(running, there) {
			return path, nil
		}
	}
	blob, err := os.ReadFile(self)
	if err != nil {
		return "", fmt.Errorf("read this executable: %w", err)
	}
	const dir = "/run"
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "mode=755"); err != nil {
		return "", fmt.Errorf("mount folder for this executable: %w", err)
	}
	copied := dir + "/viplab"
	if err := os.WriteFile(copied, blob, 0o755); err != nil {
		return "", fmt.Errorf("copy this executable: %w", err)
	}
	return copied, nil
}

func bindBinaries(root string, files map[string]*os.File) error {
	targets := make([]string, 0, len(files))
	for target := range files {
		targets = append(targets, target)
	}
	slices.Sort(targets)
	for _, target := range targets {
		f := files[target]
		// A name that the system has as a link elsewhere (update-alternatives) is
		// replaced on this node, not followed.
		place := filepath.Join(root, target)
		if fi, err := os.Lstat(place); err == nil && fi.Mode()&fs.ModeSymlink != 0 {
			if err := os.Remove(place); err != nil {
				return fmt.Errorf("replace link %s: %w", target, err)
			}
		}
		if err := bind(fmt.Sprintf("/proc/self/fd/%d", f.Fd()), place); err != nil {
			return err
		}
		f.Close()
	}
	return nil
}
