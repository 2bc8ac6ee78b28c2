// Package checkd is the checker process: checkers find out which real servers are
// well, pools follow (daemon/pool), and the kernel's table follows those.
package checkd

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
