package kernel

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// buildGuestRoot makes the guest's root: an overlay of the host's file system
// whose upper layer is in memory, with the guest's own /proc, /sys, /dev and /run,
// and the shared folders written through to the host.
func buildGuestRoot(j job) error {
	const base = "/proc" // a folder that every host has
	if err := mount("tmpfs", base, "tmpfs", 0, "size=90%,mode=755"); err != nil {
		return err
	}
	root := base + "/root"
	for _, dir := range []string{"/upper", "/work", "/root"} {
		if err := os.Mkdir(base+dir, 0o755); err != nil {
			return fmt.Errorf("make the guest's root: %w", err)
		}
	}
	layers := "lowerdir=/,upperdir=" + base + "/upper,workdir=" + base + "/work"
	if err := mount("overlay", root, "overlay", 0, layers); err != nil {
		return err
	}
	var kept keptPaths
	defer kept.close()
	if err := kept.open(root, j.needed(), "/run/"); err != nil {
		return err
	}
	if err := mountSystem(root); err != nil {
		return err
	}
	if err := kept.bind(root); err != nil {
		return err
	}
	for _, dir := range j.Share {
		if err := mountShare(root, dir); err != nil {
			return err
		}
	}
	return enterRoot(root)
}

// mountSystem mounts what every system has below root.
func mountSystem(root string) error {
	mounts := []struct {
		kind, path string
		flags      uintptr
		data       string
	}{
		{"proc", "/proc", unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC, ""},
		{"sysfs", "/sys", unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC, ""},
		{"tmpfs", "/run", unix.MS_NOSUID | unix.MS_NODEV, "mode=755"},
		{"tmpfs", "/dev", unix.MS_NOSUID, "mode=755"},
	}
	for _, m := range mounts {
		if err := os.MkdirAll(root+m.path, 0o755); err != nil {
			return fmt.Errorf("make the guest's %s: %w", m.path, err)
		}
		if err := mount(m.kind, root+m.path, m.kind, m.flags, m.data); err != nil {
			return err
		}
	}
	return fillDev(root + "/dev")
}

// fillDev makes the devices that programs expect.
func fillDev(dev string) error {
	nodes := []struct {
		name         string
		mode         uint32
		major, minor uint32
	}{
		{"null", 0o666, 1, 3}, {"zero", 0o666, 1, 5}, {"full", 0o666, 1, 7},
		{"random", 0o666, 1, 8}, {"urandom", 0o666, 1, 9}, {"kmsg", 0o644, 1, 11},
		{"tty", 0o666, 5, 0}, {"console", 0o600, 5, 1},
		{"ttyS0", 0o600, 4, 64}, {"net/tun", 0o666, 10, 200},
	}
	for _, dir := range []string{"net", "pts", "shm"} {
		if err := os.Mkdir(filepath.Join(dev, dir), 0o755); err != nil {
			return fmt.Errorf("make the guest's devices: %w", err)
		}
	}
	for _, n := range nodes {
		path := filepath.Join(dev, n.name)
		if err := unix.Mknod(path, unix.S_IFCHR|n.mode, int(unix.Mkdev(n.major, n.minor))); err != nil {
			return fmt.Errorf("make the device %s: %w", n.name, err)
		}
		if err := os.Chmod(path, os.FileMode(n.mode)); err != nil { // the umask took bits off
			return fmt.Errorf("make the device %s: %w", n.name, err)
		}
	}
	links := map[string]string{"ptmx": "pts/ptmx", "fd": "/proc/self/fd", "stdin": "/proc/self/fd/0",
		"stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2"}
	for name, target := range links {
		if err := os.Symlink(target, filepath.Join(dev, name)); err != nil {
			return fmt.Errorf("make the guest's devices: %w", err)
		}
	}
	if err := mount("devpts", dev+"/pts", "devpts", unix.MS_NOSUID|unix.MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620"); err != nil {
		return err
	}
	return mount("tmpfs", dev+"/shm", "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=1777")
}

// mountShare makes a folder of the host writable at the same path.
func mountShare(root, dir string) error {
	if err := os.MkdirAll(root+dir, 0o755); err != nil { // it may lie in the guest's own /run
		return fmt.Errorf("share %s: %w", dir, err)
	}
	return mount("none", root+dir, "hostfs", 0, dir)
}

// enterRoot makes root the root of all mounts and lets go of the old one.
func enterRoot(root string) error {
	if err := unix.Chdir(root); err != nil {
		return fmt.Errorf("enter the guest's root: %w", err)
	}
	// pivot_root(2): with the same folder twice the old root lands on top of the
	// new one, and is unmounted from there.
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("enter the guest's root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("let go of the old root: %w", err)
	}
	return os.Chdir("/")
}

// mount is mount(2) with an error that says what was mounted where.
func mount(source, target, kind string, flags uintptr, data string) error {
	if err := unix.Mount(source, target, kind, flags, data); err != nil {
		return fmt.Errorf("mount %s on %s: %w", kind, target, err)
	}
	return nil
}
