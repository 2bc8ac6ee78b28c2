package kernel

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// guestMemory is where a guest keeps its memory: an unlinked file of that size,
// mapped executable.
type guestMemory struct {
	folder string
	size   int64 // bytes
}

// memoryFolder finds a folder for a guest's memory. In memory is best: elsewhere
// the host would write the guest's memory to a disk. A container's /dev/shm is
// often too small, and one mounted noexec kills the guest.
func memoryFolder(size int64) (string, error) {
	var refused []string
	for _, folder := range memoryFolders() {
		why := unfit(folder, size)
		if why == "" {
			return folder, nil
		}
		refused = append(refused, folder+": "+why)
	}
	return "", environmentf("no folder for the guest's memory of %d MiB (%s); set TMPDIR to one with room, mounted exec",
		size>>20, strings.Join(refused, "; "))
}

func memoryFolders() []string {
	folders := []string{"/dev/shm"}
	for _, folder := range []string{os.Getenv("XDG_RUNTIME_DIR"), os.TempDir(), "/tmp", "/var/tmp"} {
		if folder != "" {
			folders = append(folders, folder)
		}
	}
	return folders
}

// unfit says why a folder cannot hold a guest's memory, nothing if it can.
func unfit(folder string, size int64) string {
	var fs unix.Statfs_t
	if err := unix.Statfs(folder, &fs); err != nil {
		return err.Error()
	}
	if room := int64(fs.Bavail) * fs.Bsize; room < size {
		return fmt.Sprintf("%d MiB free", room>>20)
	}
	return unmappable(folder)
}

// unmappable tries what a guest kernel does first. Mount flags would tell most,
// but not what a security module forbids.
func unmappable(folder string) string {
	file, err := os.CreateTemp(folder, "viplab-try-")
	if err != nil {
		return "cannot write"
	}
	defer file.Close()
	if err := os.Remove(file.Name()); err != nil {
		return err.Error()
	}
	page := os.Getpagesize()
	if err := file.Truncate(int64(page)); err != nil {
		return err.Error()
	}
	mapped, err := unix.Mmap(int(file.Fd()), 0, page, unix.PROT_READ|unix.PROT_EXEC, unix.MAP_SHARED)
	if err != nil {
		return "mounted noexec"
	}
	if err := unix.Munmap(mapped); err != nil {
		return err.Error()
	}
	return ""
}
