package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/viplab/viplab/lab/kernel"
)

// Exit statuses, a contract with scripts.
const (
	exitPass        = 0
	exitFail        = 1   // a check failed
	exitUsage       = 2   // wrong usage, or nothing to run
	exitEnvironment = 3   // the environment could not run some of it
	exitInterrupted = 130 // Ctrl-C, as shells have it
)

// statusError ends viplab with a status and, if Err is nil, without a word.
type statusError struct {
	Status int
	Err    error
}

func (e *statusError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit status %d", e.Status)
	}
	return e.Err.Error()
}

func (e *statusError) Unwrap() error { return e.Err }

// usagef is an error of how viplab was called.
func usagef(format string, args ...any) error {
	return &statusError{exitUsage, fmt.Errorf(format, args...)}
}

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "viplab",
		Short: "Prove Linux high availability before production",
		Long: `viplab builds networks of real hosts out of namespaces, runs keepalived or vipd
on them, breaks things, and judges what it saw against the RFC and against the
configuration. By default it does so in a guest kernel on a virtual clock: an
hour of failover behaviour takes seconds, and nothing needs root.`,
		Example: `  viplab run                                   the course labs, with vipd
  viplab run --daemon vipd,keepalived course   with both daemons
  viplab run master-backup                     one topology's scenarios`,
		SilenceUsage:  true,
		SilenceErrors: true,
		// Without arguments it helps; a word that is no command is an error with a
		// suggestion, which cobra makes only of a command that could be run.
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%w\nsee '%s --help'", err, cmd.CommandPath())
	})
	root.AddCommand(newListCommand(), newRunCommand(), newReportCommand(), newJobCommand(), newKernelCommand(), newGuestCommand())
	return root
}

// exitStatus says what went wrong and makes an exit status of it.
func exitStatus(ctx context.Context, cmd *cobra.Command, err error) int {
	var status *statusError
	switch {
	case err == nil:
		return exitPass
	case errors.As(err, &status):
		if status.Err != nil {
			cmd.PrintErrln("viplab:", status.Err)
		}
		return status.Status
	case ctx.Err() != nil:
		cmd.PrintErrln("viplab: interrupted; everything it had started is gone")
		return exitInterrupted
	case errors.Is(err, kernel.ErrUsage):
		cmd.PrintErrln("viplab:", err)
		return exitUsage
	case errors.Is(err, kernel.ErrEnvironment):
		cmd.PrintErrln("viplab:", err)
		return exitEnvironment
	default:
		cmd.PrintErrln("viplab:", err)
		return usageOr(err)
	}
}

// usageOr tells cobra's own complaints (an unknown command, a missing argument),
// which are of usage, from all else.
func usageOr(err error) int {
	var plain interface{ Unwrap() error }
	if errors.As(err, &plain) {
		return exitFail
	}
	return exitUsage
}
