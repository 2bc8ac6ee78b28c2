package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/viplab/viplab/lab/kernel"
)

// guestFlags are the flags of viplab guest.
type guestFlags struct {
	kernel, clock      string
	share              []string
	dir                string
	deadline, watchdog time.Duration
	memory             int64 // MiB
	quiet              bool
}

func newGuestCommand() *cobra.Command {
	var flags guestFlags
	cmd := &cobra.Command{
		Use:   "guest [flags] -- COMMAND [ARGUMENT ...]",
		Short: "run any command in a runner: a guest kernel of its own, or namespaces on the host's",
		Long: `Runs a command as root in a network of its own, on a guest kernel if there is one,
and ends with its exit status. What it writes vanishes, except below --share.
It serves go test:

  go test -exec 'viplab guest --' ./...

The command's own exit status is passed on (128 + n for signal n, 127 if it is not
found); 124 says that its deadline passed or that it was stuck, 3 that this machine
cannot run it.`,
		Example: "  viplab guest -- ip link\n  viplab guest --clock real --share out -- ./measure.sh out",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("no command to run; see '%s --help'", cmd.CommandPath())
			}
			return runGuest(cmd.Context(), flags, args)
		},
	}
	cmd.Flags().SetInterspersed(false)
	f := cmd.Flags()
	f.StringVar(&flags.kernel, "kernel", string(kernel.BackendAuto), "whose kernel: auto, host or uml")
	f.StringVar(&flags.clock, "clock", string(kernel.ClockAuto), "how time passes: auto, real, virtual or ideal")
	f.StringArrayVar(&flags.share, "share", nil, "`folder` that the command writes through to; may be repeated")
	f.StringVar(&flags.dir, "dir", "", "working `folder` (default: this one)")
	f.DurationVar(&flags.deadline, "deadline", 0, "lab time that the command gets (default: 1h on a virtual or ideal clock; negative: no end)")
	f.DurationVar(&flags.watchdog, "watchdog", 0, "host time without a sign of life after which it counts as stuck (default 3m; negative: never)")
	f.Int64Var(&flags.memory, "memory", kernel.DefaultMemory>>20, "a guest's memory in `MiB`")
	f.BoolVarP(&flags.quiet, "quiet", "q", false, "do not say which kernel was taken")
	return cmd
}

func runGuest(ctx context.Context, flags guestFlags, args []string) error {
	clock := kernel.Clock(flags.clock)
	backend := kernel.BackendFor(kernel.Backend(flags.kernel), clock, args[0])
	chosen, reason, err := kernel.Choose(ctx, backend, clock)
	if errors.Is(err, kernel.ErrUsage) {
		return &statusError{exitUsage, err}
	}
	if err != nil {
		return err
	}
	if !flags.quiet && !isTest(args) {
		fmt.Fprintln(os.Stderr, "viplab:", reason)
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2)
	defer signal.Stop(signals)
	// The command gets the signals itself, and ends or not: they do not cancel it.
	status, err := chosen.Run(context.WithoutCancel(ctx), kernel.Command{
		Args: args, Dir: flags.dir, Share: append(flags.share, kernel.TestOutputs(args[1:], os.Environ())...),
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Signals: signals,
		Deadline: flags.deadline, Watchdog: flags.watchdog, Memory: flags.memory << 20,
	})
	switch {
	case errors.Is(err, kernel.ErrEnvironment), status == 0 && err == nil:
		return err
	case errors.Is(err, kernel.ErrUsage):
		status = exitUsage
	}
	return &statusError{status, err}
}

// isTest reports whether a command is a Go test binary. What go test shows of
// each package must not begin with a line about the kernel.
func isTest(args []string) bool { return strings.HasSuffix(args[0], ".test") }
