package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/netif"
	"github.com/viplab/viplab/daemon/vrrp"
)

// Exit statuses, keepalived's. It ends with 0 where another daemon is already
// running and where -t finds no file; vipd ends with 1 and 4.
const (
	exitOK         = 0
	exitFatal      = 1 // wrong option, or it could not run
	exitConfig     = 2 // the configuration cannot be run
	exitPermission = 4

	testClean  = 0
	testCannot = 4 // the configuration cannot be run
	testErrors = 5
)

// Main runs vipd with a command line, the program's name first, and returns
// its exit status.
func Main(args []string, stderr io.Writer) int {
	o, err := ParseOptions(args)
	if err != nil {
		fmt.Fprintf(stderr, "vipd: %v\n", err)
		usage(stderr)
		return exitFatal
	}
	if len(o.Stray) > 0 {
		fmt.Fprintf(stderr, "vipd: unexpected arguments passed over: %q\n", o.Stray)
	}
	switch {
	case o.Help:
		usage(stderr)
		return exitOK
	case o.Version:
		fmt.Fprintln(stderr, versionText())
		return exitOK
	case o.Test:
		return configTest(o, stderr)
	case o.Foreground:
		return run(context.Background(), o, stderr, func() {})
	case !inBackground():
		if _, bad := load(o); bad != nil { // say it where somebody reads it
			fmt.Fprintln(stderr, bad)
			return exitConfig
		}
		return background(o, stderr)
	}
	up, err := detach(o)
	if err != nil {
		fmt.Fprintf(stderr, "vipd: %v\n", err)
		return exitFatal
	}
	return run(context.Background(), o, stderr, up)
}

// load reads the configuration. The error is why it cannot be run; what
// else is wrong is in the Config's Diagnostics.
func load(o *Options) (*conf.Config, error) {
	cfg, err := conf.Load(o.Config)
	if cfg == nil {
		return nil, err
	}
	if fatal := cfg.Diagnostics.AtLeast(conf.Fatal); len(fatal) > 0 {
		return cfg, fatal
	}
	return cfg, vrrp.Check(cfg.Instances)
}

// configTest is -t: it writes all that is wrong and returns its class.
func configTest(o *Options, stderr io.Writer) int {
	out := stderr
	if o.TestLog != "" {
		f, err := os.OpenFile(o.TestLog, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
		if err != nil {
			fmt.Fprintf(stderr, "vipd: open test log: %v\n", err)
			return exitFatal
		}
		defer f.Close()
		out = f
	}
	cfg, bad := load(o)
	if cfg == nil {
		fmt.Fprintln(out, bad)
		return testCannot
	}
	for _, d := range cfg.Diagnostics {
		fmt.Fprintln(out, d.Error())
	}
	switch worst := cfg.Diagnostics.Worst(); {
	case worst == conf.Fatal:
		return testCannot
	case bad != nil:
		fmt.Fprintln(out, bad)
		if errors.Is(bad, vrrp.ErrUnsupported) {
			return testCannot
		}
		return testErrors // an interface that is not there, or not yet
	case worst == conf.Error:
		return testErrors
	}
	return testClean
}

// status maps an error of running to an exit status.
func status(err error) int {
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, fs.ErrPermission):
		return exitPermission
	case errors.Is(err, netif.ErrNoLink):
		return exitConfig
	}
	return exitFatal
}
