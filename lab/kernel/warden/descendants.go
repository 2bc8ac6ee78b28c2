package warden

import (
	"bytes"
	"os"
	"strconv"
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
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return parent
	}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		stat, err := os.ReadFile("/proc/" + entry.Name() + "/stat")
		if err != nil {
			continue
		}
		if ppid, ok := parentOf(stat); ok {
			parent[pid] = ppid
		}
	}
	return parent
}

// parentOf reads the parent from /proc/PID/stat: "PID (NAME) STATE PPID ...",
// where the name may hold anything.
func parentOf(stat []byte) (int, bool) {
	end := bytes.LastIndexByte(stat, ')')
	if end < 0 {
		return 0, false
	}
	fields := bytes.Fields(stat[end+1:])
	if len(fields) < 2 {
		return 0, false
	}
	ppid, err := strconv.Atoi(string(fields[1]))
	return ppid, err == nil
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
