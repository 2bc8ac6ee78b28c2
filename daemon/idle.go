package daemon

import (
	"context"
	"errors"
	"os"
	"os/signal"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/child"
	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/logs"
	"github.com/viplab/viplab/daemon/process"
	"github.com/viplab/viplab/daemon/status"
)

// idle is the checker process as long as it has nothing to do.
func idle(end *os.File) int {
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGTERM)
	defer stop()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, child.Signals()...)
	defer signal.Stop(signals)
	if err := child.Serve(ctx, end, idler{}); err != nil {
		return exitFatal
	}
	return exitOK
}

type idler struct{}

// Start makes the process what the configuration wants it to be, as far as it may.
func (idler) Start(_ context.Context, o child.Settings, cfg *conf.Config) error {
	p := &cfg.Global.Processes.Checker
	name := p.Name
	if name == "" {
		name = o.Name
	}
	log := logs.New(o.Log.Options(os.Stderr))
	defer log.Close()
	if err := errors.Join(process.SetName(name), process.Apply(&conf.Process{}, p)); err != nil {
		log.Printf("%v", err)
	}
	return nil
}

func (idler) Reload(context.Context, *conf.Config) error      { return nil }
func (idler) Status(context.Context) (*status.Status, error)  { return &status.Status{}, nil }
func (idler) Switchover(context.Context, string) error        { return child.ErrMethod }
func (idler) Maintenance(context.Context, string, bool) error { return child.ErrMethod }
func (idler) ClearStats(context.Context) error                { return nil }
func (idler) ReopenLogs()                                     {}
