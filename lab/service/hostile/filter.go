package hostile

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// deafen has the kernel drop every packet for a socket, without a word to who
// sent it, or take them again. A filter of the socket does what a rule of a
// firewall would, needs none in the kernel, and goes with the process.
func deafen(c syscall.Conn, deaf bool) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := raw.Control(func(fd uintptr) {
		if !deaf {
			failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_DETACH_FILTER, 0)
			return
		}
		nothing := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K} // return 0: of the packet, no byte
		failed = unix.SetsockoptSockFprog(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER,
			&unix.SockFprog{Len: 1, Filter: &nothing})
	}); err != nil {
		return err
	}
	if failed != nil {
		return fmt.Errorf("set filter of socket: %w", failed)
	}
	return nil
}
