package warden

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// killDescendants kills every process below this one until none is left. This
// process must be their subreaper, so that those whose parents end stay below it.
func killDescendants() {
	for {
		for _, pid := range descendants(os.Getpid(), parents()) {
			_ = unix.Kill(pid, unix.SIGKILL) // it may be gone already
		}
		if !reapAll() {
			return
		}
		// A killed process becomes a child of this one only after its parent is gone.
		time.Sleep(time.Millisecond)
	}
}

// reapAll collects the children that have ended and reports whether some have not.
func reapAll() bool {
	for {
		pid, err := unix.Wait4(-1, nil, unix.WNOHANG|unix.WALL, nil)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return false
		}
		if pid == 0 {
			return true
		}
	}
}

// parents maps every process that /proc shows to its parent.
func parents() map[int]int {
	parent := map[int]int{}
	for pid, stat := range stats() {
		if fields := statFields(stat); len(fields) > statParent {
			if ppid, err := strconv.Atoi(fields[statParent]); err == nil {
				parent[pid] = ppid
			}
		}
	}
	return parent
}

// stats reads /proc/PID/stat of every process.
func stats() map[int][]byte {
	found := map[int][]byte{}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return found
	}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		if stat, err := os.ReadFile("/proc/" + entry.Name() + "/stat"); err == nil {
			found[pid] = stat
		}
	}
	return found
}

// Fields of /proc/PID/stat after the name, see proc(5).
const (
	statState  = 0
	statParent = 1
	statCPU    = 36
)

// statFields returns the fields after the name: "PID (NAME) STATE PPID ...",
// where the name may hold anything.
func statFields(stat []byte) []string {
	end := bytes.LastIndexByte(stat, ')')
	if end < 0 {
		return nil
	}
	return strings.Fields(string(stat[end+1:]))
}

// descendants lists the processes below root.
func descendants(root int, parent map[int]int) []int {
	children := map[int][]int{}
	for pid, ppid := range parent {
		children[ppid] = append(children[ppid], pid)
	}
	var found []int
	for open := children[root]; len(open) > 0; {
		pid := open[0]
		open = append(open[1:], children[pid]...)
		found = append(found, pid)
	}
	return found
}
