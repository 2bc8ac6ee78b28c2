// Package vrrpd is the VRRP process: the router with its trackers and
// notifications, told by the parent what to do.
package vrrpd

import (
	"context"
	"io"
	"os"

	"github.com/viplab/viplab/daemon/child"
)

// Main is the process, from start to stop: end is its end of the channel to the
// parent. It returns the exit status.
func Main(end *os.File, stderr io.Writer) int {
	return child.Main(end, stderr, func(over context.CancelFunc) (child.Service, func() int) {
		s := &service{stderr: stderr, end: over}
		return s, s.stop
	})
}
