package node

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"
)

// scratch is where the new root is assembled: every system has it, and the
// node gets one of its own anyway.
const scratch = "/tmp"

// makeRoot gives this mount namespace a root of its own: an overlay of the
// system's, with private /proc, /sys, /dev, /run, /tmp and /var/log, and
// executables bound to the paths where the node wants them.
func makeRoot(binaries map[string]string) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	// Opened before scratch hides what may lie under it: a test binary does.
	sources, err := openBinaries(binaries)
	if err != nil {
		return err
	}
	disks, err := diskMounts()
	if err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", scratch, "tmpfs", 0, "mode=755"); err != nil {
		return fmt.Errorf("mount scratch: %w", err)
	}
	root := filepath.Join(scratch, "root")
	if inUserNamespace() {
		if disks, err = topFolders(root, disks); err != nil {
			return err
		}
	}
	for i, disk := range disks {
		if err := overlay(root, disk, filepath.Join(scratch, fmt.Sprint(i))); err != nil {
			return err
		}
	}
	if err := bindBinaries(root, sources); err != nil {
		return err
	}
	if err := mountKernel(root); err != nil {
		return err
	}
	return pivot(root)
}

// diskMounts lists the mount points that hold the system's programs and
// settings, "/" first. An overlay shows one file system only, so each that is
// mounted apart (a separate /usr or /var) needs one of its own.
func diskMounts() ([]string, error) {
	mounts, err := procfs.GetMounts()
	if err != nil {
		return nil, fmt.Errorf("list mounts: %w", err)
	}
	disks := []string{"/"}
	for _, m := range mounts {
		if fi, err := os.Stat(m.MountPoint); err != nil || !fi.IsDir() {
			continue
		}
		if isSystem(m.MountPoint) && !slices.Contains(disks, m.MountPoint) {
			disks = append(disks, m.MountPoint)
		}
	}
	slices.Sort(disks)
	return disks, nil
}

// topFolders makes a root of its own and returns what takes the place of "/"
// among disks: its folders of installed files. In a user namespace the kernel
// lets nobody overlay "/", since what is mounted on it (/proc, /dev) must not be
// uncovered that way (has_locked_children in fs/namespace.c).
func topFolders(root string, disks []string) ([]string, error) {
	if err := mount("tmpfs", root, "mode=755"); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir("/")
	if err != nil {
		return nil, fmt.Errorf("list /: %w", err)
	}
	var folders []string
	for _, e := range entries {
		path := "/" + e.Name()
		switch {
		case e.Type() == fs.ModeSymlink: // /bin, where /usr is merged
			target, err := os.Readlink(path)
			if err == nil {
				err = os.Symlink(target, filepath.Join(root, path))
			}
			if err != nil {
				return nil, fmt.Errorf("copy link %s: %w", path, err)
			}
		case e.IsDir() && isSystem(path):
			folders = append(folders, path)
		}
	}
	for _, disk := range disks {
		if disk != "/" && !slices.Contains(folders, disk) {
			folders = append(folders, disk)
		}
	}
	return folders, nil
}

// isSystem reports whether a mount point is a place of installed files.
func isSystem(point string) bool {
	if point == "/var/log" || point == "/var/run" {
		return false
	}
	for _, top := range []string{"/bin", "/sbin", "/lib", "/lib64", "/usr", "/etc", "/var", "/opt", "/srv", "/root", "/home"} {
		if point == top || strings.HasPrefix(point, top+"/") {
			return true
		}
	}
	return false
}

// pivot makes root the root of the mount namespace and lets go of the old one.
func pivot(root string) error {
	if err := unix.Chdir(root); err != nil {
		return fmt.Errorf("enter new root: %w", err)
	}
	// With both arguments ".", the old root is stacked on the new one, and
	// unmounting "." takes the upper of the two: pivot_root(2), NOTES.
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("pivot root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("let go of the old root: %w", err)
	}
	return unix.Chdir("/")
}
