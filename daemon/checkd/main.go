// Package checkd is the checker process: checkers find out which real servers are
// well, pools follow (daemon/pool), and the kernel's table follows those.
package checkd

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
