// Package netns has code run in another network namespace.
package netns

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
)

// namespaces is where `ip netns` keeps named network namespaces.
const namespaces = "/run/netns"

// Enter returns what puts the calling thread, which must be locked, into the
// network namespace name: a name of `ip netns` or a path. It is nil for the empty
// name.
func Enter(name string) func() error {
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

// Parent returns what puts the calling thread, which must be locked, into the
// network namespace of the process that has started this one.
func Parent() func() error { return Enter(fmt.Sprintf("/proc/%d/ns/net", os.Getppid())) }

// OfIPVS returns what leads to the network namespace that IPVS is programmed in
// (net_namespace_ipvs); nil: the present one.
func OfIPVS(cfg *conf.Config) func() error {
	switch {
	case cfg.Global.Daemon.IPVSNamespace != "":
		return Enter(cfg.Global.Daemon.IPVSNamespace)
	case cfg.Given("net_namespace_ipvs"):
		return Parent()
	}
	return nil
}

// Within calls f on a thread that enter has put somewhere; on the present one if
// enter is nil.
func Within(enter func() error, f func() error) error {
	if enter == nil {
		return f()
	}
	result := make(chan error)
	go func() {
		runtime.LockOSThread() // for good: the thread ends with the goroutine
		err := enter()
		if err == nil {
			err = f()
		}
		result <- err
	}()
	return <-result
}
