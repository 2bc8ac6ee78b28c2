package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/netif"
)

// Exit statuses, keepalived's. It ends with 0 where another daemon is already
// running and where -t finds no file; vipd ends with 1 and 4.
const (
	exitOK         = 0
	exitFatal      = 1 // wrong option, or it could not run
	exitConfig     = 2 // the configuration cannot be run
	exitPermission = 4
)

// Main runs vipd with a command line, the program's name first, and returns
// its exit status. What is asked for goes to stdout; what keepalived prints
// goes to stderr, as there.
func Main(args []string, stdout, stderr io.Writer) int {
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
	case o.Keywords:
		return failure(stderr, conf.WriteKeywords(stdout))
	case o.Dump != "":
		return dump(o, stdout, stderr)
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

// failure reports err, if it is one, and returns the exit status.
func failure(stderr io.Writer, err error) int {
	if err != nil {
		fmt.Fprintf(stderr, "vipd: %v\n", err)
		return exitFatal
	}
	return exitOK
}

// dump prints the effective configuration; what is wrong with the file goes to
// stderr, and decides the exit status.
func dump(o *Options, stdout, stderr io.Writer) int {
	cfg, list := examine(o)
	if err := writeDiagnostics(stderr, o, cfg, list, isTerminal(stderr)); err != nil {
		return failure(stderr, err)
	}
	if cfg == nil {
		return list.ExitStatus(o.Strict)
	}
	write := cfg.WriteText
	if o.Dump == "json" {
		write = cfg.WriteJSON
	}
	if err := write(stdout); err != nil {
		return failure(stderr, err)
	}
	return list.ExitStatus(o.Strict)
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
