package nstest

import (
	"os"
	"strings"
)

// Descriptors returns what each open descriptor of the process refers to.
func Descriptors() map[string]string {
	open := make(map[string]string)
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return open
	}
	for _, e := range entries {
		if target, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil {
			open[e.Name()] = target
		}
	}
	return open
}

// Leaked returns the descriptors that are open now and were not in before.
// Those of the Go runtime (its poller), of the test framework (profiles, test
// log, the fuzzing pipe) and of rtnetlink's shared socket are not counted.
func Leaked(before map[string]string) []string {
	var leaked []string
	for fd, target := range Descriptors() {
		if before[fd] != "" || strings.HasPrefix(target, "anon_inode:[event") || strings.HasPrefix(target, "pipe:") {
			continue
		}
		leaked = append(leaked, fd+" "+target)
	}
	return leaked
}
