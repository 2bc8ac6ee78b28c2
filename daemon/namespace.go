package daemon

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// namespaces is where `ip netns` keeps named network namespaces.
const namespaces = "/run/netns"

// enter returns what puts the calling thread, which must be locked, into the
// network namespace name: a name of `ip netns` or a path. It is nil for the empty
// name.
func enter(name string) func() error {
	if name == "" {
		return nil
	}
	path := name
	if !strings.Contains(name, "/") {
		path = filepath.Join(namespaces, name)
	}
	return func() error {
		f, err := os.Open(path)
		if err != nil {
			return fmt.Errorf("enter network namespace %s: %w", name, err)
		}
		defer f.Close()
		if err := unix.Setns(int(f.Fd()), unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("enter network namespace %s: %w", name, err)
		}
		return nil
	}
}

// within calls f in the network namespace name, on a thread of its own.
func within(name string, f func() error) error {
	in := enter(name)
	if in == nil {
		return f()
	}
	result := make(chan error)
	go func() {
		runtime.LockOSThread() // for good: the thread ends with the goroutine
		err := in()
		if err == nil {
			err = f()
		}
		result <- err
	}()
	return <-result
}
