// Package vrrpd is the VRRP process: the router with its trackers and
// notifications, told by the parent what to do.
package vrrpd

import (
	"context"
	"io"
	"os"

	"github.com/viplab/viplab/daemon/child"
	"github.com/viplab/viplab/daemon/process"
)

// Main is the process, from start to stop: end is its end of the channel to the
// parent. It returns the exit status.
func Main(end *os.File, stderr io.Writer) int {
	process.Frugal()
	process.Spare()
	ended, cancel := context.WithCancel(context.Background())
	defer cancel()
	s := &service{stderr: stderr, end: cancel}
	small := make(chan struct{})
	go func() { defer close(small); process.StaySmall(ended) }()
	defer func() { cancel(); <-small }()
	child.Run(ended, end, s, stderr)
	return s.stop()
}
