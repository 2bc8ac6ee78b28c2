package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

const (
	initName  = "viplab-node-init" // argv[0] of a node's init
	readyWord = "ready"
	readyFD   = 3
)

// Main does the duty of a node's init and never returns, when this process was
// started as one; otherwise it returns at once. Call it first thing in main.
func Main() {
	if len(os.Args) == 0 || os.Args[0] != initName || os.Getpid() != 1 {
		return
	}
	// A program on the node must not be able to end it by a signal that the Go
	// runtime would die of: an init without a handler does not even notice.
	signal.Ignore(unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGTERM, unix.SIGPIPE, unix.SIGUSR1, unix.SIGUSR2)
	ready := os.NewFile(readyFD, "ready")
	unix.CloseOnExec(readyFD)
	if err := setUp(os.Stdin); err != nil {
		fmt.Fprintln(ready, err)
		os.Exit(1)
	}
	fmt.Fprintln(ready, readyWord)
	ready.Close()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // ends with the lab
		os.Exit(0)
	}()
	reap()
}

// setUp reads the spec and makes the node's surroundings.
func setUp(in io.Reader) error {
	var spec Spec
	if err := json.NewDecoder(in).Decode(&spec); err != nil {
		return fmt.Errorf("read spec: %w", err)
	}
	if spec.Protocol != protocol {
		return errProtocol
	}
	if err := unix.Sethostname([]byte(spec.Hostname)); err != nil {
		return fmt.Errorf("set host name %q: %w", spec.Hostname, err)
	}
	if err := makeRoot(spec.Binaries); err != nil {
		return err
	}
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return fmt.Errorf("find lo: %w", err)
	}
	if err := netlink.LinkSetUp(lo); err != nil {
		return fmt.Errorf("set lo up: %w", err)
	}
	return nil
}

// reap collects the orphans of the node for ever. Processes of the lab are
// children of the lab and collected there.
func reap() {
	child := make(chan os.Signal, 1)
	signal.Notify(child, unix.SIGCHLD)
	for range child {
		for {
			pid, err := unix.Wait4(-1, nil, unix.WNOHANG, nil)
			if errors.Is(err, unix.EINTR) {
				continue
			}
			if err != nil || pid <= 0 {
				break
			}
		}
	}
}
