package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"

	"github.com/viplab/viplab/daemon/checkd"
	"github.com/viplab/viplab/daemon/child"
	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/genhash"
	"github.com/viplab/viplab/daemon/notify"
	"github.com/viplab/viplab/daemon/vrrpd"
)

// Exit statuses, keepalived's. It ends with 0 where another daemon is already
// running and where -t finds no file; vipd ends with 1 and 4.
const (
	exitOK         = 0
	exitFatal      = 1 // wrong option, or it could not run
	exitConfig     = 2 // the configuration cannot be run
	exitPermission = 4
	exitMistakes   = 5 // of -t: it can run
)

// Main runs vipd with a command line, the program's name first, and returns
// its exit status. What is asked for goes to stdout; what keepalived prints
// goes to stderr, as there. It does not return in processes that vipd starts.
func Main(args []string, stdout, stderr io.Writer) int {
	// /proc/PID/ns is of a process's first thread, which is this one so far. No
	// goroutine that enters another namespace is to get it.
	runtime.LockOSThread()
	return execute(args, stdout, stderr, defaultLimits())
}

func execute(args []string, stdout, stderr io.Writer, limits limits) int {
	notify.Main()
	switch role, end := child.Role(); role {
	case "":
	case roleVRRP:
		return vrrpd.Main(end, stderr)
	default:
		return checkd.Main(end, stderr)
	}
	if name, words, ok := asGenhash(args, stderr); ok {
		return genhash.Main(name, words, stdout, stderr)
	}
	if isCommand(args) {
		return command(args, stdout, stderr)
	}
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
	case o.SignalOf != "":
		sig, err := signalOf(o.SignalOf)
		if err == nil {
			fmt.Fprintln(stdout, int(sig))
		}
		return failure(stderr, err)
	case o.Genhash: // joined with other options, so that there are no words for it
		return genhash.Main(args[0]+" --genhash", nil, stdout, stderr)
	case o.Keywords:
		return failure(stderr, conf.WriteKeywords(stdout))
	case o.Dump != "":
		return printConfig(o, stdout, stderr)
	case o.Test:
		return configTest(o, stderr)
	case o.Foreground:
		return run(context.Background(), o, limits, stderr, func() {})
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
	return run(context.Background(), o, limits, stderr, up)
}

// failure reports err, if it is one, and returns the exit status.
func failure(stderr io.Writer, err error) int {
	if err != nil {
		fmt.Fprintf(stderr, "vipd: %v\n", err)
		return exitFatal
	}
	return exitOK
}

// printConfig prints the effective configuration; what is wrong with the file goes to
// stderr, and decides the exit status.
func printConfig(o *Options, stdout, stderr io.Writer) int {
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

// unfit is why a configuration cannot be run.
type unfit struct{ error }

func (u unfit) Unwrap() error { return u.error }

// exitStatus maps an error of running to an exit status.
func exitStatus(err error) int {
	var bad unfit
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &bad):
		return exitConfig
	case errors.Is(err, fs.ErrPermission):
		return exitPermission
	}
	return exitFatal
}
