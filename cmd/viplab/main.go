// Command viplab runs high-availability labs: it builds networks of real hosts,
// breaks them, and judges what the daemons on them made of it.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/viplab/viplab/lab"
)

func main() {
	lab.Hook()
	os.Exit(run())
}

// run is main with an exit status. A first signal ends what is under way in
// order; the second one ends viplab at once, and the kernel all that it started.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	root := newRootCommand()
	cmd, err := root.ExecuteContextC(ctx)
	return exitStatus(ctx, cmd, err)
}
