package process

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// forgetText gives back the pages of the program that were needed so far, most of
// them to read a configuration and to start. What is needed again comes from the
// page cache. Memory that is locked stays.
func forgetText() {
	exe, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return
	}
	defer maps.Close()
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		if from, to, ok := programText(lines.Text(), exe); ok {
			_, _, _ = unix.Syscall(unix.SYS_MADVISE, from, to-from, unix.MADV_DONTNEED) // it may be locked
		}
	}
}

// programText reads a line of /proc/self/maps (proc(5)) and reports whether it is
// about a part of the file exe that nobody can have written to.
func programText(line, exe string) (from, to uintptr, ok bool) {
	var mode string
	if _, err := fmt.Sscanf(line, "%x-%x %s", &from, &to, &mode); err != nil {
		return 0, 0, false
	}
	return from, to, from < to && strings.HasPrefix(mode, "r") && mode[1:2] == "-" && strings.HasSuffix(line, " "+exe)
}
