package child

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Signals are those that a child must have a handler for, since they come to all
// processes of the daemon at times, from a terminal or killall. Of these TERM
// alone means the child. Ignoring the others would have the programs ignore them
// too that it starts.
func Signals() []os.Signal {
	return []os.Signal{unix.SIGTERM, unix.SIGINT, unix.SIGHUP, unix.SIGUSR1, unix.SIGUSR2, unix.SIGPIPE, syscall.Signal(36), syscall.Signal(63)}
}
